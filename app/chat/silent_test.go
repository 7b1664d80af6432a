package chat

import (
	"context"
	"strings"
	"testing"
	"time"

	"foyer/models"
)

func TestWhoAnsweredInTimeKeepsTheConversation(t *testing.T) {
	ctx := context.Background()
	tests := map[string]struct {
		does  func(d *desk, conv string)
		keeps bool
	}{
		"a line": {func(d *desk, conv string) { d.answer("anna", conv) }, true},
		"a note": {func(d *desk, conv string) {
			_, err := d.SayAsAgent(ctx, d.agents["anna"], Line{Conv: conv, CID: "n", Text: "hm", Note: true})
			must(d.t, err)
		}, false},
		"reading": {func(d *desk, conv string) { must(d.t, d.ReadAsAgent(ctx, d.agents["anna"], conv, 9)) }, false},
		"a guest's line": {func(d *desk, conv string) {
			d.invite("anna", "ben", conv)
			d.answer("ben", conv)
		}, true},
		"a guest's, who left": {func(d *desk, conv string) {
			d.invite("anna", "ben", conv)
			d.answer("ben", conv)
			_, err := d.Leave(ctx, d.agents["ben"], conv, d.agents["ben"].PublicID)
			must(d.t, err)
		}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna", "ben")
			d.come("anna")
			d.come("ben")
			conv := talking(d, d.visitor())
			d.pass(silentTime - time.Millisecond)
			test.does(d, conv)
			d.pass(time.Millisecond)
			want := "active with ben"
			if test.keeps {
				want = "active with anna"
			}
			d.expect(conv, want)
		})
	}
}

func TestTypingHoldsTheClockButNotForEver(t *testing.T) {
	d := newDesk(t, 1, "anna", "ben")
	d.come("anna")
	d.come("ben")
	conv := talking(d, d.visitor())
	typed := func(by string) { must(t, d.TypingAsAgent(context.Background(), d.agents[by], conv)) }
	d.pass(silentTime - time.Second)
	typed("anna")
	d.pass(typingHolds - time.Millisecond)
	d.expect(conv, "active with anna")
	d.pass(time.Millisecond)
	d.expect(conv, "active with ben")

	typed("anna") // who has it no longer
	d.pass(silentTime)
	d.expect(conv, "queued")

	d.pass(testAskAgain) // anna is asked again
	d.expect(conv, "active with anna")
	var held time.Duration
	for ; d.owner(conv) == "anna" && held < time.Hour; held += 5 * time.Second {
		typed("anna")
		d.pass(5 * time.Second)
	}
	if want := typingMost * silentTime; held < want || held > want+typingHolds {
		t.Errorf("typing without an end held it for %s, want %s", held, want)
	}
}

func TestADepartmentMayLetItsAgentsBeSilent(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.set(func(to *models.Department) { to.SilentTime, to.IdleWarn = 0, 0 })
	d.come("anna")
	conv := talking(d, d.visitor())
	d.pass(24 * time.Hour)
	d.happened(conv, 3, "")
}

func TestSomebodyElseIsNotAskedTwiceForASilentOne(t *testing.T) {
	d := newDesk(t, 2, "anna", "ben", "chloe")
	for _, name := range []string{"anna", "ben", "chloe"} {
		d.come(name)
	}
	conv := talking(d, d.visitor())
	from := d.conv(conv).LastSeq
	for range 3 {
		d.pass(silentTime)
	}
	d.happened(conv, from, "agent_silent anna, assigned auto ben, agent_silent ben, assigned auto chloe, agent_silent chloe")
	d.pass(testAskAgain)
	d.expect(conv, "active with anna")
}

// To take a conversation from the only one who could have it, again and again, helps nobody.
func TestWhoIsAskedAgainSinceNobodyElseCanBeKeepsIt(t *testing.T) {
	d := newDesk(t, 1, "anna", "ben")
	d.come("anna")
	conv := talking(d, d.visitor())
	from := d.conv(conv).LastSeq
	d.pass(silentTime)
	d.pass(testAskAgain)
	for range 9 {
		d.pass(silentTime)
	}
	d.happened(conv, from, "agent_silent anna, assigned auto anna")
	d.expect(conv, "active with anna")

	d.come("ben") // who can have it
	d.pass(silentTime)
	d.happened(conv, from, "agent_silent anna, assigned auto anna, agent_silent anna, assigned auto ben")
}

