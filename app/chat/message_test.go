package chat

import (
	"context"
	"testing"
	"time"

	"foyer/models"
)

// begin starts a conversation as a visitor who may want to leave a message.
func (d *desk) begin(v *visitor, in Start) string {
	d.t.Helper()
	conv, err := d.Start(context.Background(), v.Visitor, in)
	must(d.t, err)
	d.settle()
	return conv
}

func TestWhereNobodyCanAnswerAMessageIsKept(t *testing.T) {
	morning := func(to *models.Department) { to.Hours = hours(6*60, 9*60) } // closes at the moment the clock stands at
	fullFor := func(then models.Then) func(*models.Department) {
		return func(to *models.Department) { to.QueueLimit, to.Then = 1, then }
	}
	tests := map[string]struct {
		set   func(*models.Department)
		kind  models.ConversationKind
		story string
		ends  string
	}{
		"open and empty":                      {func(*models.Department) {}, "", "queued", "queued"},
		"closed":                              {morning, "", "missed closed", "message queued"},
		"closed, and the other takes them":    {func(to *models.Department) { morning(to); to.Then = models.ThenOverflow }, "", "queued overflow", "queued"},
		"full, then a message":                {fullFor(models.ThenMessage), "", "missed full", "message queued"},
		"full, then another department":       {fullFor(models.ThenOverflow), "", "queued overflow", "queued"},
		"full, then they wait all the same":   {fullFor(models.ThenWait), "", "queued", "queued"},
		"the visitor leaves a message":        {func(*models.Department) {}, models.KindMessage, "missed left", "message queued"},
		"the visitor leaves one while closed": {morning, models.KindMessage, "missed left", "message queued"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			sales := d.add("Sales", "sam")
			d.begin(d.visitor(), Start{CID: "first"}) // fills a queue of one
			d.set(func(to *models.Department) { to.OverflowID = sales.ID; test.set(to) })
			v := d.visitor()
			conv := d.begin(v, Start{CID: "a", Text: "hello", Kind: test.kind})
			d.happened(conv, 0, test.story)
			d.expect(conv, test.ends)
			if c := d.conv(conv); (c.Department.Name == "Sales") != (test.story == "queued overflow") {
				t.Errorf("it is with %s", c.Department.Name)
			}
			v.ear.await(t, func(f map[string]any) bool { return f["text"] == "hello" })
			for _, f := range v.ear.frames(t) {
				if f["t"] == "queue" && test.ends != "queued" {
					t.Errorf("the visitor of a message was told %v", f)
				}
			}
		})
	}
}

// A department into which too many would go must not grow without end by another's.
func TestAFullDepartmentTakesNoOverflow(t *testing.T) {
	d := newDesk(t, 1, "anna")
	sales := d.add("Sales", "sam")
	sales.QueueLimit = 1
	must(t, d.account.SaveDepartment(context.Background(), &sales))
	d.changed(d.site.AccountID)
	d.set(func(to *models.Department) { to.QueueLimit, to.Then, to.OverflowID = 1, models.ThenOverflow, sales.ID })
	var ends []string
	for range 3 {
		ends = append(ends, d.story(d.begin(d.visitor(), Start{CID: "a", Text: "hello"}), 0))
	}
	if ends[0] != "queued" || ends[1] != "queued overflow" || ends[2] != "missed full" {
		t.Errorf("three came: %q", ends)
	}
}

// A department may have lost its members since it was chosen.
func TestADepartmentThatIsNobodysTakesNoOverflow(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	sales := d.add("Sales", "sam")
	must(t, d.account.DeleteMember(ctx, sales.ID, d.agents["sam"].ID))
	d.set(func(to *models.Department) {
		to.QueueLimit, to.MaxWait, to.Then, to.OverflowID = 1, 60, models.ThenOverflow, sales.ID
	})
	waits := d.start(d.visitor(), "hello")
	d.happened(d.start(d.visitor(), "one too many"), 0, "missed full")
	d.pass(time.Minute)
	d.happened(waits, 0, "queued")
}

