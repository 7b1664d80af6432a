// Package limits says when somebody does too much: token buckets and seats, by key, in bounded memory.
package limits

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets is about how many keys a Buckets remembers; with 200 bytes each that is 20 MB at most.
const maxBuckets = 100_000

// Rate is how much there may be in the long run, and how much at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Buckets has a token bucket for each key. A bucket nobody took from for as long as it takes to
// fill is forgotten, and so are those that were quiet the longest when there are too many.
type Buckets[K comparable] struct {
	// Static after construction.
	rate Rate
	fill time.Duration // an empty bucket is full again

	// Guarded by mu.
	mu     sync.Mutex
	recent map[K]*rate.Limiter // taken from since turned
	older  map[K]*rate.Limiter // taken from in the period before
	turned time.Time
}

// NewBuckets returns Buckets that are all full.
func NewBuckets[K comparable](r Rate) *Buckets[K] {
	return &Buckets[K]{
		rate: r, fill: time.Duration(float64(r.Burst) / r.PerSecond * float64(time.Second)),
		recent: map[K]*rate.Limiter{}, older: map[K]*rate.Limiter{},
	}
}

// Take takes n tokens, at most a whole bucket, and returns 0. When there are not as many it takes none and
// returns how long until there are.
func (b *Buckets[K]) Take(key K, n int, now time.Time) (wait time.Duration) {
	taken := b.of(key, now).ReserveN(now, min(n, b.rate.Burst))
	if wait = taken.DelayFrom(now); wait > 0 {
		taken.CancelAt(now)
	}
	return wait
}

// Give puts n tokens back that turned out not to be needed.
func (b *Buckets[K]) Give(key K, n int, now time.Time) { b.of(key, now).AllowN(now, -n) }

func (b *Buckets[K]) of(key K, now time.Time) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(b.turned) > b.fill || len(b.recent) >= maxBuckets/2 {
		b.recent, b.older, b.turned = map[K]*rate.Limiter{}, b.recent, now
	}
	bucket, ok := b.recent[key]
	if !ok {
		if bucket, ok = b.older[key]; !ok {
			bucket = rate.NewLimiter(rate.Limit(b.rate.PerSecond), b.rate.Burst)
		}
		delete(b.older, key)
		b.recent[key] = bucket
	}
	return bucket
}

// Len returns how many keys are remembered.
func (b *Buckets[K]) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.recent) + len(b.older)
}
