package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
)

// ackWithin is after how long without an ack a client reconnects; docs/protocol.md.
const ackWithin = 10 * time.Second

// habits are how a client behaves.
type habits struct {
	Window  int           // lines under way at most, per conversation
	Pace    time.Duration // how often it looks whether to say something
	Hurry   time.Duration // the first step of backing off; the protocol's is 500 ms
	Longest time.Duration // the longest step of backing off; the protocol's is 30 s
	Pad     int           // the longest line's length beside its name and number
}

// client is a visitor or an agent as docs/protocol.md wants them: it keeps cids and sends again what
// has no ack, in order, and shows each event once, without a gap.
type client struct {
	// Static after construction.
	who    string
	server string // host:port, for Host and Origin
	dial   func(ctx context.Context) (net.Conn, error)
	cookie string // of an agent
	habits habits
	tell   func(fact)

	// Guarded by mu.
	mu       sync.Mutex
	me       string // an agent's id
	token    string // a visitor's
	epoch    string
	talking  bool
	live     bool // everything missed has come
	threads  map[string]*thread
	lines    int
	dead     time.Duration // the server counts as gone after this much silence
	acked    durations     // from the first try to the ack
	hellos   int
	ws       *websocket.Conn
	starting bool
}

// thread is a client's side of one conversation.
type thread struct {
	conv     string
	last     int64          // the number shown last
	early    map[int64]line // came before something that is missing
	mine     bool           // it may be written in
	owed     bool           // a replay was asked for
	complete bool           // nothing may be left out on this connection
	unacked  []*unacked
}

type unacked struct {
	line
	first, tried time.Time
}

func newClient(who, server string, dial func(context.Context) (net.Conn, error), cookie string, h habits, tell func(fact)) *client {
	return &client{
		who: who, server: server, dial: dial, cookie: cookie, habits: h, tell: tell,
		threads: map[string]*thread{}, dead: 35 * time.Second,
	}
}

// run connects again and again until ctx ends.
func (c *client) run(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		began := time.Now()
		code := c.connection(ctx)
		c.mu.Lock()
		c.live, c.ws = false, nil
		c.mu.Unlock()
		if ctx.Err() != nil {
			return
		}
		c.tell(fact{What: factEnd, Who: c.who, Code: code})
		if time.Since(began) > time.Second {
			n = 0
		}
		longest := min(c.habits.Longest, c.habits.Hurry<<min(n, 10))
		wait(ctx, between(0, longest))
	}
}

// connection is one connection from dialing to its end, which it names.
func (c *client) connection(ctx context.Context) string {
	dialer := websocket.Dialer{
		Subprotocols: []string{"foyer.v1"}, HandshakeTimeout: 3 * time.Second,
		NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return c.dial(ctx) },
	}
	header := http.Header{"Origin": {"http://" + c.server}}
	path := "/ws/visitor?site=" + siteKey
	if !isVisitor(c.who) {
		path = "/ws/agent"
		header.Set("Cookie", c.cookie)
	}
	ws, res, err := dialer.DialContext(ctx, "ws://"+c.server+path, header)
	if err != nil {
		if res != nil {
			return "not let in: " + strconv.Itoa(res.StatusCode)
		}
		return "no connection"
	}
	defer func() { _ = ws.Close() }()
	frames, ended := make(chan frame, 64), make(chan error, 1)
	done := make(chan struct{})
	defer close(done)
	go func() { ended <- read(ws, frames, done) }()

	c.mu.Lock()
	c.ws = ws
	err = c.hello()
	c.mu.Unlock()
	tick := time.NewTicker(c.habits.Pace)
	defer tick.Stop()
	heard := time.Now()
	for err == nil {
		select {
		case f := <-frames:
			heard = time.Now()
			err = c.guarded(func() error { return c.hear(f) })
		case now := <-tick.C:
			if now.Sub(heard) > c.silence() {
				return "silence"
			}
			err = c.guarded(func() error { return c.talk(now) })
		case err = <-ended:
			for len(frames) > 0 && err != nil { // what came before the end counts
				if bad := c.guarded(func() error { return c.hear(<-frames) }); bad != nil {
					break
				}
			}
		case <-ctx.Done():
			return "over"
		}
	}
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return strconv.Itoa(closed.Code)
	}
	if errors.Is(err, errNoAck) {
		return errNoAck.Error()
	}
	return "cut"
}

var errNoAck = errors.New("no ack in time")

// read hands over every frame until the connection ends.
func read(ws *websocket.Conn, frames chan<- frame, done <-chan struct{}) error {
	for {
		_, text, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		f, err := decode(text)
		if err != nil {
			return err
		}
		select {
		case frames <- f:
		case <-done:
			return nil
		}
	}
}

func (c *client) guarded(do func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return do()
}

func (c *client) silence() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dead
}

// say sends one frame.
func (c *client) say(f map[string]any) error {
	_ = c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return c.ws.WriteJSON(f)
}

