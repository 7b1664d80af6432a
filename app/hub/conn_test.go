package hub_test

import (
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"foyer/app/hub"
)

var limits = hub.Limits{Frames: 256, Bytes: 1 << 20}

// conn is a peer that takes frames, or, when it is stalled, none until it is released or shut.
type conn struct {
	stalled chan struct{} // nil: never stalls; closed: released
	down    chan struct{}

	mu      sync.Mutex
	frames  []string
	batches []int
	code    int
	reason  string
	shuts   int
}

func newConn() *conn { return &conn{down: make(chan struct{})} }

func stalledConn() *conn {
	return &conn{stalled: make(chan struct{}), down: make(chan struct{})}
}

func (c *conn) WriteFrames(payloads [][]byte) error {
	if c.stalled != nil {
		select {
		case <-c.stalled:
		case <-c.down:
			return net.ErrClosed
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shuts > 0 {
		return net.ErrClosed
	}
	c.batches = append(c.batches, len(payloads))
	for _, payload := range payloads {
		c.frames = append(c.frames, string(payload))
	}
	return nil
}

func (c *conn) Shut(code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shuts++; c.shuts == 1 {
		c.code, c.reason = code, reason
		close(c.down)
	}
}

// got returns what has arrived once everything has settled.
func (c *conn) got() []string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.frames)
}

// closedWith returns the code the peer has seen so far, or 0.
func (c *conn) closedWith() int {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code
}

// join returns a client on conn that listens to topics.
func join(t *testing.T, h *hub.Hub, conn hub.Conn, topics ...hub.Topic) *hub.Client {
	t.Helper()
	c := hub.NewClient(conn, limits)
	if !h.Join(c, topics...) {
		t.Fatal("the hub did not let the client in")
	}
	return c
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s got %q, want %q", what, got, want)
	}
}

func numbered(n int) []string {
	frames := make([]string, n)
	for i := range frames {
		frames[i] = fmt.Sprint(i)
	}
	return frames
}
