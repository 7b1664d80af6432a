package handlers

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"time"
	"unicode/utf8"

	"github.com/fasthttp/websocket"

	"foyer/app/hub"
)

// The close codes of docs/protocol.md that the transport itself uses.
const (
	closeLost        = hub.CodeLost
	closeProtocol    = 1002
	closeNotText     = 1003
	closeNotUTF8     = 1007
	closeNonsense    = 1008
	closeTooBig      = 1009
	closeOurBug      = 1011
	closeRestart     = hub.CodeRestart
	closeUnavailable = 1013
	closeSlow        = hub.CodeSlow
	closeNoHello     = 4301
)

// CloseStateLost tells clients that what they heard may be less than what is stored: they resume.
const CloseStateLost = 4201

// protocol is what is said on a socket. The transport calls it from one goroutine, for one frame
// after another. An error becomes the answer: see socket.answer.
type protocol interface {
	// Hello gets the first frame, whose t is "hello". If it fails without ending the socket, the
	// peer may try again until its time is up.
	Hello(ctx context.Context, frame []byte) error
	// Frame gets any later one, except pong, and what is known about it. A t it doesn't know is a
	// badFrame.
	Frame(ctx context.Context, about envelope, frame []byte) error
	// Left is called once, when the client is closed, if Hello had succeeded. The hub's shutdown
	// waits for it.
	Left()
}

// socketLimits is what a socket may take and cost.
type socketLimits struct {
	Ping     time.Duration // between two pings of ours
	Dead     time.Duration // without a byte heard
	Hello    time.Duration // until hello has come
	Write    time.Duration // for one write
	MaxFrame int64         // bytes of one message
	Queue    hub.Limits
}

// socket is the transport of one WebSocket. It knows of a frame only that it has a type.
type socket struct {
	// Static after construction.
	conn    *socketConn
	client  *hub.Client
	limits  *socketLimits
	speaker protocol
	beat    heartbeat
	chatter chatter

	// Owned by the reader.
	greeted  bool
	moved    time.Time   // when the deadline of a silent peer was last moved
	nonsense []time.Time // when the latest frames without meaning came
}

// serveSocket runs one connection until it is over. start gets the client whose queue writes to
// this connection. The client is in the hub, without topics, before start is called.
//
// It runs in a goroutine of its own, after the request's handler has returned, and so must know
// nothing of the request: fasthttp has given its memory, and its buffers, to another.
func serveSocket(conn *socketConn, h *hub.Hub, limits *socketLimits, start func(*hub.Client) protocol) {
	defer conn.rescue()
	client := hub.NewClient(conn, limits.Queue)
	s := &socket{
		conn: conn, client: client, limits: limits,
		beat: heartbeat{client: client, every: limits.Ping}, chatter: chatter{most: chatterBytes + limits.MaxFrame},
	}
	conn.meter(&s.chatter)

	if h.Join(client) {
		s.run(start)
	}
	client.Close(closeRestart, "restart") // nothing, unless Join has refused
	s.beat.stop()
	s.leave() // before the hub is left: a shutdown waits for that, and then closes the database
	h.Leave(client)
	client.Wait()
	conn.meter(nil) // what still comes is thrown away
	conn.finish()
}

// run reads until the socket is over, and closes the client.
func (s *socket) run(start func(*hub.Client) protocol) {
	defer s.recovered()
	s.conn.ws.SetPingHandler(func(data string) error {
		s.heard()
		s.conn.control(websocket.PongMessage, []byte(data))
		return nil
	})
	s.conn.ws.SetPongHandler(func(string) error { s.heard(); return nil })
	s.conn.listenUntil(time.Now().Add(s.limits.Hello))
	s.speaker = start(s.client)

	var end *closeError
	for end == nil && !s.closed() {
		var frame []byte
		switch frame, end = s.receive(); {
		case end != nil, s.greeted && isPong(frame): // it was heard, and that is all there is to it
		case s.greeted:
			end = s.handle(frame)
		default:
			end = s.apart(func() *closeError { return s.handle(frame) })
		}
	}
	if end != nil {
		s.client.Close(end.Code, end.Reason)
	}
}

func (s *socket) closed() bool { return isDone(s.client) }

func isDone(client *hub.Client) bool {
	select {
	case <-client.Done():
		return true
	default:
		return false
	}
}

