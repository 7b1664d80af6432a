package limits

import (
	"testing"
	"time"
)

func TestBucketsRunEmptyAndFillAgain(t *testing.T) {
	b, now := NewBuckets[string](Rate{PerSecond: 2, Burst: 10}), time.Now()
	take := func(key string, n int, want time.Duration) {
		t.Helper()
		if wait := b.Take(key, n, now); wait.Round(time.Millisecond) != want {
			t.Errorf("taking %d from %s: wait %v, want %v", n, key, wait, want)
		}
	}
	take("a", 9, 0)
	take("a", 3, time.Second)
	take("a", 3, time.Second) // who is refused has taken nothing
	take("a", 1, 0)
	take("b", 10, 0) // others have their own
	take("b", 99, 5*time.Second)
	b.Give("b", 4, now)
	take("b", 4, 0)
	now = now.Add(time.Second)
	take("a", 2, 0)
	take("a", 1, 500*time.Millisecond)
	now = now.Add(time.Hour)
	b.Give("a", 5, now) // a full bucket does not run over
	take("a", 10, 0)
	now = now.Add(time.Millisecond)
	take("a", 1, 499*time.Millisecond)
}

func TestBucketsAreForgotten(t *testing.T) {
	b, now := NewBuckets[int](Rate{PerSecond: 1, Burst: 10}), time.Now()
	for i := range 3 * maxBuckets {
		b.Take(i, 10, now)
		if b.Take(-1, 10, now) == 0 && i > 0 {
			t.Fatalf("a bucket in use was forgotten at %d others", i)
		}
	}
	if n := b.Len(); n > maxBuckets+1 {
		t.Errorf("%d are remembered", n)
	}
	for range 3 { // long enough for all to be full
		now = now.Add(11 * time.Second)
		b.Take(-1, 1, now)
	}
	if n := b.Len(); n != 1 {
		t.Errorf("%d are remembered of those nobody uses any more", n)
	}
}

func TestSeats(t *testing.T) {
	s := NewSeats[string](2)
	for range 2 {
		if !s.Take("a") {
			t.Fatal("two seats were not given")
		}
	}
	if s.Take("a") {
		t.Error("a third seat was given")
	}
	if !s.Take("b") {
		t.Error("one key takes another's seats")
	}
	s.Leave("a")
	if !s.Take("a") {
		t.Error("a seat that was left is not free")
	}
	if s.Take("a") {
		t.Error("leaving once freed two seats")
	}
	if len(s.taken) != 2 {
		t.Errorf("%v", s.taken)
	}
}
