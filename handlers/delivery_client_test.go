package handlers

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/fasthttp/websocket"
)

// wire is a client's end of a connection: it can stop reading, and be cut in the middle of a frame.
type wire struct {
	net.Conn
	gate sync.RWMutex // locked while the client does not read
	left atomic.Int64 // bytes that still get through; less than 0 for all
}

func (w *wire) Read(p []byte) (int, error) {
	w.gate.RLock()
	w.gate.RUnlock() //nolint:staticcheck // it is passed, not entered
	return w.Conn.Read(p)
}

func (w *wire) Write(p []byte) (int, error) {
	left := w.left.Load()
	if left < 0 {
		return w.Conn.Write(p)
	}
	if left > int64(len(p)) {
		w.left.CompareAndSwap(left, left-int64(len(p)))
		return w.Conn.Write(p)
	}
	if left > 0 {
		_, _ = w.Conn.Write(p[:left])
	}
	_ = w.Close()
	return int(left), net.ErrClosed
}

// entry is one line of a client's outbox: kept before the first try, until it is answered.
type entry struct {
	cid, conv, text string
	file            string // the id of an upload, instead of text
	note            bool
	by              *person
	acked           bool
	refused         string   // the code of err
	edits           []string // texts its author wanted it to have
	deleting        bool     // its author wanted it deleted
}

// heardLog is what a client shows of one conversation, in order.
type heardLog struct {
	epoch string
	shown []string         // frames of the events 1, 2, 3...
	early map[int64]string // those that came before their turn
}

// person is one client, a tab of a visitor's or of an agent's, that does what docs/protocol.md asks
// of clients: it keeps lines until they are acked and offers them again in order after each welcome,
// drops what it has, asks for what is missing, and forgets everything when told that it is not ours.
type person struct {
	// Static.
	m     *delivery
	name  string
	agent string // name; "" for visitors
	tab   *visitorTabs

	// Guarded by m.mu.
	token   string
	epoch   string
	conv    string // visitor: the conversation shown
	logs    map[string]*heardLog
	outbox  []*entry
	codes   map[string]string // err by cid or id
	session *session
}

// visitorTabs is what the tabs of one browser share.
type visitorTabs struct{ token string }

// session is one connection of a person.
type session struct {
	wire    *wire
	out     chan any
	over    chan struct{} // closed by cut
	once    sync.Once
	synced  bool // all that was missed has come
	stalled bool
	// hesitant stalls after the welcome.
	hesitant bool
	asked    map[string]bool          // conversations whose gap has been asked for
	pending  map[string]func(ok bool) // requests without an answer, by id
	gone     map[promise]bool         // what was deleted before it began
}

// connect opens a socket and says hello. One that is to stall reads nothing after the welcome, so that
// what it missed is stuck half-way. m.mu must be held.
func (p *person) connect(stall bool) {
	if p.session != nil {
		return
	}
	conn, err := p.m.net.dial()
	if err != nil {
		return
	}
	s := &session{wire: &wire{Conn: conn}, hesitant: stall, out: make(chan any, 4096), over: make(chan struct{}), asked: map[string]bool{},
		pending: map[string]func(bool){}, gone: p.m.deleted()}
	s.wire.left.Store(-1)
	p.session = s
	path := "/ws/visitor?site=" + p.m.site.Key
	if p.agent != "" {
		path = "/ws/agent"
	}
	go func() {
		d := websocket.Dialer{Subprotocols: []string{subprotocol}, NetDial: func(string, string) (net.Conn, error) { return s.wire, nil }}
		socket, _, err := d.Dial("ws://home.test"+path, http.Header{"Origin": {"http://home.test"}})
		if err != nil {
			p.lost(s, 0)
			return
		}
		go s.write(socket)
		p.read(s, socket)
	}()
	s.out <- p.hello()
}

