package chat

import (
	"context"
	"testing"
	"time"

	"foyer/app/store"
	"foyer/models"
)

// said is a conversation of anna's in which both said something: 1 queued, 2 the visitor's, 3
// assigned, 4 anna's note, 5 anna's answer, which is the visitor's fourth.
func said(t *testing.T) (d *desk, v *visitor, conv string) {
	t.Helper()
	d = newDesk(t, 1, "anna", "ben")
	d.come("anna")
	v = d.visitor()
	conv = d.start(v, "my password is hunter2")
	for _, line := range []Line{{Conv: conv, CID: "n", Text: "a note", Note: true}, {Conv: conv, CID: "a", Text: "hello to"}} {
		_, err := d.SayAsAgent(context.Background(), d.agents["anna"], line)
		must(t, err)
	}
	return d, v, conv
}

// events reads a conversation's log as agents see it.
func (d *desk) events(conv string) []Event {
	d.t.Helper()
	list, _, err := d.Log(context.Background(), d.agents["anna"], conv, Slice{})
	must(d.t, err)
	return list
}

func TestEditingIsAnEventInEachSidesCount(t *testing.T) {
	ctx := context.Background()
	d, v, conv := said(t)
	anna := d.agents["anna"]
	desk := d.listen(TopicAgent(anna.ID))
	for range 2 { // the second changes nothing
		must(t, d.EditAsAgent(ctx, anna, conv, 5, "hello too"))
	}
	must(t, d.EditAsAgent(ctx, anna, conv, 4, "a better note"))
	must(t, d.EditAsVisitor(ctx, v.Visitor, conv, 2, "I forgot my password"))
	edited := func(seq, target float64) func(map[string]any) bool {
		return func(f map[string]any) bool { return f["kind"] == "edited" && f["seq"] == seq && f["target"] == target }
	}
	v.ear.await(t, edited(5, 4))
	desk.await(t, edited(6, 5))
	desk.await(t, edited(7, 4)) // the note's is not the visitor's business: their next number is 6
	v.ear.await(t, edited(6, 2))
	log := d.events(conv)
	if len(log) != 8 || log[4].Text != "hello to" || log[5].Text != "hello too" {
		t.Errorf("the log is %+v", log)
	}
	if s, err := d.Summary(ctx, anna, conv); err != nil || s.Last.Text != "hello too" || s.Unread != 1 {
		t.Errorf("in lists: %+v, %v", s.Last, err)
	}
}

func TestOfWhatIsDeletedNoTextIsLeft(t *testing.T) {
	ctx := context.Background()
	d, v, conv := said(t)
	must(t, d.EditAsVisitor(ctx, v.Visitor, conv, 2, "my password is hunter3"))
	for range 2 {
		must(t, d.DeleteAsVisitor(ctx, v.Visitor, conv, 2))
	}
	v.ear.await(t, func(f map[string]any) bool { return f["kind"] == "deleted" && f["target"] == 2.0 })
	log := d.events(conv)
	if len(log) != 7 || log[1].Text != "" || !log[1].Deleted || log[5].Text != "" || log[6].Target != 2 {
		t.Errorf("the log is %+v", log)
	}
	if c, err := d.account.Conversation(ctx, conv); err != nil || c.Unread != 0 || c.VisitorUnread != 1 {
		t.Errorf("unread are %d and %d, %v", c.Unread, c.VisitorUnread, err)
	}
	must(t, d.ReadAsAgent(ctx, d.agents["anna"], conv, 1))
	if c := d.conv(conv); c.Unread != 0 {
		t.Errorf("what is gone became unread: %d", c.Unread)
	}
	if kind := models.KindOf(d.EditAsVisitor(ctx, v.Visitor, conv, 2, "back again")); kind != models.KindConflict {
		t.Errorf("editing what is gone: %q", kind)
	}
	again, err := d.SayAsVisitor(ctx, v.Visitor, Line{Conv: conv, CID: "start-my password is hunter2", Text: "my password is hunter2"})
	if err != nil || !again.Dup || again.Seq != 2 {
		t.Errorf("a late resend of it: %+v, %v", again, err)
	}
	must(t, d.DeleteAsAgent(ctx, d.agents["anna"], conv, 5))
	if s, err := d.Summary(ctx, d.agents["anna"], conv); err != nil || s.Last.Text != "" {
		t.Errorf("in lists: %+v, %v", s.Last, err)
	}
}

