package chat

import (
	"context"
	"testing"

	"foyer/models"
)

func TestWhatArrivedIsToldToTheOtherSideAndKept(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna", "ben")
	d.come("anna")
	v := d.visitor()
	conv := d.start(v, "hello")
	anna, ben := d.agents["anna"], d.agents["ben"]
	desk := d.listen(TopicAgent(anna.ID))
	_, err := d.SayAsAgent(ctx, anna, Line{Conv: conv, CID: "n", Text: "a note", Note: true})
	must(t, err)
	_, err = d.SayAsAgent(ctx, anna, Line{Conv: conv, CID: "a", Text: "hello too"})
	must(t, err)
	must(t, d.ReceivedByAgent(ctx, ben, conv, 9)) // who looked in is nobody's answer
	must(t, d.ReceivedByAgent(ctx, anna, conv, 2))
	v.ear.await(t, func(f map[string]any) bool { return f["t"] == "received" && f["seq"] == 2.0 })
	must(t, d.ReceivedByVisitor(ctx, v.Visitor, conv, 4)) // their fourth is our fifth
	desk.await(t, func(f map[string]any) bool { return f["t"] == "received" && f["seq"] == 5.0 })
	if kind := models.KindOf(d.ReceivedByVisitor(ctx, d.visitor().Visitor, conv, 4)); kind != models.KindNotFound {
		t.Errorf("another visitor: %q", kind)
	}
	d.restart()
	s, err := d.Summary(ctx, anna, conv)
	must(t, err)
	if s.Received != 5 || s.ReadSeq != 0 {
		t.Errorf("after a restart %d are received, %d read", s.Received, s.ReadSeq)
	}
}
