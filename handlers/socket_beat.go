package handlers

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"foyer/app/hub"
)

// heartbeat pings a peer in its own language, since page script never sees the protocol's pings. It
// is a timer, not a goroutine: there is one for every socket.
type heartbeat struct {
	// Static after construction.
	client *hub.Client
	every  time.Duration

	// Guarded by mu.
	mu    sync.Mutex
	timer *time.Timer // nil before hello
	n     int64
}

func newHeartbeat(client *hub.Client, every time.Duration) *heartbeat {
	return &heartbeat{client: client, every: every}
}

// start begins at a random phase, or all who come back after a restart would be pinged at once.
func (b *heartbeat) start() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.every > 0 {
		b.timer = time.AfterFunc(rand.N(b.every), b.ping)
	}
}

func (b *heartbeat) ping() {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.client.Done():
		return // and no ping follows
	default:
	}
	b.n++
	b.client.Reply(fmt.Appendf(nil, `{"t":"ping","n":%d}`, b.n))
	b.timer.Reset(b.every)
}

// isPong reports whether a frame is the answer to a ping as clients write it. It needs no decoder:
// there is one for every ping of every idle socket.
func isPong(frame []byte) bool {
	n, ok := bytes.CutPrefix(frame, []byte(`{"t":"pong","n":`))
	if !ok {
		return false
	}
	if n, ok = bytes.CutSuffix(n, []byte("}")); !ok || len(n) == 0 {
		return false
	}
	for _, digit := range n {
		if digit < '0' || digit > '9' {
			return false
		}
	}
	return true
}

// stop gives back the timer of a closed client at once, not only when it fires.
func (b *heartbeat) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.timer != nil {
		b.timer.Stop()
	}
}
