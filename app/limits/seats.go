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

// Take takes a seat, to be given back with Leave; false when the key has no more.
func (s *Seats[K]) Take(key K) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[key] >= s.most {
		return false
	}
	s.taken[key]++
	return true
}

// Leave gives back a seat that was taken. It must be called once for each.
func (s *Seats[K]) Leave(key K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[key]--; s.taken[key] == 0 {
		delete(s.taken, key)
	}
}
