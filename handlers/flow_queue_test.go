package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// act makes a move with a conversation and returns the summary.
func (c *client) act(conv, move string, body any) map[string]any {
	c.s.t.Helper()
	return c.call("POST", api+"conversations/"+conv+"/"+move, body)
}

// events returns the kinds of the events a peer has passed over, with their causes.
func (p *peer) events() (kinds []string) {
	for _, f := range p.seen {
		if f["t"] == "event" {
			kinds = append(kinds, strings.TrimSuffix(fmt.Sprint(f["kind"], " ", f["cause"]), " <nil>"))
		}
	}
	return kinds
}

// recall is await that finds what was passed over as well.
func (p *peer) recall(t string, fields ...any) map[string]any {
	p.t.Helper()
	for _, f := range p.seen {
		if f["t"] == t && fits(f, fields) {
			return f
		}
	}
	return p.await(t, fields...)
}

// comesBack opens another tab of a visitor and returns the conversation it is welcomed with.
func (s *shop) comesBack(token, conv string) map[string]any {
	s.t.Helper()
	_, welcome := s.comeBack("tea", token, conv, 0)
	return welcome["conv"].(map[string]any)
}

func nameOf(v any) any {
	if v, ok := v.(map[string]any); ok {
		return v["name"]
	}
	return nil
}

func TestOfferGoesRoundUntilSomebodyAccepts(t *testing.T) {
	s := openShop(t)
	s.arrange(map[string]any{"mode": "offer", "offer_s": 60})
	clients := map[string]*client{"anna": s.signIn("anna@tea.test"), "ben": s.signIn("ben@tea.test")}
	desks := map[string]*peer{"anna": clients["anna"].agent(), "ben": clients["ben"].agent()}
	visitor, token := s.visitor("tea")
	visitor.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "Is the Assam back?"})
	conv := visitor.await("ok", "id", "1")["conv"].(string)
	rings := desks["anna"].await("conv", "state", "offered", "id", conv)
	first := nameOf(rings["owner"]).(string)
	other := map[string]string{"anna": "ben", "ben": "anna"}[first]
	until, err := time.Parse(time.RFC3339, rings["offer_until"].(string))
	if left := time.Until(until); err != nil || left < 50*time.Second || left > time.Minute {
		t.Errorf("it rings until %v", rings["offer_until"])
	}
	if e := desks[first].recall("event", "kind", "offered"); nameOf(e["agent"]) != first || e["until"] != rings["offer_until"] {
		t.Errorf("%s hears %v", first, e)
	}
	if c := s.comesBack(token, conv); c["state"] != "queued" || c["owner"] != nil || c["last_seq"] != 2.0 {
		t.Errorf("the visitor's other tab reads %v", c)
	}
	res, text := clients[other].send(http.MethodPost, api+"conversations/"+conv+"/accept", nil)
	if res.StatusCode != http.StatusConflict || !strings.Contains(text, "does not ring at you") {
		t.Errorf("accepting what rings at a colleague: %d %s", res.StatusCode, text)
	}
	if c := clients[first].act(conv, "decline", nil); nameOf(c["owner"]) == first {
		t.Errorf("declined, it is %v", c)
	}
	if e := desks[first].recall("event", "kind", "declined"); e["cause"] != "declined" || nameOf(e["agent"]) != first {
		t.Errorf("%s hears %v", first, e)
	}
	if e := desks[other].recall("event", "kind", "offered", "seq", 5.0); nameOf(e["agent"]) != other {
		t.Errorf("%s hears %v", other, e)
	}
	for range 2 { // a second tab, or a second click
		if c := clients[other].act(conv, "accept", nil); c["state"] != "active" || nameOf(c["owner"]) != other || c["offer_until"] != nil {
			t.Errorf("accepted, it is %v", c)
		}
	}
	e := visitor.await("event", "kind", "assigned")
	if e["seq"] != 3.0 || e["cause"] != "accepted" || nameOf(e["agent"]) != other {
		t.Errorf("the visitor hears %v", e)
	}
	if got := fmt.Sprint(visitor.events()); got != "[queued message]" {
		t.Errorf("before, the visitor heard %s", got)
	}
	for _, f := range visitor.seen {
		if strings.Contains(fmt.Sprint(f), "anna") || strings.Contains(fmt.Sprint(f), "ben") || strings.Contains(fmt.Sprint(f), "offer") {
			t.Errorf("while it rang the visitor was told %v", f)
		}
	}
	why := s.owner.call("GET", api+"conversations/"+conv+"/routing", nil)["decisions"].([]any)
	if len(why) != 2 || nameOf(why[0].(map[string]any)["agent"]) != first || leftOut(why[1].(map[string]any))[first] != "tried" {
		t.Errorf("why: %v", why)
	}
}

