package chat

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/models"
)

func TestWhoTakesWithoutBeingHereHasTheGraceToTurnUp(t *testing.T) {
	d := newDesk(t, 1, "anna", "ben")
	conv := d.start(d.visitor(), "hello")
	_, err := d.Take(context.Background(), d.agents["anna"], conv) // by the API, no socket open
	must(t, err)
	d.clock.pass(testGrace)
	d.sweepNow()
	d.come("ben")
	if owner := d.owner(conv); owner != "ben" {
		t.Errorf("%q has it", owner)
	}
}

func TestWhoAcceptsWithoutBeingHereHasTheGraceToTurnUp(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.come("anna")
	conv := ringing(d, d.visitor())
	d.leave("anna")
	_, err := d.Accept(context.Background(), d.agents["anna"], conv) // by the API, no socket open
	must(t, err)
	d.pass(testGrace - time.Millisecond)
	d.expect(conv, "active with anna")
	d.pass(time.Millisecond)
	d.expect(conv, "queued")
}

func TestTheGraceIsNotPutOff(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.come("anna")
	conv := d.start(d.visitor(), "hello")
	d.leave("anna")
	for range 3 {
		d.clock.pass(testGrace - time.Second)
		must(t, d.SetAvailability(context.Background(), d.agents["anna"], models.Away))
	}
	d.sweepNow()
	if c := d.conv(conv); c.State != models.StateQueued {
		t.Errorf("it is %s", c.State)
	}
}

// The net is for what was missed while storage refused.
func TestTheNetCatchesWhatWasMissed(t *testing.T) {
	ctx := context.Background()
	for name, miss := range map[string]func(d *desk){
		"a departure": func(d *desk) { d.presence.AgentLeft(d.agents["anna"].ID) },
		"a return": func(d *desk) {
			d.leave("anna")
			d.presence.AgentCame(d.agents["anna"].ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.come("anna")
			conv := d.start(d.visitor(), "hello")
			miss(d)
			d.castNet(ctx)
			d.clock.pass(testGrace)
			d.sweepNow()
			want := models.StateActive
			if name == "a departure" {
				want = models.StateQueued
			}
			if c := d.conv(conv); c.State != want {
				t.Errorf("it is %s, want %s", c.State, want)
			}
		})
	}
}

// Their last tab is closed between the decision to put them into the queue and its commit: whoever looks
// whether they wait finds that they don't.
func TestTheNetCatchesAVisitorWhoWentUnseen(t *testing.T) {
	for name, ends := range map[string]string{"gone": "closed", "here": "queued"} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.come("anna")
			v := d.visitor()
			conv := answered(d, v)
			d.leave("anna")
			d.pass(testGrace)
			d.expect(conv, "queued")
			if name == "gone" {
				d.presence.VisitorLeft(v.ID)
			}
			d.castNet(context.Background())
			d.pass(testVisitorGrace - time.Millisecond)
			d.expect(conv, "queued")
			d.pass(time.Millisecond)
			d.expect(conv, ends)
		})
	}
}

// A deadline that is put off, or sets another, is not slept over.
func TestTheSweeperSleepsNoLongerThanUntilTheNextDeadline(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		does func(d *desk, conv string)
		next time.Duration
	}{
		"put off": {func(d *desk, conv string) {
			d.clock.pass(silentTime)
			must(d.t, d.TypingAsAgent(ctx, d.agents["anna"], conv))
		}, typingHolds},
		"another one set": {func(d *desk, conv string) {
			d.answer("anna", conv)
			d.clock.pass(silentTime)
			d.sweepNow()
			d.clock.pass(idleWarn - silentTime)
		}, idleClose},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.come("anna")
			test.does(d, talking(d, d.visitor()))
			var sleeps time.Duration
			for range 3 {
				if sleeps = d.sweepOnce(ctx); sleeps > 0 {
					break
				}
			}
			if sleeps != test.next {
				t.Errorf("it sleeps for %v, want %v", sleeps, test.next)
			}
		})
	}
}

func TestTakingOnesOwnTwiceAtOnceIsNoError(t *testing.T) {
	d := newDesk(t, 1, "anna")
	for i := range 20 {
		conv := d.start(d.visitor(), fmt.Sprint(i))
		var tabs sync.WaitGroup
		for range 4 {
			tabs.Go(func() {
				if _, err := d.Take(context.Background(), d.agents["anna"], conv); err != nil {
					t.Error(err)
				}
			})
		}
		tabs.Wait()
		_, err := d.Close(context.Background(), d.agents["anna"], conv, "")
		must(t, err)
	}
}

func TestAStartThatIsNotTheSameIsNotSwallowed(t *testing.T) {
	d := newDesk(t, 1, "anna")
	v := d.visitor()
	_, err := d.Start(context.Background(), v.Visitor, Start{CID: "a", Text: "one"})
	must(t, err)
	if _, err := d.Start(context.Background(), v.Visitor, Start{CID: "a", Text: "two"}); models.KindOf(err) != models.KindCIDConflict {
		t.Errorf("%v", err)
	}
}

func TestANumberBeyondTheLogIsReset(t *testing.T) {
	d := newDesk(t, 1, "anna")
	v := d.visitor()
	conv := d.start(v, "hello")
	_, c, err := d.WelcomeVisitor(context.Background(), v.Visitor, d.site, "", conv, Beat{})
	must(t, err)
	var sent []string
	must(t, d.ReplayToVisitor(context.Background(), c, 99, func(_ context.Context, f []byte) error {
		sent = append(sent, string(f))
		return nil
	}))
	if len(sent) < 3 || !strings.Contains(sent[0], `"t":"reset"`) || !strings.Contains(sent[1], `"seq":1`) {
		t.Errorf("sent %q", sent)
	}
}