func TestWhoWaitsMayLeaveAMessageInstead(t *testing.T) {
	for name, test := range map[string]struct {
		set  func(d *desk)
		ends string
	}{
		"in the queue":          {func(*desk) {}, "message queued"},
		"while it rings":        {func(d *desk) { d.set(func(to *models.Department) { to.Mode = models.ModeOffer }); d.come("anna") }, "message queued"},
		"while somebody has it": {func(d *desk) { d.come("anna") }, "active with anna"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			v := d.visitor()
			conv := d.start(v, "hello")
			test.set(d)
			from := d.conv(conv).LastSeq
			for range 2 { // asked again, as after a lost answer
				if same := d.begin(v, Start{CID: "left", Text: "call me", Kind: models.KindMessage}); same != conv {
					t.Errorf("it made another conversation")
				}
			}
			d.expect(conv, test.ends)
			if test.ends == "message queued" {
				d.happened(conv, from, "missed left")
			}
			d.pass(time.Hour)
			if c, err := d.account.Conversation(context.Background(), conv); err != nil || c.Kind == models.KindMessage && !c.DueAt.IsZero() {
				t.Errorf("a message has a deadline: %v, %v", c.Deadlines, err)
			}
		})
	}
}

func TestAMessageIsNobodysUntilItIsTaken(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	v := d.visitor()
	conv := d.begin(v, Start{CID: "a", Text: "call me", Kind: models.KindMessage})
	d.shut(v)
	d.come("anna")
	d.pass(time.Hour)
	d.expect(conv, "message queued")
	messages, err := d.List(ctx, d.agents["anna"], Query{Kind: models.KindMessage, Limit: 9})
	must(t, err)
	chats, err := d.List(ctx, d.agents["anna"], Query{Kind: models.KindChat, Limit: 9})
	must(t, err)
	if len(messages.Items) != 1 || len(chats.Items) != 0 {
		t.Errorf("there are %d messages and %d chats", len(messages.Items), len(chats.Items))
	}
	_, err = d.Take(ctx, d.agents["anna"], conv)
	must(t, err)
	d.answer("anna", conv)
	d.pass(24 * time.Hour) // its visitor is not here, and is not closed for their silence
	d.expect(conv, "message active with anna")
}

func TestAMessageIsNotTakenFromWhoTakesTheirTime(t *testing.T) {
	for name, test := range map[string]struct {
		does func(d *desk, v *visitor)
		ends string
	}{
		"its visitor is gone": {func(d *desk, v *visitor) { d.shut(v) }, "message active with anna"},
		"they are here":       {func(*desk, *visitor) {}, "message queued"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.come("anna")
			v := d.visitor()
			conv := d.begin(v, Start{CID: "a", Text: "call me", Kind: models.KindMessage})
			test.does(d, v)
			d.take("anna", conv)
			d.pass(silentTime)
			d.expect(conv, test.ends)
		})
	}
}

func TestAMessageBecomesAChatWhenItsVisitorIsBackAndSomebodyIsHere(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		set   func(d *desk)
		story string
		ends  string
	}{
		"somebody is here":             {func(d *desk) { d.come("anna") }, "queued back, assigned auto anna", "active with anna"},
		"they are busy":                {func(d *desk) { d.come("anna"); d.start(d.visitor(), "other") }, "queued back", "queued"},
		"the queue is full":            {fullOfOne(models.ThenMessage), "", "message queued"},
		"it is full, and one may wait": {fullOfOne(models.ThenWait), "queued back", "queued"},
		"nobody is here":               {func(*desk) {}, "", "message queued"},
		"who is here takes nothing":    {func(d *desk) { d.come("anna"); must(d.t, d.SetAccepting(ctx, d.agents["anna"], false)) }, "", "message queued"},
		"it is closed": {func(d *desk) {
			d.come("anna")
			d.set(func(to *models.Department) { to.Hours = models.Hours{} })
		}, "", "message queued"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			v := d.visitor()
			conv := d.begin(v, Start{CID: "a", Text: "call me", Kind: models.KindMessage})
			d.pass(time.Hour)
			test.set(d)
			from := d.conv(conv).LastSeq
			_, err := d.SayAsVisitor(ctx, v.Visitor, Line{Conv: conv, CID: "b", Text: "are you there?"})
			must(t, err)
			d.settle()
			d.happened(conv, from, test.story)
			d.expect(conv, test.ends)
			if test.ends == "queued" && name != "it is full, and one may wait" {
				v.ear.await(t, func(f map[string]any) bool { return f["t"] == "queue" && f["position"] == 1.0 })
			}
		})
	}
}

