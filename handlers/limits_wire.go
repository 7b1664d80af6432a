package handlers

import (
	"errors"
	"sync/atomic"
	"time"
)

const (
	// chatterPeriod is over what time bytes that say nothing are counted.
	chatterPeriod = 10 * time.Second
	// chatterBytes is how many of them there may be, beyond a frame that is not whole yet: enough for a
	// thousand frames a second, and for no flood of pings or of empty fragments.
	chatterBytes = 64 << 10
)

// errChatter ends a socket whose peer sends much and says little.
var errChatter = errors.New("too many bytes that say nothing")

// chatter counts what a peer sends beside its frames: the headers of frames and fragments, pings,
// pongs, typing. The library loops over empty fragments by itself, so they are counted where bytes come in.
type chatter struct {
	most int64        // bytes in one period: chatterBytes and one frame
	said atomic.Int64 // bytes of frames that said something

	// Owned by the reader.
	read  int64 // bytes that came in
	since time.Time
	base  int64 // read - said, at since
}

// heard notes a frame of type t that has come in whole.
func (c *chatter) heard(t string, bytes int) {
	if t != "pong" && t != "typing" { // these have no limit of their own that ends a flood
		c.said.Add(int64(bytes))
	}
}

// hear counts bytes that came in.
func (c *chatter) hear(n int, now time.Time) error {
	c.read += int64(n)
	idle := c.read - c.said.Load()
	if now.Sub(c.since) > chatterPeriod {
		c.since, c.base = now, idle-int64(n)
	}
	if idle-c.base > c.most {
		return errChatter
	}
	return nil
}

// meter makes c count what comes in, or nobody.
func (s *socketConn) meter(c *chatter) {
	if conn, ok := s.tcp.(interface{ meter(*chatter) }); ok {
		conn.meter(c)
	}
}

// meteredBy is the part of a connection that does.
type meteredBy struct{ by atomic.Pointer[chatter] }

func (m *meteredBy) meter(c *chatter) { m.by.Store(c) }

func (m *meteredBy) count(n int) error {
	if c := m.by.Load(); c != nil {
		return c.hear(n, time.Now())
	}
	return nil
}