// apart runs f in a goroutine of its own and waits for it. The reader keeps for years what stack it
// once needed; hello, after which most never say a word, needs a deep one.
func (s *socket) apart(f func() *closeError) *closeError {
	done := make(chan *closeError)
	go func() {
		end := &closeError{closeOurBug, "internal error"} // unless f returns
		defer func() { done <- end }()
		defer s.recovered()
		end = f()
	}()
	return <-done
}

// leave tells the protocol that the socket is gone.
func (s *socket) leave() {
	defer s.recovered()
	if s.greeted {
		s.speaker.Left()
	}
}

// recovered is deferred around everything that isn't ours. What a panic says is for the log only.
func (s *socket) recovered() {
	if p := recover(); p != nil {
		slog.Error("socket panicked", "panic", p, "stack", string(debug.Stack()))
		s.client.Close(closeOurBug, "internal error")
	}
}

// heard moves the moment at which a silent peer counts as dead. Before hello there is one deadline
// only, or a peer could put it off a byte at a time. On a busy line it is moved now and then, not for
// every frame.
func (s *socket) heard() {
	if now := time.Now(); s.greeted && now.Sub(s.moved) > s.limits.Dead/32 {
		s.moved = now
		s.conn.listenUntil(atMost(s.limits.Dead))
	}
}

// heardReader notes every byte that a message brings, or a large one on a slow line would not come in
// time.
type heardReader struct {
	io.Reader
	socket *socket
}

// Read implements io.Reader.
func (r heardReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 {
		r.socket.heard()
	}
	return n, err
}

// receive returns the next message, or why there is none.
func (s *socket) receive() ([]byte, *closeError) {
	kind, r, err := s.conn.ws.NextReader()
	if err != nil {
		return nil, s.ended(err)
	}
	s.heard()
	if kind != websocket.TextMessage {
		return nil, &closeError{closeNotText, "text frames only"}
	}
	// The library's own limit would send the close past what is queued.
	frame, err := io.ReadAll(io.LimitReader(heardReader{r, s}, s.limits.MaxFrame+1))
	switch {
	case err != nil:
		return nil, s.ended(err)
	case int64(len(frame)) > s.limits.MaxFrame:
		return nil, &closeError{closeTooBig, "too big"}
	case !utf8.Valid(frame): // the library does not look
		return nil, &closeError{closeNotUTF8, "not UTF-8"}
	}
	return frame, nil
}

// ended says how a failed read ends the socket.
func (s *socket) ended(err error) *closeError {
	if left, ok := errors.AsType[*websocket.CloseError](err); ok {
		return &closeError{left.Code, "closed by the peer"}
	}
	_, network := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, errChatter):
		return &closeError{closeNonsense, errChatter.Error()}
	case errors.Is(err, os.ErrDeadlineExceeded) && !s.greeted:
		return &closeError{closeNoHello, "no hello in time"}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &closeError{closeSlow, "silent"}
	case network, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &closeError{closeLost, "connection lost"}
	default: // most of these the library has answered; nothing more may be written
		s.conn.sayBye(closeProtocol, "protocol error")
		return &closeError{closeProtocol, "protocol error"}
	}
}

// handle gives a frame to whom it concerns, and says how that ends the socket, if it does.
func (s *socket) handle(frame []byte) *closeError {
	ctx := lifetime{s.client}
	about, err := openEnvelope(frame)
	s.chatter.heard(string(about.T), len(frame))
	if err == nil {
		err = s.dispatch(ctx, about, frame)
	}
	s.heard() // what the peer sent meanwhile lies unread: it was we who were busy
	if err == nil {
		return nil
	}
	return s.answer(ctx, about, err)
}

func (s *socket) dispatch(ctx context.Context, about envelope, frame []byte) error {
	switch t := about.T; {
	case t == "hello" && s.greeted:
		return badFrame("hello was said already")
	case t == "hello":
		if err := s.speaker.Hello(ctx, frame); err != nil {
			return err
		}
		s.greeted = true
		s.heard()
		s.beat.start()
		return nil
	case !s.greeted:
		return &closeError{closeNoHello, "hello must come first"}
	case t == "pong": // one that isPong doesn't know
		return nil
	default:
		return s.speaker.Frame(ctx, about, frame)
	}
}
