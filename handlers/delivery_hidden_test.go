package handlers

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"pgregory.net/rapid"

	"foyer/app/chat"
	"foyer/models"
)

// TestHiddenIsHidden (M12) goes from one copy of a database through the same events twice, once with
// notes and offers among them: every byte the visitor hears is the same. The clock stands still and all ids are
// in the copy, so nothing has to be made equal first.
func TestHiddenIsHidden(t *testing.T) {
	w := newPremises(t, "sqlite", t.TempDir()+"/foyer.db")
	_, agents, _ := w.found(t, "anna", "ben")
	rapid.Check(t, func(rt *rapid.T) {
		for _, a := range agents {
			open, err := w.web.Chat.List(context.Background(), a, chat.Query{Mine: true, State: models.StateActive, Limit: 9})
			for _, c := range open.Items {
				if _, err = w.web.Chat.Close(context.Background(), a, c.ID, ""); models.KindOf(err) == models.KindConflict {
					err = nil // ended just now
				}
			}
			if err != nil {
				rt.Fatalf("clear the desk: %v", err)
			}
		}
		w.arrange(rt, agents["anna"], func(d *chat.DepartmentSettings) { // what happens by itself would happen anywhere in a script
			d.Mode, d.OfferTime, d.SilentTime, d.IdleWarn = models.ModeAuto, models.MaxOfferTime, 0, 0
		})
		begin := &onlooker{T: rt, w: w, agents: agents}
		begin.come(0)
		begin.say(map[string]any{"t": "start", "id": "1", "cid": "first", "text": "hello"})
		begin.hearUntil("ok")
		_, err := w.web.Chat.Take(context.Background(), agents["anna"], begin.conv)
		begin.need(err)
		begin.conn.Close()
		w.keep(rt)
		script := rapid.SliceOfN(rapid.SampledFrom(happenings), 1, 16).Draw(rt, "script")
		notes := rapid.SliceOfN(rapid.IntRange(0, 3), len(script), len(script)).Draw(rt, "notes")
		noon := w.clock.now()
		var heard [2][]byte
		for i, hidden := range [][]int{notes, make([]int, len(script))} {
			w.clock.set(noon)
			w.putBack(rt)
			o := &onlooker{T: rt, w: w, agents: agents, token: begin.token, conv: begin.conv}
			heard[i] = o.live(script, hidden)
		}
		if !bytes.Equal(heard[0], heard[1]) {
			rt.Fatalf("M12: with notes the visitor hears\n%s\nwithout\n%s", heard[0], heard[1])
		}
	})
}

// onlooker is a visitor who writes down every byte they hear, and what happens around them.
type onlooker struct {
	*rapid.T
	w      *premises
	agents map[string]models.Agent
	token  string
	conv   string
	conn   *websocket.Conn
	heard  bytes.Buffer
	n      int // happenings so far
	hidden int // notes that come with the next one
}

var happenings = []string{
	"visitor says", "visitor edits", "visitor deletes", "visitor receives", "visitor reads",
	"anna says", "anna edits", "anna deletes", "anna receives", "anna reads", "transfer", "time", "come back", "close",
	"queue and take", "queue and return", "queue and take", "queue and return",
}

// live goes through a script; hidden tells how many notes are written at each step.
func (o *onlooker) live(script []string, hidden []int) []byte {
	ctx := context.Background()
	for _, a := range o.agents {
		o.need(o.w.web.Chat.AgentCame(ctx, a, false))
	}
	o.come(0)
	for i, what := range script {
		o.hidden = hidden[i]
		o.notes()
		o.happens(what)
		o.catchUp() // what the visitor said is stored before the agents have it
		o.notes()
		o.catchUp()
	}
	o.come(0)
	o.conn.Close()
	for _, a := range o.agents {
		o.need(o.w.web.Chat.AgentLeft(ctx, a))
	}
	return o.heard.Bytes()
}

