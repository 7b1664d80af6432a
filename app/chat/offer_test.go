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

func TestWhoWantsNothingMoreIsNotRungAt(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		change func(d *desk, anna models.Agent) error
		want   string
		stands string
	}{
		"away":          {func(d *desk, anna models.Agent) error { return d.SetAvailability(ctx, anna, models.Away) }, "declined declined anna, offered ben", "offered to ben"},
		"offline":       {func(d *desk, anna models.Agent) error { return d.SetAvailability(ctx, anna, models.Offline) }, "declined declined anna, offered ben", "offered to ben"},
		"not accepting": {func(d *desk, anna models.Agent) error { return d.SetAccepting(ctx, anna, false) }, "declined declined anna, offered ben", "offered to ben"},
		"online":        {func(d *desk, anna models.Agent) error { return d.SetAvailability(ctx, anna, models.Online) }, "", "offered to anna"},
		"accepting":     {func(d *desk, anna models.Agent) error { return d.SetAccepting(ctx, anna, true) }, "", "offered to anna"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 2, "anna", "ben")
			d.come("anna")
			hers := answered(d, d.visitor())
			d.come("ben")
			other := d.start(d.visitor(), "other")
			d.expect(other, "active with ben")
			d.set(func(to *models.Department) { to.Mode = models.ModeOffer })
			conv := d.start(d.visitor(), "hello")
			d.expect(conv, "offered to anna")
			from := d.conv(conv).LastSeq
			must(t, test.change(d, d.agents["anna"]))
			d.settle()
			d.happened(conv, from, test.want)
			d.expect(conv, test.stands)
			d.expect(hers, "active with anna")
		})
	}
}

func TestWhoLeftTheDepartmentAcceptsNothingOfIt(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna", "ben")
	olga := d.hireFor("olga", 1, models.RoleOwner)
	d.set(func(to *models.Department) { to.Mode = models.ModeOffer })
	d.come("anna")
	conv := d.start(d.visitor(), "hello")
	d.expect(conv, "offered to anna")
	_, err := d.RemoveMember(ctx, olga, d.support.PublicID, d.agents["anna"].PublicID)
	must(t, err)
	d.settle()
	_, err = d.Accept(ctx, d.agents["anna"], conv)
	refused(t, err, models.KindNotEligible)
	d.expect(conv, "offered to anna")
	d.come("ben")
	d.pass(offerTime)
	d.expect(conv, "offered to ben")
	d.come("olga") // of no department: asked by name, she may
	_, err = d.Accept(ctx, d.agents["ben"], conv)
	must(t, err)
	d.transfer("ben", conv, Destination{Agent: olga.PublicID})
	_, err = d.Accept(ctx, olga, conv)
	must(t, err)
	d.expect(conv, "active with olga")
}
