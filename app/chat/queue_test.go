package chat

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"foyer/models"
)

func TestWhateverFreesAPlaceConnectsWhoeverWaits(t *testing.T) {
	ctx := context.Background()
	tests := map[string]struct {
		before func(d *desk) // leaves no place for the visitor
		frees  func(d *desk)
	}{
		"an agent connects": {
			before: func(*desk) {},
			frees:  func(d *desk) { d.come("anna") },
		},
		"an agent comes back from away": {
			before: func(d *desk) {
				d.come("anna")
				must(d.t, d.SetAvailability(ctx, d.agents["anna"], models.Away))
			},
			frees: func(d *desk) { must(d.t, d.SetAvailability(ctx, d.agents["anna"], models.Online)) },
		},
		"a conversation is closed": {
			before: func(d *desk) { d.come("anna"); d.start(d.visitor(), "before") },
			frees: func(d *desk) {
				mine, err := d.List(ctx, d.agents["anna"], Query{Mine: true, Limit: 1})
				must(d.t, err)
				_, err = d.Close(ctx, d.agents["anna"], mine.Items[0].ID, "")
				must(d.t, err)
			},
		},
		"a colleague is hired": {
			before: func(d *desk) { d.come("anna"); d.start(d.visitor(), "before") },
			frees:  func(d *desk) { d.hire("ben", 1); d.come("ben") },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			test.before(d)
			v := d.visitor()
			conv := d.start(v, "hello")
			if owner := d.owner(conv); owner != "" {
				t.Fatalf("%s has the conversation already", owner)
			}
			test.frees(d)
			v.ear.await(t, isKind(models.EventAssigned))
			if owner := d.owner(conv); owner == "" {
				t.Error("nobody has the conversation")
			}
		})
	}
}

func TestVisitorsAreServedInTheOrderOfArrivalAndToldTheirPlace(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.come("anna")
	served := d.start(d.visitor(), "first")
	var waiting []*visitor
	for i := range 3 {
		d.clock.pass(time.Second)
		v := d.visitor()
		d.start(v, fmt.Sprint("next ", i))
		waiting = append(waiting, v)
	}
	for i, v := range waiting {
		v.ear.await(t, func(f map[string]any) bool { return f["t"] == "queue" && f["position"] == float64(i+1) })
	}
	_, err := d.Close(context.Background(), d.agents["anna"], served, "")
	must(t, err)
	waiting[0].ear.await(t, isKind(models.EventAssigned))
	for i, v := range waiting[1:] {
		frames := v.ear.await(t, func(f map[string]any) bool { return f["t"] == "queue" && f["position"] == float64(i+1) })
		var places []float64
		for _, f := range frames {
			if f["t"] == "queue" {
				places = append(places, f["position"].(float64))
			}
		}
		if want := []float64{float64(i + 2), float64(i + 1)}; !reflect.DeepEqual(places, want) {
			t.Errorf("visitor %d was told %v, want %v", i+2, places, want)
		}
	}
}

func TestLostAgentsConversationGoesBackToTheHead(t *testing.T) {
	d := newDesk(t, 1, "anna", "ben")
	d.come("anna")
	v := d.visitor()
	conv := d.start(v, "hello")
	d.clock.pass(time.Minute)
	later := d.start(d.visitor(), "later")
	d.leave("anna")
	d.clock.pass(testGrace - time.Millisecond)
	d.sweepNow()
	if owner := d.owner(conv); owner != "anna" {
		t.Fatalf("within the grace %q has it", owner)
	}
	d.clock.pass(time.Millisecond)
	d.sweepNow()
	v.ear.await(t, isKind(models.EventAgentLost))
	v.ear.await(t, func(f map[string]any) bool { return f["t"] == "queue" && f["position"] == 1.0 })
	d.come("ben")
	if d.owner(conv) != "ben" || d.owner(later) != "" {
		t.Errorf("ben has not the one who came first: %v, %v", d.owner(conv), d.owner(later))
	}
}

func TestBackWithinTheGraceNothingHappened(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.come("anna")
	v := d.visitor()
	conv := d.start(v, "hello")
	d.answer("anna", conv)
	before := d.conv(conv)
	d.leave("anna")
	d.clock.pass(testGrace - time.Second)
	d.come("anna")
	d.clock.pass(5 * time.Minute)
	d.sweepNow()
	if after := d.conv(conv); !reflect.DeepEqual(before, after) {
		t.Errorf("before %+v\nafter  %+v", before, after)
	}
	c, err := d.account.Conversation(context.Background(), conv)
	must(t, err)
	if at, left := c.Deadlines[models.DueAgentGrace]; left {
		t.Errorf("the deadline of the grace is left: %v", at)
	}
}

func TestOneOfTwoTabsClosingIsNoLeaving(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.come("anna")
	d.come("anna")
	conv := d.start(d.visitor(), "hello")
	d.answer("anna", conv)
	d.leave("anna")
	d.clock.pass(time.Hour)
	d.sweepNow()
	if owner := d.owner(conv); owner != "anna" {
		t.Errorf("%q has it", owner)
	}
}

func TestDeadlinesSurviveARestart(t *testing.T) {
	for name, back := range map[string]bool{"the agent comes back": true, "the agent stays away": false} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.come("anna")
			conv := d.start(d.visitor(), "hello")
			d.clock.pass(time.Minute)
			d.restart()
			if back {
				d.come("anna")
			}
			d.clock.pass(testGrace)
			d.sweepNow()
			want := models.StateQueued
			if back {
				want = models.StateActive
			}
			if c := d.conv(conv); c.State != want {
				t.Errorf("the conversation is %s, want %s", c.State, want)
			}
		})
	}
}

func TestManyVisitorsAndAgentsAtOnce(t *testing.T) {
	const agents, limit, arriving = 20, 3, 100
	d := newDesk(t, limit)
	for i := range agents {
		d.hire(fmt.Sprint("agent", i), limit)
	}
	var coming []*visitor
	for range arriving {
		coming = append(coming, d.visitor())
	}
	var all sync.WaitGroup
	for _, a := range d.agents {
		all.Go(func() {
			if err := d.AgentCame(context.Background(), a, false); err != nil {
				t.Error(err)
			}
		})
	}
	for i, v := range coming {
		all.Go(func() {
			if _, err := d.Start(context.Background(), v.Visitor, Start{CID: "c", Text: fmt.Sprint(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	d.settle()
	open, err := d.account.Open(context.Background())
	must(t, err)
	load, queued := map[int64]int{}, 0
	for _, c := range open {
		if c.State == models.StateQueued {
			queued++
			continue
		}
		load[c.AgentID]++
	}
	for id, n := range load {
		if n > limit {
			t.Errorf("agent %d has %d conversations", id, n)
		}
	}
	if want := arriving - agents*limit; queued != want {
		t.Errorf("%d wait, want %d: %d places are taken", queued, want, len(open)-queued)
	}
}

func TestThoseWhoAreConnectedAtOnceAreConnectedInOrder(t *testing.T) {
	const waiting = 40
	d := newDesk(t, waiting, "anna")
	ear := d.listen(TopicAgent(d.agents["anna"].ID))
	var want []string
	for i := range waiting {
		d.clock.pass(time.Second)
		want = append(want, d.start(d.visitor(), fmt.Sprint(i)))
	}
	d.come("anna")
	connected := isKind(models.EventAssigned)
	var got []string
	for _, f := range ear.awaitNth(t, waiting, connected) {
		if connected(f) {
			got = append(got, f["conv"].(string))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("connected in the order %v, want %v", got, want)
	}
}