// notes lets the agents write notes, change some, and say that these have arrived. That everything
// before them has arrived they say with and without notes: it is not hidden.
func (o *onlooker) notes() {
	o.receive()
	for range o.hidden {
		o.n++
		for name, a := range o.agents {
			o.note(a, fmt.Sprint("note ", name, o.n))
		}
	}
	o.receive()
}

func (o *onlooker) note(a models.Agent, cid string) {
	ctx, desk := context.Background(), o.w.web.Chat
	ack, err := desk.SayAsAgent(ctx, a, chat.Line{Conv: o.conv, CID: cid, Text: "hidden", Note: true})
	o.need(err)
	o.receive()
	if o.n%2 == 1 {
		o.need(desk.EditAsAgent(ctx, a, o.conv, ack.Seq, "hidden better"))
	}
	if o.n%3 == 1 {
		o.need(desk.DeleteAsAgent(ctx, a, o.conv, ack.Seq))
	}
}

// receive says that the agents have everything there is. The owner's word counts.
func (o *onlooker) receive() {
	for _, a := range o.agents {
		o.need(o.w.web.Chat.ReceivedByAgent(context.Background(), a, o.conv, 1<<30))
	}
}

// latest is the number of the last line of somebody that can still be changed, 0 if there is none.
func latest(log []chat.Event, by models.AuthorType, name string) (seq int64) {
	for _, e := range log {
		if e.Kind == models.EventMessage && !e.Deleted && e.From.Type == by && (name == "" || e.From.Name == name) {
			seq = e.Seq
		}
	}
	return seq
}

func (o *onlooker) happens(what string) {
	ctx := context.Background()
	owner, other := o.agents["anna"], o.agents["ben"]
	now, err := o.w.web.Chat.Summary(ctx, owner, o.conv)
	o.need(err)
	if now.Owner != nil && now.Owner.Name == "ben" {
		owner, other = other, owner
	}
	log, _, err := o.w.web.Chat.Log(ctx, owner, o.conv, chat.Slice{})
	o.need(err)
	cid := fmt.Sprint(what, len(visible(log)))
	switch what {
	case "visitor says":
		o.say(map[string]any{"t": "send", "conv": o.conv, "cid": cid, "text": "question"})
		o.hearUntil("event", "err") // the event comes by itself, after the ack
	case "anna says":
		_, err = o.w.web.Chat.SayAsAgent(ctx, owner, chat.Line{Conv: o.conv, CID: cid, Text: "answer"})
	case "visitor edits":
		o.say(map[string]any{"t": "edit", "id": cid, "conv": o.conv, "seq": latest(visible(log), models.ByVisitor, ""), "text": cid})
	case "visitor deletes":
		o.say(map[string]any{"t": "delete", "id": cid, "conv": o.conv, "seq": latest(visible(log), models.ByVisitor, "")})
	case "anna edits":
		err = o.w.web.Chat.EditAsAgent(ctx, owner, o.conv, latest(log, models.ByAgent, owner.Name), cid)
	case "anna deletes":
		err = o.w.web.Chat.DeleteAsAgent(ctx, owner, o.conv, latest(log, models.ByAgent, owner.Name))
	case "visitor receives":
		o.say(map[string]any{"t": "received", "conv": o.conv, "seq": len(visible(log))})
	case "anna receives":
		err = o.w.web.Chat.ReceivedByAgent(ctx, owner, o.conv, now.LastSeq)
	case "anna reads":
		err = o.w.web.Chat.ReadAsAgent(ctx, owner, o.conv, now.LastSeq)
	case "visitor reads":
		o.say(map[string]any{"t": "read", "conv": o.conv, "seq": len(visible(log))})
	case "transfer":
		to := chat.Destination{Agent: other.PublicID}
		if o.hidden > 0 {
			to.Note = "hidden"
		}
		_, err = o.w.web.Chat.Transfer(ctx, owner, o.conv, to)
	case "queue and take", "queue and return":
		err = o.queues(owner, other, what == "queue and return")
	case "time":
		o.w.clock.pass(1234 * time.Millisecond)
	case "come back":
		o.conn.Close()
		o.come(len(visible(log)) / 2)
	case "close":
		_, err = o.w.web.Chat.Close(ctx, owner, o.conv, "done")
	}
	if models.KindOf(err) == "" {
		o.need(err)
	}
}