func TestWhoMayChangeWhatWasSaid(t *testing.T) {
	ctx := context.Background()
	type act = func(d *desk, v *visitor, conv string) error
	edit := func(name string, seq int64) act {
		return func(d *desk, _ *visitor, conv string) error {
			return d.EditAsAgent(ctx, d.agents[name], conv, seq, "x")
		}
	}
	editOwn := func(seq int64, text string) act {
		return func(d *desk, v *visitor, conv string) error { return d.EditAsVisitor(ctx, v.Visitor, conv, seq, text) }
	}
	first := func(before, then act) act {
		return func(d *desk, v *visitor, conv string) error {
			must(d.t, before(d, v, conv))
			return then(d, v, conv)
		}
	}
	closed := func(d *desk, _ *visitor, conv string) error {
		_, err := d.Close(ctx, d.agents["anna"], conv, "")
		return err
	}
	given := func(d *desk, _ *visitor, conv string) error {
		d.come("ben")
		_, err := d.Transfer(ctx, d.agents["anna"], conv, Destination{Agent: d.agents["ben"].PublicID})
		return err
	}
	passed := func(by time.Duration) act {
		return func(d *desk, _ *visitor, _ string) error { d.clock.pass(by); return nil }
	}
	tests := map[string]struct {
		act  act
		kind models.Kind
	}{
		"one's own":                          {edit("anna", 5), ""},
		"one's own note":                     {edit("anna", 4), ""},
		"one's own note after the end":       {first(closed, edit("anna", 4)), ""},
		"a colleague's":                      {first(given, edit("ben", 5)), models.KindForbidden},
		"a colleague's note":                 {edit("ben", 4), models.KindForbidden},
		"the visitor's, by the agent":        {edit("anna", 2), models.KindForbidden},
		"the agent's, by the visitor":        {editOwn(4, "x"), models.KindForbidden},
		"the note, by the visitor":           {editOwn(5, "x"), models.KindNotFound},
		"an event":                           {edit("anna", 3), models.KindInvalid},
		"what was never said":                {edit("anna", 99), models.KindNotFound},
		"number 0, which hidden events have": {editOwn(0, "x"), models.KindNotFound},
		"after a transfer":                   {first(given, edit("anna", 5)), models.KindConflict},
		"after the end":                      {first(closed, edit("anna", 5)), models.KindClosed},
		"after the end, by the visitor":      {first(closed, editOwn(2, "x")), models.KindClosed},
		"at the last moment":                 {first(passed(testEdit), edit("anna", 5)), ""},
		"too late":                           {first(passed(testEdit+time.Millisecond), edit("anna", 5)), models.KindForbidden},
		"into nothing":                       {editOwn(2, " "), models.KindInvalid},
		"into too much":                      {editOwn(2, string(make([]byte, models.MaxMessage+1))), models.KindTooLong},
		"another visitor's": {func(d *desk, _ *visitor, conv string) error {
			return d.DeleteAsVisitor(ctx, d.visitor().Visitor, conv, 2)
		}, models.KindNotFound},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, v, conv := said(t)
			if err := test.act(d, v, conv); models.KindOf(err) != test.kind || test.kind == "" && err != nil {
				t.Errorf("%v, want %q", err, test.kind)
			}
			var changes int
			for _, e := range d.events(conv) {
				if e.Kind == models.EventEdited || e.Kind == models.EventDeleted {
					changes++
				}
			}
			if changes != map[bool]int{true: 1}[test.kind == ""] {
				t.Errorf("%d changes in the log", changes)
			}
		})
	}
}

func TestADeletedFileIsNobodysAnyMore(t *testing.T) {
	ctx := context.Background()
	d, v, conv := said(t)
	file := models.File{AuthorType: models.ByVisitor, AuthorID: v.ID, Name: "cat.png", Type: "image/png", Size: 9, Blob: "b"}
	must(t, d.account.AddFile(ctx, conv, &file, store.Quota{Visitor: 99, Site: 99}))
	line := Line{Conv: conv, CID: "f", File: file.PublicID}
	ack, err := d.SayAsVisitor(ctx, v.Visitor, line)
	must(t, err)
	if kind := models.KindOf(d.EditAsVisitor(ctx, v.Visitor, conv, ack.Seq, "dog.png")); kind != models.KindInvalid {
		t.Errorf("editing a file: %q", kind)
	}
	must(t, d.DeleteAsVisitor(ctx, v.Visitor, conv, ack.Seq))
	if _, _, err := d.account.SentFile(ctx, file.PublicID); models.KindOf(err) != models.KindNotFound {
		t.Errorf("it can still be fetched: %v", err)
	}
	if expired, err := d.db.ExpiredFiles(ctx, 9); err != nil || len(expired) != 1 {
		t.Errorf("to be swept are %v, %v", expired, err)
	}
	for range 2 { // before and after it was swept
		if again, err := d.SayAsVisitor(ctx, v.Visitor, line); err != nil || !again.Dup || again.Seq != ack.Seq {
			t.Errorf("a late resend of it: %+v, %v", again, err)
		}
		must(t, d.db.DeleteExpiredFile(ctx, file.ID))
	}
	if log := d.events(conv); log[5].File != nil || !log[5].Deleted || log[5].Text != "" {
		t.Errorf("the log has %+v", log[5])
	}
	if s := d.conv(conv); s.Unread != 1 || s.Last.Text != "" {
		t.Errorf("in lists: %+v", s)
	}
}