// fullOfOne lets as many wait as may: one, behind one whom anna has.
func fullOfOne(then models.Then) func(*desk) {
	return func(d *desk) {
		d.come("anna")
		d.start(d.visitor(), "keeps anna busy")
		d.start(d.visitor(), "waits")
		d.set(func(to *models.Department) { to.QueueLimit, to.Then = 1, then })
	}
}

// An hour after closing nobody should still wait for somebody who has gone home, or is not at their
// desk.
func TestAfterClosingWhoWaitsForSomebodyGoesOnWaiting(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		at   func(d *desk)
		ends string
	}{
		"somebody is left":                {func(*desk) {}, "queued"},
		"who was left goes":               {func(d *desk) { d.leave("anna") }, "message queued"},
		"who was left takes nothing more": {func(d *desk) { must(d.t, d.SetAccepting(ctx, d.agents["anna"], false)) }, "message queued"},
		"who was left is away":            {func(d *desk) { must(d.t, d.SetAvailability(ctx, d.agents["anna"], models.Away)) }, "message queued"},
		"who was left is not at their desk": {func(d *desk) {
			d.autoAway(60)
			d.clock.pass(time.Hour)
		}, "message queued"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.set(func(to *models.Department) { to.Hours, to.SilentTime, to.IdleWarn = hours(8*60, 10*60), 0, 0 })
			d.autoAway(0)
			d.come("anna")
			d.start(d.visitor(), "keeps anna busy")
			conv := d.start(d.visitor(), "hello")
			d.pass(time.Hour)
			d.expect(conv, "queued")
			test.at(d)
			d.pass(2 * lookAgain)
			d.expect(conv, test.ends)
		})
	}
}

func TestWhoMayWaitForEverDoes(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.set(func(to *models.Department) { to.MaxWait, to.Then = 60, models.ThenWait })
	conv := d.start(d.visitor(), "hello")
	d.pass(24 * time.Hour)
	d.expect(conv, "queued")
}

func TestTheLongestWaitEndsWhereThereIsRoom(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	sales := d.add("Sales", "sam")
	sales.QueueLimit = 1
	must(t, d.account.SaveDepartment(ctx, &sales))
	d.changed(d.site.AccountID)
	fills := d.begin(d.visitor(), Start{CID: "a", Department: sales.PublicID})
	d.set(func(to *models.Department) { to.MaxWait, to.Then, to.OverflowID = 60, models.ThenOverflow, sales.ID })
	conv := d.start(d.visitor(), "hello")
	d.pass(time.Minute)
	d.happened(conv, 0, "queued")
	_, err := d.Close(ctx, d.hireFor("vera", 1, models.RoleSupervisor), fills, "")
	must(t, err)
	d.pass(lookAgain)
	d.happened(conv, 0, "queued, transferred overflow")
}

func TestTheLongestWaitDoesNotCutOffWhatRings(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.set(func(to *models.Department) { to.MaxWait, to.Then = 60, models.ThenMessage })
	conv := d.start(d.visitor(), "hello")
	d.pass(50 * time.Second)
	d.set(func(to *models.Department) { to.Mode = models.ModeOffer })
	d.come("anna")
	d.pass(19 * time.Second)
	d.expect(conv, "offered to anna")
	d.pass(time.Second)
	d.pass(time.Second)
	d.happened(conv, 0, "queued, offered anna, declined missed anna, missed waited")
}