func (p *person) hello() map[string]any {
	if p.agent != "" {
		after := map[string]int{}
		for conv, log := range p.logs {
			after[conv] = len(log.shown)
		}
		return map[string]any{"t": "hello", "token": p.token, "epoch": p.epoch, "after": after}
	}
	hello := map[string]any{"t": "hello", "token": p.tab.token, "epoch": p.epoch}
	if p.conv != "" {
		hello["conv"], hello["after"] = p.conv, len(p.log(p.conv).shown)
	}
	return hello
}

func (s *session) write(socket *websocket.Conn) {
	for {
		select {
		case frame := <-s.out:
			if socket.WriteJSON(frame) != nil {
				s.cut()
				return
			}
		case <-s.over:
			return
		}
	}
}

func (p *person) read(s *session, socket *websocket.Conn) {
	for {
		_, frame, err := socket.ReadMessage()
		if err != nil {
			code := 0
			if e, ok := errors.AsType[*websocket.CloseError](err); ok {
				code = e.Code
			}
			p.lost(s, code)
			return
		}
		p.hear(s, frame)
	}
}

// cut ends the connection; whatever is on its way, either way, is lost.
func (s *session) cut() {
	s.once.Do(func() {
		close(s.over)
		_ = s.wire.Close()
	})
}

// lost forgets a session that has ended.
func (p *person) lost(s *session, code int) {
	s.cut()
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	if p.session == s {
		p.session = nil
	}
	if code == closeUnknownVisitor { // from a backup made before they came: they are somebody new
		p.tab.token, p.conv, p.logs = "", "", map[string]*heardLog{}
	}
	p.m.news.Broadcast()
}

// leave cuts the connection. m.mu must be held.
func (p *person) leave() {
	if s := p.session; s != nil {
		p.session = nil
		p.flow(s)
		s.cut()
	}
}

func (p *person) stall() {
	if s := p.session; s != nil && !s.stalled {
		s.stalled = true
		s.wire.gate.Lock()
	}
}

func (p *person) flow(s *session) {
	if s.stalled {
		s.stalled = false
		s.wire.gate.Unlock()
	}
}

func (p *person) send(frame map[string]any) {
	if p.session != nil {
		p.session.out <- frame
	}
}

// say keeps a line and sends it. conv is "" for the first line of a new conversation.
func (p *person) say(conv string, note bool) *entry {
	return p.keep(&entry{conv: conv, text: fmt.Sprint("line ", p.m.cids+1), note: note})
}

// note keeps a line that is sent otherwise than by transmit the first time.
func (p *person) note(l *entry) *entry {
	p.m.cids++
	l.cid, l.by = fmt.Sprint("c", p.m.cids), p
	p.outbox = append(p.outbox, l)
	p.m.said[l.cid] = l
	return l
}

func (p *person) keep(l *entry) *entry {
	p.note(l)
	if s := p.session; s != nil && s.synced {
		p.transmit(l)
	}
	return l
}

// transmit offers a line. The first one of a conversation starts it; those behind it wait for its answer.
func (p *person) transmit(l *entry) {
	switch {
	case l.conv != "":
		p.send(map[string]any{"t": "send", "conv": l.conv, "cid": l.cid, "text": l.text, "file": l.file, "note": l.note})
	case p.starting() == l:
		p.send(map[string]any{"t": "start", "id": l.cid, "cid": l.cid, "text": l.text})
	}
}

// starting is the line that begins the next conversation.
func (p *person) starting() *entry {
	for _, l := range p.outbox {
		if l.conv == "" && !l.acked && l.refused == "" {
			return l
		}
	}
	return nil
}

// offer sends everything that has no answer yet, in order.
func (p *person) offer() {
	for _, l := range p.outbox {
		if !l.acked && l.refused == "" {
			p.transmit(l)
		}
	}
}

func (p *person) log(conv string) *heardLog {
	if p.logs[conv] == nil {
		p.m.convs[conv] = true
		p.logs[conv] = &heardLog{epoch: p.epoch, early: map[int64]string{}}
	}
	return p.logs[conv]
}

func decode[T any](p *person, frame []byte) (out T) {
	if err := json.Unmarshal(frame, &out); err != nil {
		p.m.fault("M7: a frame that can't be read: %s", frame)
	}
	return out
}
