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
	done  chan struct{}
	value T
	err   error
}

// get returns what read returns when it is called, by somebody, after get was.
func (t *together[T]) get(key int64, read func() (T, error)) (T, error) {
	t.mu.Lock()
	r := t.next[key]
	if r == nil {
		if t.next == nil {
			t.next, t.running = map[int64]*reading[T]{}, map[int64]bool{}
		}
		r = &reading[T]{done: make(chan struct{})}
		t.next[key] = r
	}
	if t.running[key] {
		t.mu.Unlock()
		<-r.done
		return r.value, r.err
	}
	t.running[key] = true
	t.mu.Unlock()
	t.run(key, read)
	<-r.done
	return r.value, r.err
}

// run reads for all who have asked, until nobody has asked since the last reading began.
func (t *together[T]) run(key int64, read func() (T, error)) {
	for {
		t.mu.Lock()
		r := t.next[key]
		if delete(t.next, key); r == nil {
			delete(t.running, key)
			t.mu.Unlock()
			return
		}
		t.mu.Unlock()
		r.value, r.err = read()
		close(r.done)
	}
}
