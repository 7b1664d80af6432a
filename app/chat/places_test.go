package chat

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"foyer/app/routing"
	"foyer/models"
)

// Visitors of several priorities arrive, some are given another one by hand, some give up. Whoever is
// told to be the next is the next, until nobody is left.
func TestPlacesAreInTheOrderInWhichPeopleAreServed(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	identified := true
	must(t, d.account.SaveRouting(ctx, models.Account{Rules: []models.RoutingRule{{Identified: &identified, Priority: 3}}}))
	r := rand.New(rand.NewPCG(4, 2))
	waiting := map[string]*visitor{}
	for i := range 24 {
		if i%5 > 0 { // some arrive in the same moment
			d.clock.pass(time.Second)
		}
		v := d.visitor()
		in := Start{CID: "a", Text: fmt.Sprint("visitor ", i)}
		if r.IntN(3) == 0 {
			in.Person.Email = "me@tea.test"
		}
		waiting[d.begin(v, in)] = v
	}
	for conv, v := range waiting {
		switch r.IntN(6) {
		case 0:
			_, err := d.SetPriority(ctx, d.agents["anna"], conv, r.IntN(19)-9)
			must(t, err)
		case 1:
			must(t, d.End(ctx, v.Visitor, conv))
			delete(waiting, conv)
		}
	}
	serving := ""
	for len(waiting) > 0 {
		line := make([]string, len(waiting)+1)
		for conv, v := range waiting {
			p := d.place(v)
			if p < 1 || p > len(waiting) || line[p] != "" {
				t.Fatalf("of %d somebody has place %d", len(waiting), p)
			}
			line[p] = conv
		}
		if serving == "" {
			d.come("anna")
		} else {
			_, err := d.Close(ctx, d.agents["anna"], serving, "")
			must(t, err)
			d.settle()
		}
		serving = line[1]
		d.expect(serving, "active with anna")
		delete(waiting, serving)
	}
}

func TestPriorityByHandIsToldToAll(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	first := d.visitor()
	d.start(first, "first")
	d.clock.pass(time.Second)
	second := d.visitor()
	conv := d.start(second, "second")
	desk := d.listen(TopicAgents(d.site.AccountID))
	before := d.conv(conv)
	c, err := d.SetPriority(ctx, d.agents["anna"], conv, 5)
	must(t, err)
	d.settle()
	if fence := before.Fence; c.Fence <= fence {
		t.Errorf("nobody can tell it from what was so before: fence %d after %d", c.Fence, fence)
	}
	if c.Priority != 5 {
		t.Errorf("it was answered with %d", c.Priority)
	}
	desk.await(t, func(f map[string]any) bool { return f["t"] == "conv" && f["id"] == conv && f["priority"] == 5.0 })
	second.ear.await(t, isPlace(1, false))
	first.ear.await(t, isPlace(2, false))
	d.come("anna")
	d.expect(conv, "active with anna")
	for _, bad := range []int{-10, 10, 1 << 40} {
		_, err := d.SetPriority(ctx, d.agents["anna"], conv, bad)
		refused(t, err, models.KindInvalid)
	}
	_, err = d.Close(ctx, d.agents["anna"], conv, "")
	must(t, err)
	_, err = d.SetPriority(ctx, d.agents["anna"], conv, 1)
	refused(t, err, models.KindConflict)
	if c := d.conv(conv); c.Priority != 5 {
		t.Errorf("what was refused changed it to %d", c.Priority)
	}
}

func TestAVisitorIsToldWhetherSomebodyIsHere(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	d.add("Sales", "sam")
	v := d.visitor()
	d.come("sam") // of another department
	d.start(v, "hello")
	v.ear.await(t, isPlace(1, false))
	d.come("anna")
	busy := d.visitor()
	d.start(busy, "another")
	busy.ear.await(t, isPlace(1, true))
	must(t, d.SetAccepting(ctx, d.agents["anna"], false))
	busy.ear.await(t, isPlace(1, false))
	must(t, d.SetAccepting(ctx, d.agents["anna"], true))
	busy.ear.awaitNth(t, 2, isPlace(1, true))
	d.leave("anna")
	busy.ear.awaitNth(t, 2, isPlace(1, false))
	d.Kick(d.site.AccountID) // to a look that finds nothing new
	if n := d.times(busy, func(f map[string]any) bool { return f["t"] == "queue" }); n != 4 {
		t.Errorf("they were told %d times, want 4", n)
	}
}

func TestTheEstimateIsOfThisDepartmentAndOfLate(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	d.set(func(to *models.Department) { to.SilentTime, to.IdleWarn = 0, 0 })
	d.autoAway(0)
	d.come("anna")
	estimated := func(v *visitor) map[string]any {
		t.Helper()
		d.settle()
		var last map[string]any
		for _, f := range v.ear.await(t, func(f map[string]any) bool { return f["t"] == "queue" }) {
			last, _ = f["wait_s"].(map[string]any)
		}
		return last
	}
	waiting := []string{d.start(d.visitor(), "first")}
	serve := func() { // each waits for five minutes
		waiting = append(waiting, d.start(d.visitor(), "next"))
		d.clock.pass(5 * time.Minute)
		_, err := d.Close(ctx, d.agents["anna"], waiting[0], "")
		must(t, err)
		d.settle()
		waiting = waiting[1:]
		d.expect(waiting[0], "active with anna")
	}
	for range routing.MinPace - 1 {
		serve()
	}
	unknown := d.visitor()
	conv := d.start(unknown, "too early to say")
	if w := estimated(unknown); w != nil {
		t.Errorf("of %d that were served it is estimated as %v", routing.MinPace-1, w)
	}
	must(t, d.End(ctx, unknown.Visitor, conv))
	serve()
	known := d.visitor()
	conv = d.start(known, "hello")
	w := estimated(known)
	if w == nil || w["low"].(float64) > 300 || w["high"].(float64) < 300 || w["high"].(float64) > 900 {
		t.Errorf("of five minutes each it is estimated as %v", w)
	}
	must(t, d.SetAccepting(ctx, d.agents["anna"], false)) // now it may take any time
	known.ear.await(t, func(f map[string]any) bool { return f["t"] == "queue" && f["here"] == false && f["wait_s"] == nil })
	d.clock.pass(11 * time.Minute)
	d.Kick(d.site.AccountID)
	if n := d.times(known, isPlace(1, false)); n != 1 {
		t.Errorf("that nobody is here was told %d times", n)
	}
	must(t, d.SetAccepting(ctx, d.agents["anna"], true))
	known.ear.awaitNth(t, 2, func(f map[string]any) bool { return f["t"] == "queue" && f["wait_s"] != nil })
	d.clock.pass(2 * time.Hour) // so long ago says nothing
	d.Kick(d.site.AccountID)
	known.ear.await(t, func(f map[string]any) bool { return f["t"] == "queue" && f["here"] == true && f["wait_s"] == nil })
	d.expect(conv, "queued")
}
