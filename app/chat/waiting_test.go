package chat

import (
	"context"
	"testing"
	"time"

	"foyer/models"
)

func TestWhoWasLostGetsTheirConversationBackIfTheyAreFree(t *testing.T) {
	for name, test := range map[string]struct {
		meanwhile func(d *desk)
		ends      string
	}{
		"back while it waits": {func(*desk) {}, "active with anna"},
		"back together with a colleague": {func(d *desk) {
			d.set(func(to *models.Department) { to.Mode = models.ModePull })
			d.come("ben")
			d.support.Mode = models.ModeAuto // and nobody looks until anna comes
			must(d.t, d.account.SaveDepartment(context.Background(), &d.support))
			d.plans.forget(d.site.AccountID)
		}, "active with anna"},
		"somebody has it by now": {func(d *desk) { d.come("ben") }, "active with ben"},
		"back, but taking nothing new": {func(d *desk) {
			must(d.t, d.SetAccepting(context.Background(), d.agents["anna"], false))
		}, "queued"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "ben", "anna") // ben would be the first to be asked
			d.come("anna")
			v := d.visitor()
			conv := answered(d, v)
			d.leave("anna")
			d.pass(testGrace)
			d.expect(conv, "queued")
			test.meanwhile(d)
			d.come("anna")
			d.expect(conv, test.ends)
		})
	}
}

func TestAVisitorKeepsTheirPlaceForTheGrace(t *testing.T) {
	for name, test := range map[string]struct {
		goes func(d *desk, v *visitor)
		ends string
	}{
		"back in time": {func(d *desk, v *visitor) {
			d.shut(v)
			d.pass(testVisitorGrace - time.Millisecond)
			d.tab(v)
			d.pass(testVisitorGrace)
		}, "queued"},
		"gone and back, again and again": {func(d *desk, v *visitor) {
			for range 3 {
				d.shut(v)
				d.pass(testVisitorGrace - time.Second)
				d.tab(v)
			}
		}, "queued"},
		"one of two tabs": {func(d *desk, v *visitor) {
			d.tab(v)
			d.shut(v)
			d.pass(time.Hour)
		}, "queued"},
		"not in time": {func(d *desk, v *visitor) {
			d.shut(v)
			d.pass(testVisitorGrace)
			d.tab(v)
		}, "closed"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			v := d.visitor()
			conv := d.start(v, "hello")
			d.clock.pass(time.Second)
			behind := d.visitor()
			d.start(behind, "behind")
			test.goes(d, v)
			d.expect(conv, test.ends)
			if test.ends == "closed" {
				behind.ear.await(t, isPlace(1, false))
				return
			}
			d.welcome(v)
			v.ear.await(t, isPlace(1, false)) // also where it is what they were told before
		})
	}
}

// A return that could not be stored, because storage refused just then, is a return all the same.
func TestWhoIsHereIsNotAbandoned(t *testing.T) {
	d := newDesk(t, 1, "anna")
	v := d.visitor()
	conv := d.start(v, "hello")
	d.shut(v)
	d.presence.VisitorCame(v.ID)
	d.pass(testVisitorGrace)
	d.expect(conv, "queued")
}

// Closing the tab of a conversation somebody has is not leaving it.
func TestAVisitorWhoGoesWhileSomebodyHasThemIsOnlySeenToBeGone(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.come("anna")
	v := d.visitor()
	conv := answered(d, v)
	ear := d.listen(TopicAgent(d.agents["anna"].ID))
	seen := func(online bool) func(map[string]any) bool {
		return func(f map[string]any) bool {
			return f["t"] == "presence" && f["visitor"] == v.PublicID && f["online"] == online
		}
	}
	d.shut(v)
	ear.await(t, seen(false))
	d.pass(5 * time.Minute)
	d.expect(conv, "active with anna")
	d.tab(v)
	ear.await(t, seen(true))
}

// Whoever was gone already when their agent was lost is not kept in the queue for ever.
func TestWhoComesBackToTheQueueWithoutBeingHereIsAbandoned(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.come("anna")
	v := d.visitor()
	conv := answered(d, v)
	d.shut(v)
	d.pass(5 * time.Minute)
	d.leave("anna")
	d.pass(testGrace)
	d.expect(conv, "queued")
	d.pass(testVisitorGrace - time.Millisecond)
	d.expect(conv, "queued")
	d.pass(time.Millisecond)
	d.expect(conv, "closed")
}

// A visitor whose own machine slept through the start is not taken for somebody who is here.
func TestAStartWithoutASocketIsNotKeptForEver(t *testing.T) {
	d := newDesk(t, 1, "anna")
	v := d.visitor()
	d.shut(v)
	conv := d.start(v, "hello")
	d.pass(testVisitorGrace)
	d.expect(conv, "closed")
}

func isPlace(number float64, here bool) func(map[string]any) bool {
	return func(f map[string]any) bool {
		return f["t"] == "queue" && f["position"] == number && f["here"] == here
	}
}