func TestVisitorIsToldTheirPlaceAndAnEstimate(t *testing.T) {
	s := openShop(t)
	begin := time.Now().Add(-20 * time.Minute).UnixMilli()
	for i := range 10 { // one every two minutes, who had waited for three
		s.outside(`INSERT INTO queue_intervals (account_id, conversation_id, department_id, started_at, ended_at, end_reason)
			VALUES (?, ?, ?, ?, ?, 'assigned')`, s.tea.account.ID, 1000+i, s.tea.support.ID, begin-180_000+int64(i)*120_000, begin+int64(i)*120_000)
	}
	visitor, conv := s.writes("hello")
	if q := visitor.await("queue"); q["conv"] != conv || q["position"] != 1.0 || q["here"] != false || q["wait_s"] != nil {
		t.Errorf("with nobody here: %v", q)
	}
	s.owner.call("PUT", api+"agents/"+s.tea.agents["anna"].PublicID+"/limit", map[string]any{"limit": 0})
	s.signIn("anna@tea.test").agent() // here, but full
	first := visitor.await("queue", "here", true)
	wait, ok := first["wait_s"].(map[string]any)
	if !ok || wait["low"] != 0.0 || wait["high"] != 300.0 { // two minutes, and as much again, in whole minutes
		t.Errorf("the first hears %v", first)
	}
	second, _ := s.writes("hello too")
	q := second.await("queue", "position", 2.0)
	if wait, ok := q["wait_s"].(map[string]any); !ok || wait["low"].(float64) < 60 || wait["high"].(float64) > 480 || wait["high"].(float64) < 360 {
		t.Errorf("the second hears %v", q)
	}
}

func TestStartWhileClosedIsKeptAsAMessage(t *testing.T) {
	s := openShop(t)
	s.arrange(map[string]any{"hours": map[string]any{}})
	anna := s.signIn("anna@tea.test")
	desk := anna.agent()
	visitor, _, err := s.dial("/ws/visitor?site=tea", http.Header{"Origin": {s.base}})
	must(t, err)
	visitor.say(map[string]any{"t": "hello"})
	site := visitor.await("welcome")["site"].(map[string]any)
	if site["open"] != false || site["opens_at"] != nil || site["online"] != true {
		t.Errorf("the visitor reads of the site %v", site)
	}
	visitor.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "Is the Assam back?"})
	conv := visitor.await("ok", "id", "1")["conv"].(string)
	if e := visitor.await("event", "kind", "missed"); e["cause"] != "closed" || e["seq"] != 1.0 {
		t.Errorf("the visitor hears %v", e)
	}
	visitor.await("event", "kind", "message")
	if c := desk.await("conv", "id", conv); c["kind"] != "message" || c["state"] != "queued" || c["owner"] != nil {
		t.Errorf("agents hear %v", c)
	}
	list := anna.call("GET", api+"conversations?kind=message&state=queued", nil)["items"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["id"] != conv {
		t.Fatalf("the messages: %v", list)
	}
	if c := anna.act(conv, "take", nil); c["state"] != "active" || c["kind"] != "message" {
		t.Errorf("taken, it is %v", c)
	}
	if e := visitor.await("event", "kind", "assigned"); e["cause"] != "taken" || nameOf(e["agent"]) != "anna" {
		t.Errorf("the visitor hears %v", e)
	}
	desk.say(map[string]any{"t": "send", "conv": conv, "cid": "a1", "text": "Since today."})
	visitor.await("event", "cid", "a1")
	for _, f := range visitor.seen {
		if f["t"] == "queue" {
			t.Errorf("a message has a place in the queue: %v", f)
		}
	}
}

