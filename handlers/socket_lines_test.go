package handlers

import (
	"fmt"
	"strings"
	"testing"
)

// TestLinesInARow sends many lines without waiting for an ack, as a client does that comes back with
// a full outbox, and among them what is refused and what asks for the log.
func TestLinesInARow(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	desk := s.signIn("anna@tea.test").agent()
	visitor, _ := s.visitor("tea")
	visitor.say(map[string]any{"t": "start", "id": "1", "cid": "c", "text": "hello"})
	conv := visitor.await("event", "kind", "assigned")["conv"]
	start := 3.0 // queued, message, assigned
	desk.await("event", "kind", "assigned")

	const total, refused, conflict = 3 * maxUnderway, 20, 30
	for i := range total {
		text, cid := fmt.Sprint("line ", i), fmt.Sprint(i)
		switch i {
		case refused:
			text = strings.Repeat("x", 4001)
		case conflict:
			cid = "0"
		}
		visitor.say(map[string]any{"t": "send", "id": "s" + cid, "conv": conv, "cid": cid, "text": text})
	}
	visitor.say(map[string]any{"t": "get", "id": "g", "conv": conv, "after": 0, "limit": 200})

	seq := start
	for i := range total {
		f, err := visitor.next()
		must(t, err)
		switch i {
		case refused, conflict:
			code, cid := "too_long", fmt.Sprint(i)
			if i == conflict {
				code, cid = "cid_conflict", "0"
			}
			if f["t"] != "err" || f["code"] != code || f["cid"] != cid || f["id"] != "s"+cid {
				t.Fatalf("line %d is answered %v, want %s", i, f, code)
			}
			continue
		}
		seq++
		if f["t"] != "ack" || f["cid"] != fmt.Sprint(i) || f["seq"] != seq || f["dup"] != nil {
			t.Fatalf("line %d is answered %v, want its ack with seq %v", i, f, seq)
		}
		if f, err = visitor.next(); err != nil || f["t"] != "event" || f["seq"] != seq || f["text"] != fmt.Sprint("line ", i) {
			t.Fatalf("after ack %d comes %v, %v; want its event", i, f, err)
		}
		if e := desk.await("event"); e["seq"] != seq || e["cid"] != fmt.Sprint(i) {
			t.Fatalf("the agent hears %v, want seq %v", e, seq)
		}
	}
	if end := visitor.await("sync", "id", "g"); end["to"] != seq {
		t.Errorf("what was asked behind the lines is answered up to %v, want %v", end["to"], seq)
	}
}
