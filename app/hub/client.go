package hub

import (
	"context"
	"errors"
	"sync"
	"time"
)

// The close codes a client gets from the hub itself. CodeLost is never sent: it says that the
// connection was gone already.
const (
	CodeLost    = 1006
	CodeRestart = 1012
	CodeSlow    = 4102
)

// closeGrace is how long a closed client may go on writing what was queued before. With what Shut
// may take, a revoked session is silent after a second.
const closeGrace = 400 * time.Millisecond

// ErrClosed is what SendWait returns when the client was closed.
var ErrClosed = errors.New("hub: client is closed")

// Limits is how much may wait for one client, what is being written included. A single frame counts
// at most half of Bytes, however large it is.
type Limits struct {
	Frames int
	Bytes  int
}

// Conn is what a client needs of its connection.
type Conn interface {
	// WriteFrames writes all payloads in order, or fails within the write deadline.
	WriteFrames(payloads [][]byte) error
	// Shut sends a close frame if that is possible, ends the connection, and wakes its reader. It
	// may be called more than once and from any goroutine, also during WriteFrames, and takes no
	// longer than about half a second even when the peer does not read.
	Shut(code int, reason string)
}

// frame is something that waits for a client.
type frame struct {
	payload []byte
	about   string // a newer one about the same takes its place; "" for what nothing replaces
}

// Client is one socket's queue. No goroutine stands by: a writer runs only while something waits.
type Client struct {
	// Static after construction.
	conn   Conn
	limits Limits
	done   chan struct{} // closed once, by Close; nothing is ever sent on it

	work sync.WaitGroup // the writer and the cut-off timer

	// Guarded by mu.
	mu        sync.Mutex
	queue     []frame       // goes out next
	held      []frame       // goes out after Release
	holding   bool          // between Hold and Release
	frames    int           // in queue and being written
	bytes     int           // what they cost
	heldBytes int           // what those in held cost
	writing   bool          // a writer runs
	room      chan struct{} // closed when a write has made room; nil when nobody waits for that
	closed    bool
	code      int
	reason    string
	cut       *time.Timer // ends a client that does not take its last frames
}

// NewClient returns a client that writes to conn. It has to be closed, and waited for with Wait,
// before conn is given up.
func NewClient(conn Conn, limits Limits) *Client {
	return &Client{conn: conn, limits: limits, done: make(chan struct{})}
}

// Send queues payload. A client without room is closed with CodeSlow, so nothing is lost in silence.
func (c *Client) Send(payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.push(frame{payload: payload}, c.holding)
}

// latest is Send of a state, not an event: what still waits about the same is not sent any more.
func (c *Client) latest(about string, payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(about)
	c.push(frame{payload, about}, c.holding)
}

// Reply is Send that doesn't wait for Release.
func (c *Client) Reply(payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.push(frame{payload: payload}, false)
}

// ReplyHere is Reply that writes by itself when nobody else does, and may wait for the peer as long as a write
// may. It spares a goroutine to somebody who has one to spare, such as a timer's.
func (c *Client) ReplyHere(payload []byte) {
	c.mu.Lock()
	write := !c.writing && !c.closed
	if write {
		c.writing = true
		c.work.Add(1)
	}
	c.push(frame{payload: payload}, false)
	c.mu.Unlock()
	if write {
		defer c.work.Done()
		c.write()
	}
}

// hint is Send that does nothing when the queue is more than half full.
func (c *Client) hint(payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.halfEmpty() {
		c.push(frame{payload: payload}, c.holding)
	}
}

// SendWait is Reply that waits for room: until at most half of the queue is taken, so that what is
// published meanwhile finds room too. It returns ErrClosed, or ctx's error, when payload was not
// queued.
func (c *Client) SendWait(ctx context.Context, payload []byte) error {
	for {
		room, err := c.offer(payload)
		if room == nil {
			return err
		}
		select {
		case <-room:
		case <-c.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// offer queues payload, or returns a channel that is closed when it makes sense to try again.
func (c *Client) offer(payload []byte) (<-chan struct{}, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return nil, ErrClosed
	case c.halfEmpty():
		c.enqueue(frame{payload: payload})
		return nil, nil
	}
	if c.room == nil {
		c.room = make(chan struct{})
	}
	return c.room, nil
}

// Hold keeps back what Send, Publish and Hint bring, until Release.
func (c *Client) Hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holding = true
}

// Release lets follow, in order, what Hold has kept back.
func (c *Client) Release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holding = false
	if c.closed || len(c.held) == 0 {
		return
	}
	for _, f := range c.held {
		c.enqueue(f)
	}
	c.held, c.heldBytes = nil, 0
}

// Close ends the client, once: the first call decides on code and reason. It returns at once. What
// was queued before still goes out if the peer takes it; what Hold kept back does not.
func (c *Client) Close(code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(code, reason, closeGrace)
}

// Done returns a channel that is closed when the client is.
func (c *Client) Done() <-chan struct{} { return c.done }

// Closed returns what Close was called with, or zero values while the client is open.
func (c *Client) Closed() (code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code, c.reason
}

// Wait returns when the client is closed and nothing of it touches the connection any more.
func (c *Client) Wait() {
	<-c.done
	c.work.Wait()
}

func (c *Client) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// cutNow ends the connection of a closed client without further patience.
func (c *Client) cutNow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed && c.cut.Stop() { // else it is at work already, or the writer has ended
		c.cut.Reset(0)
	}
}
