package chat

import (
	"sync"
	"time"

	"foyer/models"
)

// glance is how often colleagues hear of a conversation in which only another line was said. Who
// has the conversation hears of each line by its event; the others see it in a list, where more
// would only flicker, and every agent of the account would pay for it.
const glance = 500 * time.Millisecond

// beat is how far apart the moments are at which colleagues hear of further lines: those of all
// conversations at once, so that it is one write to each colleague and not one for each line.
const beat = 50 * time.Millisecond

// next is how long it is from now, or a glance from now, to such a moment.
func next(after time.Duration) time.Duration {
	return after + beat - time.Duration(time.Now().UnixNano())%beat
}

// summaries thins out the frames that tell all agents of an account how a conversation stands. The
// zero value is ready.
type summaries struct {
	// Guarded by mu.
	mu   sync.Mutex
	told map[int64]*told // by conversation; only those told of less than a glance ago
}

// told is a conversation that was told of just now, and how it stands since, if that is news.
type told struct{ since *models.Summary }

// tell publishes how a conversation stands: at once if that is urgent, within a beat if nothing was
// told for a glance, else at the end of it; as it stands then.
func (s *summaries) tell(c models.Summary, urgent bool, publish func(models.Summary)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.told[c.ID]; t != nil {
		if t.since = &c; !urgent {
			return
		}
		t.since = nil
		publish(c)
		return
	}
	if s.told == nil {
		s.told = map[int64]*told{}
	}
	if !urgent {
		s.told[c.ID] = &told{since: &c}
		time.AfterFunc(next(0), func() { s.later(c.ID, publish) })
		return
	}
	s.told[c.ID] = &told{}
	publish(c)
	time.AfterFunc(next(glance-beat), func() { s.later(c.ID, publish) })
}

// later publishes what has become news during a glance, and begins another one.
func (s *summaries) later(id int64, publish func(models.Summary)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.told[id]
	if t.since == nil {
		delete(s.told, id)
		return
	}
	publish(*t.since)
	t.since = nil
	time.AfterFunc(next(glance-beat), func() { s.later(id, publish) })
}
