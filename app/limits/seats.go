package limits

import "sync"

// Seats bounds how many of something there are at a time, by key.
type Seats[K comparable] struct {
	most int

	// Guarded by mu.
	mu    sync.Mutex
	taken map[K]int
}

// NewSeats returns Seats of which each key has most.
func NewSeats[K comparable](most int) *Seats[K] {
	return &Seats[K]{most: most, taken: map[K]int{}}
}

// Take takes a seat until leave is called; false when the key has no more.
func (s *Seats[K]) Take(key K) (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[key] >= s.most {
		return nil, false
	}
	s.taken[key]++
	return sync.OnceFunc(func() { s.leave(key) }), true
}

func (s *Seats[K]) leave(key K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[key]--; s.taken[key] == 0 {
		delete(s.taken, key)
	}
}