func TestWhoLeftAMessageAndWritesAgainIsQueued(t *testing.T) {
	s := openShop(t)
	visitor, conv := s.writes("Is anybody there?")
	visitor.await("queue", "here", false)
	visitor.say(map[string]any{"t": "start", "id": "2", "cid": "c2", "text": "Then please write to me.", "kind": "message", "fields": map[string]string{"email": "agatha@tea.test"}})
	if ok := visitor.await("ok", "id", "2"); ok["conv"] != conv {
		t.Errorf("leaving a message instead: %v", ok)
	}
	visitor.await("event", "kind", "missed", "cause", "left")
	desk := s.signIn("anna@tea.test").agent() // nobody gives her what was left
	if c := s.owner.call("GET", api+"conversations/"+conv, nil); c["kind"] != "message" || c["state"] != "queued" {
		t.Errorf("with somebody here it is %v", c)
	}
	visitor.say(map[string]any{"t": "send", "conv": conv, "cid": "c3", "text": "I am here again."})
	if e := visitor.await("event", "kind", "queued"); e["cause"] != "back" {
		t.Errorf("back: %v", e)
	}
	visitor.await("event", "kind", "assigned", "cause", "auto")
	desk.await("event", "kind", "assigned", "conv", conv)
	visitor.say(map[string]any{"t": "start", "id": "3", "cid": "c4", "kind": "message"}) // all is said already, and somebody has it
	visitor.await("ok", "id", "3", "conv", conv)
	nobody, _ := s.visitor("tea")
	nobody.say(map[string]any{"t": "start", "id": "3", "cid": "c4", "kind": "message"})
	if e := nobody.await("err", "id", "3"); e["code"] != "bad_frame" || !strings.Contains(e["message"].(string), "a message needs text") {
		t.Errorf("a message without text: %v", e)
	}
	nobody.say(map[string]any{"t": "start", "id": "4", "cid": "c5", "text": "x", "kind": "phone"})
	if e := nobody.await("err", "id", "4"); !strings.Contains(e["message"].(string), "kind must be chat or message") {
		t.Errorf("another kind: %v", e)
	}
}

func TestGuestSpeaksAndLeaves(t *testing.T) {
	s := openShop(t)
	anna, ben := s.signIn("anna@tea.test"), s.signIn("ben@tea.test")
	desk := anna.agent()
	visitor, conv := s.annas("Which steamer is it on?")
	guest := ben.agent()
	if c := anna.act(conv, "invite", map[string]any{"agent": s.tea.agents["ben"].PublicID}); nameOf(c["guests"].([]any)[0]) != "ben" || nameOf(c["owner"]) != "anna" {
		t.Errorf("invited, it is %v", c)
	}
	if e := visitor.await("event", "kind", "joined"); nameOf(e["agent"]) != "ben" || nameOf(e["from"]) != "anna" {
		t.Errorf("the visitor hears %v", e)
	}
	guest.await("event", "kind", "joined", "conv", conv)
	guest.say(map[string]any{"t": "send", "conv": conv, "cid": "b1", "text": "On the Agra."})
	guest.await("ack", "cid", "b1")
	if e := visitor.await("event", "cid", "b1"); nameOf(e["from"]) != "ben" {
		t.Errorf("the visitor hears %v", e)
	}
	desk.await("event", "cid", "b1")
	visitor.say(map[string]any{"t": "send", "conv": conv, "cid": "v1", "text": "And when?"})
	guest.await("event", "cid", "v1")
	for _, a := range s.owner.call("GET", "/api/v1/agents", nil)["items"].([]any) {
		if a := a.(map[string]any); a["name"] == "ben" && a["open"] != 0.0 {
			t.Errorf("being a guest counts: %v", a)
		}
	}
	ben.call("DELETE", api+"conversations/"+conv+"/guests/"+s.tea.agents["ben"].PublicID, nil)
	if e := visitor.await("event", "kind", "left"); nameOf(e["agent"]) != "ben" {
		t.Errorf("the visitor hears %v", e)
	}
	guest.say(map[string]any{"t": "send", "conv": conv, "cid": "b2", "text": "One more thing"})
	if e := guest.await("err", "cid", "b2"); e["code"] == nil {
		t.Errorf("having left, they still speak: %v", e)
	}
}

