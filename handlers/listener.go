package handlers

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// acceptPause is the wait before trying again after an accept that failed for a passing reason.
const acceptPause = 50 * time.Millisecond

// Listen listens on a TCP address for the server. The listener survives passing errors, on which
// fasthttp would stop the server, and holds no more connections at a time than leave file
// descriptors for the database and the rest; who comes then waits in the kernel's queue.
func Listen(addr string) (net.Listener, error) {
	inner, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return newListener(inner, connectionLimit(openFileLimit())), nil
}

// connectionLimit is how many of the process's files may be connections.
func connectionLimit(files int) int {
	reserve := min(max(files/8, 16), 256)
	return max(files-reserve, 1)
}

// listener is a net.Listener with a limit.
type listener struct {
	net.Listener
	silence time.Duration // after which a connection that never said anything is ended
	slots   chan struct{} // holds one for every open connection, and one for the Accept under way
	closed  chan struct{}
	once    sync.Once

	// Owned by Accept.
	full    time.Time // when it was last said that there is no room
	starved time.Time // when it was last said that accept fails
}

func newListener(inner net.Listener, limit int) *listener {
	return &listener{Listener: inner, silence: readTimeout, slots: make(chan struct{}, limit), closed: make(chan struct{})}
}

// Accept waits for a free slot and the next connection. It fails only when the listener is closed
// or broken.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	default:
		if seldom(&l.full) {
			slog.Warn("no room for more connections", "limit", cap(l.slots))
		}
		select {
		case l.slots <- struct{}{}:
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
	for {
		conn, err := l.Listener.Accept()
		if err == nil {
			return l.hold(conn), nil
		}
		if !passing(err) {
			<-l.slots
			return nil, err
		}
		if seldom(&l.starved) {
			slog.Warn("accept failed, trying again", "error", err)
		}
		select {
		case <-time.After(acceptPause):
		case <-l.closed:
			<-l.slots
			return nil, net.ErrClosed
		}
	}
}

// hold makes conn give back its slot when it is closed, and ends it if nothing comes: with
// ReduceMemoryUsage fasthttp waits for a connection's first byte before it sets a deadline.
func (l *listener) hold(conn net.Conn) net.Conn {
	_ = conn.SetReadDeadline(time.Now().Add(l.silence))
	if tcp, ok := conn.(*net.TCPConn); ok {
		return &heldConn{TCPConn: tcp, slotOf: slotOf{slots: l.slots}}
	}
	return &heldOther{Conn: conn, slotOf: slotOf{slots: l.slots}}
}

// seldom is true once a second, since what there is to complain about comes in crowds.
func seldom(last *time.Time) bool {
	now := time.Now()
	if now.Sub(*last) < time.Second {
		return false
	}
	*last = now
	return true
}

// Close stops accepting. Connections that are open stay open.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// slotOf is the part of a connection that gives its slot back, once. There is one for every idle
// visitor: sync.OnceFunc would make four objects of it.
type slotOf struct {
	slots chan struct{}
	given atomic.Bool
}

func (s *slotOf) release() {
	if !s.given.Swap(true) {
		<-s.slots
	}
}

// heldConn has all the methods of a TCP connection: the sockets need some.
type heldConn struct {
	*net.TCPConn
	slotOf
	seatOf
	meteredBy
}

// Read counts what comes in, once a socket asks for that.
func (c *heldConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	if flood := c.count(n); flood != nil {
		return n, flood
	}
	return n, err
}

func (c *heldConn) Close() error {
	defer c.release()
	defer c.vacate()
	return c.TCPConn.Close()
}

type heldOther struct {
	net.Conn
	slotOf
}

func (c *heldOther) Close() error {
	defer c.release()
	return c.Conn.Close()
}

// passing reports whether accept may succeed later: files or memory have run out, or the peer gave
// up while it waited.
func passing(err error) bool {
	for _, errno := range []error{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM,
		syscall.ECONNABORTED, syscall.ECONNRESET, syscall.EPROTO, syscall.EINTR, syscall.EAGAIN,
		syscall.ENETDOWN, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.EHOSTUNREACH,
	} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}
