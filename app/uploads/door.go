package uploads

import (
	"sync"
	"time"

	"foyer/models"
)

const (
	maxUploads    = 64 // under way at a time: each has a connection and an open file
	maxUploadsOne = 4  // of one person
)

// door counts the uploads under way. The zero value is ready.
type door struct {
	// Guarded by mu.
	mu     sync.Mutex
	inside int
	each   map[models.Author]int
}

// Admit lets an upload in, if not too many are under way. leave has to be called once it is over.
func (s *Service) Admit(who Party) (leave func(), err error) {
	d := &s.door
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside >= maxUploads || d.each[who.Author] >= maxUploadsOne {
		return nil, &models.Error{Kind: models.KindRateLimited, Message: "too many files are being uploaded: try again in a moment", Wait: time.Second}
	}
	if d.each == nil {
		d.each = map[models.Author]int{}
	}
	d.inside++
	d.each[who.Author]++
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.inside--
		if d.each[who.Author]--; d.each[who.Author] == 0 {
			delete(d.each, who.Author)
		}
	}, nil
}