// Somebody asks, an agent has them, and both go: what was asked must not be closed unread.
func TestAQuestionWhoseAgentIsLostIsKeptWhenItsVisitorHasGone(t *testing.T) {
	ctx := context.Background()
	ask := func(d *desk, v *visitor, conv string) {
		_, err := d.SayAsVisitor(ctx, v.Visitor, Line{Conv: conv, CID: "q", Text: "and this?"})
		must(d.t, err)
	}
	for name, test := range map[string]struct {
		does  func(d *desk, v *visitor, conv string)
		story string
		ends  string
	}{
		"never answered":       {func(*desk, *visitor, string) {}, "missed waited", "message queued"},
		"the last is answered": {func(d *desk, _ *visitor, conv string) { d.answer("anna", conv) }, "closed abandoned", "closed"},
		"the last is not": {func(d *desk, v *visitor, conv string) {
			d.answer("anna", conv)
			ask(d, v, conv)
		}, "missed waited", "message queued"},
		"it rings at somebody": {func(d *desk, _ *visitor, _ string) {
			d.set(func(to *models.Department) { to.Mode, to.OfferTime = models.ModeOffer, models.MaxOfferTime })
			d.come("ben")
		}, "offered ben, missed waited", "message queued"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna", "ben")
			d.come("anna")
			v := d.visitor()
			conv := talking(d, v)
			test.does(d, v, conv)
			from := d.conv(conv).LastSeq
			d.shut(v)
			d.leave("anna")
			d.pass(testGrace)
			d.pass(testVisitorGrace - time.Millisecond)
			if d.stands(conv) == test.ends {
				t.Errorf("it is %s before the grace is over", test.ends)
			}
			d.pass(time.Millisecond)
			d.happened(conv, from, "agent_lost anna, "+test.story)
			d.expect(conv, test.ends)
		})
	}
}

// Who is to be told their place again may be given to somebody at that very look.
func TestNobodyIsKeptToBeToldTheirPlaceWhoWaitsNoMore(t *testing.T) {
	d := newDesk(t, 3, "anna")
	d.come("anna")
	v := d.visitor()
	d.start(v, "hello")
	for range 3 {
		d.retell(&models.Conversation{ID: 99, AccountID: d.site.AccountID})
	}
	d.settle()
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(d.untold); n > 0 {
		t.Errorf("%d are kept", n)
	}
}

// Who waits must not go on doing so by settings that are no longer wanted.
func TestChangedSettingsCountForThoseWhoWait(t *testing.T) {
	ctx := context.Background()
	tests := map[string]struct {
		before, after func(*DepartmentSettings)
		passes        time.Duration
		story         string
		ends          string
	}{
		"a longest wait":       {nil, func(to *DepartmentSettings) { to.MaxWait, to.Then = 300, models.ThenMessage }, 4 * time.Minute, "missed waited", "message queued"},
		"that is over already": {nil, func(to *DepartmentSettings) { to.MaxWait, to.Then = 60, models.ThenMessage }, 0, "missed waited", "message queued"},
		"a longer one": {
			func(to *DepartmentSettings) { to.MaxWait, to.Then = 300, models.ThenMessage },
			func(to *DepartmentSettings) { to.MaxWait = 600 }, 9*time.Minute - time.Millisecond, "", "queued",
		},
		"none any more": {
			func(to *DepartmentSettings) { to.MaxWait, to.Then = 300, models.ThenMessage },
			func(to *DepartmentSettings) { to.MaxWait = 0 }, time.Hour, "", "queued",
		},
		"hours that end today": {nil, func(to *DepartmentSettings) { to.Hours = hours(8*60, 10*60) }, 59 * time.Minute, "missed closed", "message queued"},
		"hours that are over":  {nil, func(to *DepartmentSettings) { to.Hours = hours(7*60, 8*60) }, lookAgain, "missed closed", "message queued"},
		"always open": {
			func(to *DepartmentSettings) { to.Hours = hours(8*60, 10*60) },
			func(to *DepartmentSettings) { to.Hours = nil }, 2 * time.Hour, "", "queued",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			owner := d.hireFor("olga", 1, models.RoleOwner)
			to := NewDepartmentSettings()
			to.Name = "Support"
			set := func(change func(*DepartmentSettings)) {
				change(&to)
				_, err := d.SetDepartment(ctx, owner, d.support.PublicID, to)
				must(t, err)
			}
			if test.before != nil {
				set(test.before)
			}
			conv := d.start(d.visitor(), "hello")
			from := d.conv(conv).LastSeq
			d.pass(time.Minute)
			set(test.after)
			if test.passes > 0 {
				d.pass(test.passes - time.Millisecond)
				d.happened(conv, from, "")
				d.pass(time.Millisecond)
			}
			d.sweepNow()
			d.happened(conv, from, test.story)
			d.expect(conv, test.ends)
		})
	}
}