// queues transfers the conversation to the department, where nobody accepts it: it rings at the other
// agent, or, where nothing is hidden, at nobody. Then that one picks it, or it goes back to its owner.
func (o *onlooker) queues(owner, other models.Agent, back bool) error {
	ctx, desk := context.Background(), o.w.web.Chat
	mode := func(to models.Mode) string {
		return o.w.arrange(o.T, owner, func(d *chat.DepartmentSettings) { d.Mode = to })
	}
	defer mode(models.ModeAuto)
	support := mode(models.ModePull)
	if o.hidden > 0 {
		mode(models.ModeOffer)
	}
	o.w.clock.pass(time.Millisecond) // another wait than any before
	if _, err := desk.Transfer(ctx, owner, o.conv, chat.Destination{Department: support}); err != nil {
		return err
	}
	o.hearUntil("queue")
	if o.hidden > 0 {
		o.until(models.StateOffered)
	}
	o.conn.Close()
	o.come(0)
	o.hearUntil("queue")
	if !back {
		_, err := desk.Take(ctx, other, o.conv)
		return err
	}
	o.w.clock.pass(ChatSettings(o.w.web.Config).TransferBack)
	if o.hidden > 0 {
		_, err := desk.Decline(ctx, other, o.conv)
		o.need(err)
	}
	o.until(models.StateActive)
	return nil
}

// until waits for a state the conversation comes to by itself.
func (o *onlooker) until(state models.State) {
	o.Helper()
	late := time.After(catchUp)
	for tick := time.Tick(time.Millisecond); ; {
		now, err := o.w.web.Chat.Summary(context.Background(), o.agents["anna"], o.conv)
		o.need(err)
		if now.State == state {
			return
		}
		select {
		case <-tick:
		case <-late:
			o.Fatalf("the conversation is %s, not %s", now.State, state)
		}
	}
}

func (o *onlooker) need(err error) {
	o.Helper()
	if err != nil {
		o.Fatalf("%v", err)
	}
}

// come opens a socket, says hello and hears what was missed.
func (o *onlooker) come(after int) {
	d := websocket.Dialer{Subprotocols: []string{subprotocol}, NetDial: func(string, string) (net.Conn, error) { return o.w.net.dial() }}
	conn, _, err := d.Dial("ws://home.test/ws/visitor?site=tea", http.Header{"Origin": {"http://home.test"}})
	o.need(err)
	o.conn = conn
	o.say(map[string]any{"t": "hello", "token": o.token, "conv": o.conv, "after": after})
	o.hearUntil("sync")
}

// catchUp hears everything that was sent before now.
func (o *onlooker) catchUp() {
	o.say(map[string]any{"t": "get", "id": "now", "conv": o.conv, "after": 1 << 30})
	o.hearUntil("sync")
}

func (o *onlooker) say(frame any) {
	o.Helper()
	o.need(o.conn.WriteJSON(frame))
}

func (o *onlooker) hearUntil(types ...string) {
	o.Helper()
	for {
		_, frame, err := o.conn.ReadMessage()
		o.need(err)
		p := &person{m: &delivery{T: o.T}}
		f := decode[struct{ T, Token, Kind string }](p, frame)
		if f.T == "ping" {
			continue
		}
		o.heard.Write(append(frame, '\n'))
		if f.Token != "" {
			o.token = f.Token
		}
		if f.T == "ok" && o.conv == "" { // of the start
			o.conv = decode[struct{ Conv string }](p, frame).Conv
		}
		for _, t := range types {
			if f.T == t {
				return
			}
		}
	}
}