func TestASummaryShowsOnlyTheBeginningOfALine(t *testing.T) {
	d := newDesk(t, 1, "anna")
	conv, err := d.Start(context.Background(), d.visitor().Visitor, Start{CID: "a", Text: strings.Repeat("茶", models.MaxMessage)})
	must(t, err)
	if got := d.conv(conv).Last.Text; got != strings.Repeat("茶", maxGlimpse) {
		t.Errorf("%d bytes", len(got))
	}
}

func TestComingBackToTheQueueIsToldAgain(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	v := d.visitor()
	conv := d.start(v, "hello")
	v.ear.await(t, func(f map[string]any) bool { return f["t"] == "queue" })
	d.mu.Lock() // no look at the queue in between
	d.assigners[d.site.AccountID] = &assigner{}
	d.mu.Unlock()
	_, err := d.Take(ctx, d.agents["anna"], conv)
	must(t, err)
	d.clock.pass(time.Second)
	_, err = d.Transfer(ctx, d.agents["anna"], conv, Destination{Department: d.support.PublicID})
	must(t, err)
	d.mu.Lock()
	delete(d.assigners, d.site.AccountID)
	d.mu.Unlock()
	d.Kick(d.site.AccountID)
	d.settle()
	v.ear.awaitNth(t, 2, func(f map[string]any) bool { return f["t"] == "queue" })
}

func TestAStaleTabDoesNotWipeWhoTheVisitorIs(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	v := d.visitor()
	stale := v.Visitor
	conv, err := d.Start(ctx, v.Visitor, Start{CID: "a", Text: "hello", Person: models.Person{
		Name: "Agatha", Email: "agatha@tea.test", Fields: map[string]string{"order": "42"},
	}})
	must(t, err)
	stale.PageURL = "https://tea.test/other"
	must(t, d.SaveVisit(ctx, &stale))
	_, err = d.SayAsVisitor(ctx, stale, Line{Conv: conv, CID: "b", Text: "from the other tab"})
	must(t, err)
	if _, err := d.Start(ctx, stale, Start{CID: "c", Department: "nowhere", Person: models.Person{Name: "Anna"}}); err == nil {
		t.Error("a department that isn't there was found")
	}
	details, err := d.Details(ctx, d.agents["anna"], conv)
	must(t, err)
	if p := details.Person; details.Visitor.Name != "Agatha" || p.Email != "agatha@tea.test" || p.Fields["order"] != "42" || p.Page.URL != stale.PageURL {
		t.Errorf("the visitor is now %+v, %+v", details.Visitor, p)
	}
	v.ear.await(t, func(f map[string]any) bool {
		from, _ := f["from"].(map[string]any)
		return f["text"] == "from the other tab" && from["name"] == "Agatha"
	})
}

func TestAStartThatWasMergedIsStillKnownAfterTheEnd(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	v := d.visitor()
	first, err := d.Start(ctx, v.Visitor, Start{CID: "a", Text: "one"})
	must(t, err)
	_, err = d.Start(ctx, v.Visitor, Start{CID: "b", Text: "two"})
	must(t, err)
	must(t, d.End(ctx, v.Visitor, first))
	if again, err := d.Start(ctx, v.Visitor, Start{CID: "b", Text: "two"}); err != nil || again != first {
		t.Errorf("resent, it made %s (%v)", again, err)
	}
}

func TestStartAndEndFromTwoTabsBothSucceed(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	for i := range 50 {
		v := d.visitor()
		conv, err := d.Start(ctx, v.Visitor, Start{CID: "a"})
		must(t, err)
		var tabs sync.WaitGroup
		for range 2 {
			tabs.Go(func() {
				if err := d.End(ctx, v.Visitor, conv); err != nil {
					t.Errorf("end: %v", err)
				}
			})
		}
		tabs.Go(func() {
			if _, err := d.Start(ctx, v.Visitor, Start{CID: "b", Text: fmt.Sprint(i)}); err != nil {
				t.Errorf("start: %v", err)
			}
		})
		tabs.Wait()
	}
}

func TestALongBacklogIsLeftToBeAskedFor(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 9, "anna")
	long := strings.Repeat("<", models.MaxMessage)
	for i := range 3 {
		v := d.visitor()
		conv, err := d.Start(ctx, v.Visitor, Start{CID: "a", Text: "first"})
		must(t, err)
		for j := range 10 * i {
			_, err := d.SayAsVisitor(ctx, v.Visitor, Line{Conv: conv, CID: fmt.Sprint(j), Text: long})
			must(t, err)
		}
	}
	ear := d.listen(TopicAgent(d.agents["anna"].ID))
	d.come("anna")
	ear.awaitNth(t, 3, isKind(models.EventAssigned))
	for _, f := range ear.frames(t) {
		if f["text"] == long {
			t.Fatal("a long log was sent unasked")
		}
	}
	ear.await(t, func(f map[string]any) bool { return f["text"] == "first" })
}

// A start without text, its conversation closed, and the same cid with a text: this once went round
// and round.
func TestAStartWhoseConversationIsOverSaysSo(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	v := d.visitor()
	conv, err := d.Start(ctx, v.Visitor, Start{CID: "a"})
	must(t, err)
	must(t, d.End(ctx, v.Visitor, conv))
	if _, err := d.Start(ctx, v.Visitor, Start{CID: "a", Text: "now with a text"}); models.KindOf(err) != models.KindClosed {
		t.Errorf("%v", err)
	}
}