func TestSupervisorWatchesWhispersAndTakesOver(t *testing.T) {
	s := openShop(t)
	desk := s.signIn("anna@tea.test").agent()
	visitor, conv := s.annas("You have lost my order")
	supervisor := s.signIn("supervisor@tea.test")
	watch := supervisor.agent()
	watch.say(map[string]any{"t": "watch", "id": "w", "conv": conv})
	watch.await("ok", "id", "w")
	watch.say(map[string]any{"t": "send", "conv": conv, "cid": "s1", "text": "Offer a refund", "note": true})
	desk.await("event", "kind", "note")
	if c := supervisor.act(conv, "take", nil); nameOf(c["owner"]) != "supervisor" {
		t.Errorf("taken over, it is %v", c)
	}
	e := visitor.await("event", "kind", "transferred")
	if e["cause"] != "takeover" || nameOf(e["agent"]) != "supervisor" {
		t.Errorf("the visitor hears %v", e)
	}
	if got := fmt.Sprint(visitor.events()); got != "[]" {
		t.Errorf("before, the visitor heard %s", got)
	}
	desk.await("event", "kind", "transferred")
	desk.say(map[string]any{"t": "send", "conv": conv, "cid": "a1", "text": "mine"})
	desk.await("err", "cid", "a1")
}

func TestConsoleThatReconnectsAloneIsAway(t *testing.T) {
	s := openShop(t)
	colleague := s.signIn("ben@tea.test").agent()
	s.signIn("ben@tea.test").call("PUT", "/api/v1/me/accepting", map[string]any{"accepting": false})
	anna := s.signIn("anna@tea.test")
	p, _, err := s.dial("/ws/agent", http.Header{"Origin": {s.base}, "Cookie": {anna.cookie}})
	must(t, err)
	s.outside("UPDATE agents SET active_at = 1 WHERE email = 'anna@tea.test'") // long ago
	p.say(map[string]any{"t": "hello", "idle": true})
	p.await("welcome")
	id := s.tea.agents["anna"].PublicID
	if e := colleague.await("presence", "agent", id); e["status"] != "away" || e["accepting"] != true {
		t.Errorf("a colleague hears %v", e)
	}
	visitor, _ := s.writes("hello")
	visitor.await("queue", "here", false)
	if me := anna.call("POST", "/api/v1/me/active", nil); me["status"] != "online" {
		t.Errorf("what she chose is %v", me["status"])
	}
	colleague.await("presence", "agent", id, "status", "online")
	visitor.await("event", "kind", "assigned")
}

func TestALineIsSaidThoughTheSignOfLifeIsNotStored(t *testing.T) {
	s := openShop(t)
	desk := s.signIn("anna@tea.test").agent()
	_, conv := s.writes("hello")
	desk.await("event", "kind", "assigned")
	s.change(`CREATE TRIGGER refusing BEFORE UPDATE OF active_at ON agents BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`)
	desk.say(map[string]any{"t": "send", "conv": conv, "cid": "a1", "text": "Good morning"})
	desk.await("ack", "cid", "a1")
}
