package chat

import "sync"

// together lets those who ask for the same at the same time share one reading: whoever asks while one
// is under way shares the next, since that one may have looked before what they must see. The zero
// value is ready.
type together[T any] struct {
	// Guarded by mu.
	mu      sync.Mutex
	running map[int64]bool
	next    map[int64]*reading[T]
}

// reading is one that has not begun yet, and its end.
type reading[T any] struct {
	read  func() (T, error)
	done  chan struct{}
	value T
	err   error
}

// get returns what read, or that of somebody else, returns when it is called after get was.
func (t *together[T]) get(key int64, read func() (T, error)) (T, error) {
	t.mu.Lock()
	r := t.next[key]
	if r == nil {
		if t.next == nil {
			t.next, t.running = map[int64]*reading[T]{}, map[int64]bool{}
		}
		r = &reading[T]{read: read, done: make(chan struct{})}
		t.next[key] = r
	}
	running := t.running[key]
	t.running[key] = true
	t.mu.Unlock()
	if !running {
		t.turn(key)
	}
	<-r.done
	return r.value, r.err
}

// turn reads for all who have asked by now. Whoever asks meanwhile has the next turn, for which nobody
// who is done has to stay.
func (t *together[T]) turn(key int64) {
	t.mu.Lock()
	r := t.next[key]
	delete(t.next, key)
	t.mu.Unlock()
	r.value, r.err = r.read()
	close(r.done)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next[key] != nil {
		go t.turn(key) // ends with the last who waits for it
	} else {
		delete(t.running, key)
	}
}
