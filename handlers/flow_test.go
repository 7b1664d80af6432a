package handlers

import (
	"testing"
	"time"

	"foyer/app/config"
)

func TestVisitorAndAgentTalk(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	anna := s.signIn("anna@tea.test")
	desk := anna.agent()
	visitor, token := s.visitor("tea")
	visitor.await("sync", "conv", "", "more", false) // that is all there is

	visitor.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "Is the Assam back?"})
	ok, err := visitor.next()
	must(t, err)
	if ok["t"] != "ok" || ok["id"] != "1" {
		t.Fatalf("the first answer to start is %v", ok)
	}
	conv := ok["conv"].(string)
	for i, kind := range []string{"queued", "message", "assigned"} {
		e := visitor.await("event")
		if e["kind"] != kind || e["seq"] != float64(i+1) {
			t.Fatalf("event %d of the visitor is %v", i+1, e)
		}
	}
	if line := desk.await("event", "kind", "message"); line["text"] != "Is the Assam back?" && line["conv"] != conv {
		t.Errorf("the agent hears %v", line)
	}
	desk.say(map[string]any{"t": "send", "conv": conv, "cid": "a1", "text": "Since today."})
	desk.await("ack", "cid", "a1")
	if e := visitor.await("event", "kind", "message", "cid", "a1"); e["text"] != "Since today." {
		t.Errorf("the visitor hears %v", e)
	}
	desk.say(map[string]any{"t": "send", "conv": conv, "cid": "n1", "text": "He means the second flush.", "note": true})
	desk.await("event", "kind", "note")
	visitor.say(map[string]any{"t": "send", "conv": conv, "cid": "c2", "text": "Thank you!"})
	if ack := visitor.await("ack"); ack["seq"] != 5.0 {
		t.Errorf("the note shows in the visitor's numbers: %v", ack)
	}
	if e := desk.await("event", "kind", "message"); e["seq"] != 6.0 {
		t.Errorf("the agent's numbers: %v", e)
	}
	again, welcome := s.comeBack("tea", token, conv, 3)
	if welcome["token"] != nil || welcome["conv"].(map[string]any)["last_seq"] != 5.0 {
		t.Errorf("welcome back: %v", welcome)
	}
	for _, seq := range []float64{4, 5} {
		if e := again.await("event"); e["seq"] != seq {
			t.Errorf("replayed %v, want %v", e, seq)
		}
	}
	again.await("sync", "from", 4.0, "to", 5.0, "more", false)
}

func TestSecondVisitorWaitsForTheOnlyPlace(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 1, "anna")
	anna := s.signIn("anna@tea.test")
	anna.agent()
	first, _ := s.visitor("tea")
	first.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "one"})
	conv := first.await("event", "kind", "assigned")["conv"].(string)
	second, _ := s.visitor("tea")
	second.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "two"})
	second.await("queue", "position", 1.0)
	third, _ := s.visitor("tea")
	third.say(map[string]any{"t": "start", "id": "1", "cid": "c1"})
	third.await("queue", "position", 2.0)

	anna.call("POST", "/api/v1/conversations/"+conv+"/close", nil)
	first.await("event", "kind", "closed")
	second.await("event", "kind", "assigned")
	third.await("queue", "position", 1.0)
}

func TestLostAgentsConversationGoesToTheHeadOfTheQueue(t *testing.T) {
	s := startServer(t, func(c *config.Config) {
		c.Socket.AgentPing, c.Socket.AgentDead, c.Queue.AgentGrace = 100*time.Millisecond, 300*time.Millisecond, 200*time.Millisecond
	})
	s.tenant("tea", 4, "anna", "ben")
	desk := s.signIn("anna@tea.test").agent()
	visitor, _ := s.visitor("tea")
	visitor.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "hello"})
	visitor.await("event", "kind", "assigned")
	desk.await("event", "kind", "assigned")
	// From here on Anna's side says nothing: not even pongs. Nobody closes anything.
	lost := visitor.await("event", "kind", "agent_lost")
	if lost["agent"].(map[string]any)["name"] != "anna" {
		t.Errorf("lost: %v", lost)
	}
	ben := s.signIn("ben@tea.test").agent()
	ben.await("event", "kind", "agent_lost") // the log so far comes with the conversation
	got := ben.await("event", "kind", "assigned")
	if got["agent"].(map[string]any)["name"] != "ben" {
		t.Errorf("assigned: %v", got)
	}
	visitor.await("event", "kind", "assigned", "conv", got["conv"])
}

func TestTabsOfOneAgentAreOneAgent(t *testing.T) {
	s := startServer(t, func(c *config.Config) { c.Queue.AgentGrace = 100 * time.Millisecond })
	s.tenant("tea", 4, "anna")
	anna := s.signIn("anna@tea.test")
	first, second := anna.agent(), anna.agent()
	visitor, _ := s.visitor("tea")
	visitor.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "hello"})
	conv := visitor.await("event", "kind", "assigned")["conv"]
	for _, tab := range []*peer{first, second} {
		if e := tab.await("event", "kind", "message"); e["text"] != "hello" {
			t.Errorf("a tab hears %v", e)
		}
	}
	line := map[string]any{"t": "send", "conv": conv, "cid": "a1", "text": "hello too"}
	first.say(line)
	ack := first.await("ack", "cid", "a1")
	if e := second.await("event", "cid", "a1"); e["seq"] != ack["seq"] {
		t.Errorf("the other tab hears %v, the ack is %v", e, ack)
	}
	second.say(line) // what the first left in the outbox they share
	if again := second.await("ack", "cid", "a1"); again["dup"] != true || again["seq"] != ack["seq"] {
		t.Errorf("the same line from the other tab: %v", again)
	}
	must(t, first.conn.Close())
	second.say(map[string]any{"t": "send", "conv": conv, "cid": "a2", "text": "still here"})
	second.await("ack", "cid", "a2")
	visitor.await("event", "cid", "a2")
	for _, e := range visitor.seen {
		if e["kind"] == "agent_lost" {
			t.Errorf("with one of two tabs gone: %v", e)
		}
	}
}
