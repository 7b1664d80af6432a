package handlers

import (
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/fasthttp/websocket"
)

const (
	patience   = 500 * time.Millisecond // what Shut waits for a peer that does not read
	linger     = time.Second            // how long a peer may take to answer our close frame
	sendBuffer = 128 << 10              // the kernel's would take megabytes before a write shows that nobody reads
	chunk      = 64 << 10               // bytes of whole frames for one write and its deadline
)

// socketConn is the connection under one socket, as its hub.Client wants it. Data frames are
// written raw, so that many are one system call; close and pong frames go through the library,
// which has to know that it said goodbye.
type socketConn struct {
	// Static after construction.
	ws      *websocket.Conn // never contrib's wrapper, which is pooled
	tcp     net.Conn        // what lies under fasthttp's wrapper
	timeout time.Duration   // for one write
	writing chan struct{}   // full while somebody writes: a mutex with which one can lose patience

	over atomic.Bool // Shut was called

	// Owned by whoever has filled writing.
	broken bool // a write has failed half-way; nothing may follow
	bye    bool // a close frame has gone out; nothing may follow
}

// newSocketConn prepares ws for service.
func newSocketConn(ws *websocket.Conn, timeout time.Duration) *socketConn {
	s := &socketConn{ws: ws, tcp: ws.NetConn(), timeout: timeout, writing: make(chan struct{}, 1)}
	if wrapped, ok := s.tcp.(interface{ UnsafeConn() net.Conn }); ok {
		s.tcp = wrapped.UnsafeConn()
	}
	if tcp, ok := s.tcp.(interface{ SetWriteBuffer(int) error }); ok {
		_ = tcp.SetWriteBuffer(sendBuffer)
	}
	ws.SetCloseHandler(func(code int, _ string) error {
		s.control(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""))
		return nil
	})
	return s
}

// detachable reports whether the connection can outlive its request. It can't when something came in
// the same breath as the handshake, which a client must not send (RFC 6455, section 4.1): that lies
// in a buffer of the request, through which fasthttp then reads for ever. With ReduceMemoryUsage
// there is no such buffer otherwise.
func (s *socketConn) detachable() bool {
	var early [1]byte
	_ = s.ws.SetReadDeadline(time.Unix(1, 0)) // long ago: only what is buffered can be read
	n, err := s.ws.NetConn().Read(early[:])
	return n == 0 && errors.Is(err, os.ErrDeadlineExceeded)
}

// refuse says goodbye to a peer that gets no socket.
func (s *socketConn) refuse(code int, reason string) {
	s.sayBye(code, reason)
	if tcp, ok := s.tcp.(interface{ CloseWrite() error }); ok {
		_ = tcp.CloseWrite()
	}
	s.finish()
}

// rescue is deferred around the whole of a socket: no bug of the transport shall stop the server.
func (s *socketConn) rescue() {
	if p := recover(); p != nil {
		slog.Error("socket transport panicked", "panic", p, "stack", string(debug.Stack()))
		_ = s.tcp.Close()
	}
}

// WriteFrames writes every payload as a text frame.
func (s *socketConn) WriteFrames(payloads [][]byte) error {
	s.writing <- struct{}{}
	defer func() { <-s.writing }()
	if s.broken || s.bye {
		return net.ErrClosed
	}
	buffer := writeBuffers.Get().(*[]byte)
	defer writeBuffers.Put(buffer)
	out := (*buffer)[:0]
	for i, payload := range payloads {
		out = appendTextFrame(out, payload)
		if len(out) < chunk && i < len(payloads)-1 {
			continue
		}
		_ = s.tcp.SetWriteDeadline(atMost(s.timeout))
		if _, err := s.tcp.Write(out); err != nil {
			s.broken = true
			return err
		}
		out = out[:0]
	}
	if cap(out) <= 2*chunk {
		*buffer = out
	}
	return nil
}

// Shut says goodbye if the peer takes it in time, and wakes the reader. If it doesn't, the
// connection is cut.
func (s *socketConn) Shut(code int, reason string) {
	if s.over.Swap(true) {
		return
	}
	if !s.sayBye(code, reason) {
		if tcp, ok := s.tcp.(interface{ SetLinger(int) error }); ok {
			_ = tcp.SetLinger(0) // what the peer did not take shall not stay in the kernel
		}
		_ = s.tcp.Close()
		return
	}
	if tcp, ok := s.tcp.(interface{ CloseWrite() error }); ok {
		_ = tcp.CloseWrite()
	}
	_ = s.ws.SetReadDeadline(time.Now())
}

// sayBye sends the close frame, and reports whether the peer was sent one, now or before. The
// library sends its own for most violations of the protocol; ErrCloseSent tells of that.
func (s *socketConn) sayBye(code int, reason string) bool {
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-late.C:
		return false
	}
	if s.bye || s.broken || !sendable(code) {
		return s.bye
	}
	message := websocket.FormatCloseMessage(code, shortened(reason))
	err := s.ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(patience))
	s.bye = err == nil || errors.Is(err, websocket.ErrCloseSent)
	return s.bye
}

// control sends a pong or a close frame from the reader.
func (s *socketConn) control(kind int, data []byte) {
	s.writing <- struct{}{}
	defer func() { <-s.writing }()
	if s.broken || s.bye {
		return
	}
	err := s.ws.WriteControl(kind, data, time.Now().Add(s.timeout))
	s.broken = err != nil
	s.bye = err == nil && kind == websocket.CloseMessage
}

// listenUntil moves the reader's deadline, unless the connection is being shut.
func (s *socketConn) listenUntil(deadline time.Time) {
	_ = s.ws.SetReadDeadline(deadline)
	if s.over.Load() { // Shut may have come in between
		_ = s.ws.SetReadDeadline(time.Now())
	}
}

// finish closes a shut connection. Closing while input is unread makes the kernel send a reset,
// which can overtake the close frame, so the peer first gets a moment to answer. Only the reader
// may call it, as its last act.
func (s *socketConn) finish() {
	defer func() { _ = s.tcp.Close() }()
	s.writing <- struct{}{}
	defer func() { <-s.writing }()
	if s.bye {
		_ = s.ws.SetReadDeadline(time.Now().Add(linger))
		_, _ = io.Copy(io.Discard, s.ws.NetConn())
	}
}

var writeBuffers = sync.Pool{New: func() any { return new([]byte) }}

// appendTextFrame appends payload as an unmasked text frame (RFC 6455, section 5.2).
func appendTextFrame(out, payload []byte) []byte {
	const finText = 0x81
	switch n := len(payload); {
	case n <= 125:
		out = append(out, finText, byte(n))
	case n <= 0xffff:
		out = binary.BigEndian.AppendUint16(append(out, finText, 126), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, finText, 127), uint64(n))
	}
	return append(out, payload...)
}

// sendable reports whether a close code may appear in a close frame.
func sendable(code int) bool {
	return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999
}

// shortened cuts a reason to what a close frame has room for, without splitting a character.
func shortened(reason string) string {
	const room = 123
	if len(reason) <= room {
		return reason
	}
	end := room
	for end > 0 && !utf8.RuneStart(reason[end]) {
		end--
	}
	return reason[:end]
}