func TestASilentVisitorWhoWritesIsNotClosed(t *testing.T) {
	ctx := context.Background()
	tests := map[string]struct {
		does   func(d *desk, v *visitor, conv string)
		closes bool
	}{
		"they write": {func(d *desk, v *visitor, conv string) {
			_, err := d.SayAsVisitor(ctx, v.Visitor, Line{Conv: conv, CID: "here", Text: "still here"})
			must(d.t, err)
		}, false},
		"they type":   {func(d *desk, v *visitor, conv string) { must(d.t, d.TypingAsVisitor(ctx, v.Visitor, d.site, conv, "")) }, false},
		"they read":   {func(d *desk, v *visitor, conv string) { must(d.t, d.ReadAsVisitor(ctx, v.Visitor, conv, 9)) }, true},
		"they reload": {func(d *desk, v *visitor, _ string) { d.shut(v); d.tab(v) }, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.come("anna")
			v := d.visitor()
			conv := answered(d, v)
			d.pass(idleWarn)
			warned := d.conv(conv)
			if want := models.InstantOf(d.clock.now().Add(idleClose)); warned.ClosesAt == nil || *warned.ClosesAt != want {
				t.Fatalf("it closes at %v, want %v", warned.ClosesAt, want)
			}
			d.pass(idleClose - time.Millisecond)
			test.does(d, v, conv)
			d.pass(time.Millisecond)
			want := "active with anna"
			if test.closes {
				want = "closed"
			}
			d.expect(conv, want)
		})
	}
}

func TestAVisitorWhoseAgentOwesAnAnswerIsNotWarned(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.come("anna")
	v := d.visitor()
	conv := answered(d, v)
	_, err := d.SayAsVisitor(context.Background(), v.Visitor, Line{Conv: conv, CID: "q", Text: "and this?"})
	must(t, err)
	from := d.conv(conv).LastSeq
	d.pass(time.Hour)
	d.happened(conv, from, "")
	d.answer("anna", conv)
	d.pass(idleWarn)
	d.pass(idleWarn) // the clock is looked at now and then
	d.happened(conv, from, "idle, closed idle")
}

// Nobody is to read that a conversation will close which goes on.
func TestAWarningIsTakenBackByALine(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		does  func(d *desk, v *visitor, conv string)
		warns bool
	}{
		"the visitor's": {func(d *desk, v *visitor, conv string) {
			_, err := d.SayAsVisitor(ctx, v.Visitor, Line{Conv: conv, CID: "here", Text: "still here"})
			must(d.t, err)
		}, false},
		"the agent's": {func(d *desk, _ *visitor, conv string) { d.answer("anna", conv) }, false},
		"no note": {func(d *desk, _ *visitor, conv string) {
			_, err := d.SayAsAgent(ctx, d.agents["anna"], Line{Conv: conv, CID: "n", Text: "gone?", Note: true})
			must(d.t, err)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.come("anna")
			v := d.visitor()
			conv := answered(d, v)
			d.pass(idleWarn)
			if !strings.Contains(d.welcome(v), "closes_at") {
				t.Fatal("there is no warning")
			}
			desk := d.listen(TopicAgents(d.site.AccountID))
			test.does(d, v, conv)
			d.settle()
			if warned := strings.Contains(d.welcome(v), "closes_at"); warned != test.warns {
				t.Errorf("who reloads is warned: %v", warned)
			}
			if test.warns {
				return
			}
			desk.await(t, func(f map[string]any) bool { return f["t"] == "conv" && f["closes_at"] == nil })
			from := d.conv(conv).LastSeq
			if name == "the visitor's" {
				d.answer("anna", conv)
			}
			d.pass(idleWarn - time.Millisecond)
			d.happened(conv, from, "")
			d.pass(time.Millisecond)
			d.happened(conv, from, "idle")
		})
	}
}