// hello says who this is and what it has.
func (c *client) hello() error {
	c.hellos++
	f := map[string]any{"t": "hello"}
	if c.epoch != "" {
		f["epoch"] = c.epoch
	}
	after := map[string]int64{}
	for id, t := range c.threads {
		t.early, t.owed, t.complete = map[int64]line{}, true, false
		after[id] = t.last
		if isVisitor(c.who) {
			f["conv"], f["after"] = id, t.last
		}
	}
	if isVisitor(c.who) {
		f["locale"] = "en"
		if c.token != "" {
			f["token"] = c.token
		}
	} else {
		f["after"] = after
	}
	c.starting = false
	return c.say(f)
}

// talk says something new when there is something to say and room for it.
func (c *client) talk(now time.Time) error {
	if !c.live {
		return nil
	}
	if isVisitor(c.who) && len(c.threads) == 0 && !c.starting {
		c.starting = true
		id := rand.Text()
		return c.say(map[string]any{"t": "start", "id": id, "cid": uuid(), "fields": map[string]string{"name": c.who}})
	}
	for _, t := range c.threads {
		if len(t.unacked) > 0 && now.Sub(t.unacked[0].tried) > ackWithin {
			return errNoAck
		}
		if !c.talking || !t.mine || t.owed || len(t.unacked) >= c.habits.Window {
			continue
		}
		c.lines++
		u := &unacked{first: now, line: line{Kind: "message", CID: uuid(), Text: fmt.Sprintf("%s says %d %s", c.who, c.lines, padding(c.habits.Pad))}}
		if !isVisitor(c.who) && c.lines%8 == 0 {
			u.Kind = "note"
		}
		c.tell(fact{What: factSaid, Who: c.who, Conv: t.conv, Line: u.line})
		t.unacked = append(t.unacked, u)
		if err := c.send(t, u); err != nil {
			return err
		}
	}
	return nil
}

func (c *client) send(t *thread, u *unacked) error {
	u.tried = time.Now()
	f := map[string]any{"t": "send", "conv": t.conv, "cid": u.CID, "text": u.Text}
	if u.Kind == "note" {
		f["note"] = true
	}
	return c.say(f)
}

// back is called when a replay has ended: when it was the last one, everything unacknowledged is
// said again.
func (c *client) back() error {
	if c.live {
		return nil
	}
	for _, t := range c.threads {
		if t.owed {
			return nil
		}
	}
	c.live = true
	for _, t := range c.threads {
		for _, u := range t.unacked {
			if err := c.send(t, u); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *client) thread(conv string) *thread {
	t := c.threads[conv]
	if t == nil {
		t = &thread{conv: conv, early: map[int64]line{}, mine: isVisitor(c.who)}
		c.threads[conv] = t
	}
	return t
}

// state tells what others wait for: whether it is connected, and how much is under way.
func (c *client) state() (live bool, under, threads int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.threads {
		under += len(t.unacked)
	}
	threads = len(slices.DeleteFunc(slicesOf(c.threads), func(t *thread) bool { return !t.mine }))
	return c.live, under, threads
}

func slicesOf(m map[string]*thread) (all []*thread) {
	for _, t := range m {
		all = append(all, t)
	}
	return all
}

// shown is the number of events shown of a conversation.
func (c *client) shown(conv string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.threads[conv]; t != nil {
		return t.last
	}
	return 0
}

func (c *client) speak(on bool) {
	c.mu.Lock()
	c.talking = on
	c.mu.Unlock()
}

// latencies are those of all acks so far, from the first try.
func (c *client) latencies() durations {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.acked)
}

func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// padding is of letters of one, two, three and four bytes.
func padding(most int) string {
	if most == 0 {
		return ""
	}
	letters := []rune("ab cö店🫖")
	var b [8]byte
	_, _ = rand.Read(b[:])
	n := int(b[0])<<8 | int(b[1])
	text := make([]rune, n%most+1)
	for i := range text {
		text[i] = letters[int(b[i%8])%len(letters)]
	}
	return string(text) + "."
}

// frame is what a server says, as far as clients here care.
type frame struct {
	T    string
	Conv string
	Dup  bool
	More bool
	N    json.Number
	Code string
	line
	Agent   json.RawMessage // an event's is who, presence's an id
	Status  string
	Visitor json.RawMessage
	Online  bool
	welcome *welcome
	summary *summary
}

// welcome is what both sides are welcomed with.
type welcome struct {
	Epoch string
	Dead  int64 `json:"dead_ms"`
	Token string
	Me    struct{ ID string }
	Conv  *summary
	Convs []summary
}

// summary is of a conversation.
type summary struct {
	ID    string
	State string
	Owner *struct{ ID string }
}

func decode(text []byte) (f frame, err error) {
	var kind struct{ T string }
	if err := json.Unmarshal(text, &kind); err != nil {
		return f, err
	}
	switch kind.T {
	case "welcome":
		f.T, f.welcome = kind.T, &welcome{}
		err = json.Unmarshal(text, f.welcome)
	case "conv":
		f.T, f.summary = kind.T, &summary{}
		err = json.Unmarshal(text, f.summary)
	case "bye": // its code is a word like any other's
		f.T = kind.T
	default:
		err = json.Unmarshal(text, &f)
	}
	return f, err
}
