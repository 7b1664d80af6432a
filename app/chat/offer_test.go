package chat

import (
	"context"
	"testing"
	"time"

	"foyer/models"
)

func TestAnOfferIsAcceptedInTimeOrNotAtAll(t *testing.T) {
	ctx := context.Background()
	type act = func(d *desk, conv string) error
	accept := func(name string) act {
		return func(d *desk, conv string) error { _, err := d.Accept(ctx, d.agents[name], conv); return err }
	}
	decline := func(name string) act {
		return func(d *desk, conv string) error { _, err := d.Decline(ctx, d.agents[name], conv); return err }
	}
	take := func(name string) act {
		return func(d *desk, conv string) error { _, err := d.Take(ctx, d.agents[name], conv); return err }
	}
	pass := func(by time.Duration) act {
		return func(d *desk, _ string) error { d.pass(by); return nil }
	}
	tests := map[string]struct {
		acts  []act
		kind  models.Kind // of the last one's error
		story string
		ends  string
	}{
		"at the last moment":            {[]act{pass(offerTime - 1e6), accept("anna")}, "", "assigned accepted anna", "active with anna"},
		"and then nothing else happens": {[]act{accept("anna"), pass(offerTime)}, "", "assigned accepted anna", "active with anna"},
		"twice, as from two tabs":       {[]act{accept("anna"), accept("anna")}, "", "assigned accepted anna", "active with anna"},
		"by taking it":                  {[]act{take("anna")}, "", "assigned taken anna", "active with anna"},
		"too late":                      {[]act{pass(offerTime), accept("anna")}, models.KindConflict, "declined missed anna, offered ben", "offered to ben"},
		"by somebody else":              {[]act{accept("ben")}, models.KindConflict, "", "offered to anna"},
		"taken by somebody else":        {[]act{take("ben")}, models.KindConflict, "", "offered to anna"},
		"declined":                      {[]act{decline("anna")}, "", "declined declined anna, offered ben", "offered to ben"},
		"declined twice":                {[]act{decline("anna"), decline("anna")}, models.KindConflict, "declined declined anna, offered ben", "offered to ben"},
		"declined by somebody else":     {[]act{decline("ben")}, models.KindConflict, "", "offered to anna"},
		"declined after accepting":      {[]act{accept("anna"), decline("anna")}, models.KindConflict, "assigned accepted anna", "active with anna"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna", "ben")
			d.come("anna")
			d.come("ben")
			conv := ringing(d, d.visitor())
			from := d.conv(conv).LastSeq
			var err error
			for _, act := range test.acts {
				err = act(d, conv)
				d.settle()
			}
			refused(t, err, test.kind)
			d.happened(conv, from, test.story)
			d.expect(conv, test.ends)
		})
	}
}

func TestNobodyIsAskedTwiceWhileAnotherCanBe(t *testing.T) {
	d := newDesk(t, 1, "anna", "ben", "chloe")
	d.come("anna")
	d.come("ben")
	conv := ringing(d, d.visitor())
	from := d.conv(conv).LastSeq
	d.pass(offerTime)
	d.pass(offerTime)
	d.happened(conv, from, "declined missed anna, offered ben, declined missed ben")
	d.come("chloe") // who has not been asked
	d.expect(conv, "offered to chloe")
	from = d.conv(conv).LastSeq
	d.pass(offerTime)
	d.happened(conv, from, "declined missed chloe")
	d.pass(testAskAgain - time.Millisecond)
	d.expect(conv, "queued")
	d.pass(time.Millisecond)
	d.expect(conv, "offered to anna") // who was idle longest
	_, err := d.Accept(context.Background(), d.agents["anna"], conv)
	must(t, err)
	d.answer("anna", conv)
	d.pass(silentTime)
	c, err := d.account.Conversation(context.Background(), conv)
	must(t, err)
	if len(c.Tried) > 0 {
		t.Errorf("after an answer it is still held against %v", c.Tried)
	}
}

// What was offered and came back keeps its place: nobody behind it is served before.
func TestWhatNobodyAcceptedIsStillTheFirst(t *testing.T) {
	d := newDesk(t, 1, "anna", "ben")
	d.come("anna")
	conv := ringing(d, d.visitor())
	d.clock.pass(time.Second)
	later := d.start(d.visitor(), "later")
	d.set(func(to *models.Department) { to.OfferTime = 60 })
	d.pass(offerTime)
	d.expect(conv, "queued")
	d.expect(later, "offered to anna") // who has declined the first, by her silence
	d.come("ben")
	d.expect(conv, "offered to ben")
}

func TestWhatRingsCountsAgainstTheLimit(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.come("anna")
	conv := ringing(d, d.visitor())
	later := d.start(d.visitor(), "later")
	d.expect(later, "queued")
	must(t, d.End(context.Background(), d.known[0].Visitor, conv))
	d.settle()
	d.expect(later, "offered to anna")
}
