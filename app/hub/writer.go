package hub

import (
	"errors"
	"os"
	"slices"
	"time"
)

// cost is what a payload counts against the limit of bytes. A single one, such as a snapshot, never
// counts more than half of it, or whatever happens while it goes out would find no room.
func (c *Client) cost(payload []byte) int { return min(len(payload), c.limits.Bytes/2) }

// fits reports whether payload may join what waits already. mu must be held.
func (c *Client) fits(payload []byte) bool {
	frames, bytes := c.frames+len(c.held), c.bytes+c.heldBytes
	return frames == 0 || frames < c.limits.Frames && bytes+c.cost(payload) <= c.limits.Bytes
}

// halfEmpty reports whether hints and replays may still come in. What is held doesn't count: it
// waits for the replay, not the other way round. mu must be held.
func (c *Client) halfEmpty() bool {
	return c.frames <= c.limits.Frames/2 && c.bytes <= c.limits.Bytes/2
}

// forget takes back what waits about something. mu must be held.
func (c *Client) forget(about string) {
	old := func(f frame) bool { return f.about == about }
	if i := slices.IndexFunc(c.queue, old); i >= 0 {
		c.frames--
		c.bytes -= c.cost(c.queue[i].payload)
		c.queue = slices.Delete(c.queue, i, i+1)
	}
	if i := slices.IndexFunc(c.held, old); i >= 0 {
		c.heldBytes -= c.cost(c.held[i].payload)
		c.held = slices.Delete(c.held, i, i+1)
	}
}

// push queues a frame, or closes a client that has no room for it. mu must be held.
func (c *Client) push(f frame, hold bool) {
	if c.closed {
		return
	}
	if !c.fits(f.payload) {
		c.queue = nil // it would only delay the close
		c.end(CodeSlow, "too slow", 0)
		return
	}
	if hold {
		c.held = append(c.held, f)
		c.heldBytes += c.cost(f.payload)
		return
	}
	c.enqueue(f)
}

// enqueue adds a frame to what goes out next. mu must be held.
func (c *Client) enqueue(f frame) {
	c.frames++
	c.bytes += c.cost(f.payload)
	c.queue = append(c.queue, f)
	c.startWriter()
}

// startWriter sees to it that what waits is written. mu must be held.
func (c *Client) startWriter() {
	if !c.writing {
		c.writing = true
		c.work.Go(c.write)
	}
}

// end closes the client; the writer says so to the peer, or the timer does if the writer is stuck.
// mu must be held.
func (c *Client) end(code int, reason string, grace time.Duration) {
	if c.closed {
		return
	}
	c.closed, c.code, c.reason = true, code, reason
	c.held = nil
	c.work.Add(1)
	c.cut = time.AfterFunc(grace, func() {
		defer c.work.Done()
		c.conn.Shut(code, reason)
	})
	c.startWriter()
	close(c.done)
}

// write is the writer: it writes whatever waits, all at once, until nothing does.
func (c *Client) write() {
	for {
		batch, closing := c.take()
		if batch == nil {
			if closing {
				c.finish()
			}
			return
		}
		c.wrote(batch, c.conn.WriteFrames(batch))
	}
}

// take returns all that may go out now. When that is nothing the writer has ended.
func (c *Client) take() (batch [][]byte, closing bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		c.writing = false
		return nil, c.closed
	}
	batch = make([][]byte, len(c.queue))
	for i, f := range c.queue {
		batch[i] = f.payload
	}
	c.queue = nil
	return batch, c.closed
}

// wrote gives back the room of a batch, and closes the client if it couldn't be written.
func (c *Client) wrote(batch [][]byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frames -= len(batch)
	for _, payload := range batch {
		c.bytes -= c.cost(payload)
	}
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
	if err == nil {
		return
	}
	c.queue = nil
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.end(CodeSlow, "too slow", 0)
		return
	}
	c.end(CodeLost, "connection lost", 0)
}

// finish says goodbye after the last frame, unless the timer has done so.
func (c *Client) finish() {
	c.mu.Lock()
	code, reason, cut := c.code, c.reason, c.cut
	c.mu.Unlock()
	c.conn.Shut(code, reason)
	if cut.Stop() {
		c.work.Done()
	}
}
