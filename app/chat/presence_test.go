package chat

import (
	"context"
	"testing"
	"time"

	"foyer/models"
)

func (d *desk) status(name string) models.Availability {
	d.t.Helper()
	list, err := d.Colleagues(context.Background(), d.agents[name])
	must(d.t, err)
	for _, c := range list {
		if c.Name == name {
			return c.Status
		}
	}
	return ""
}

func TestWhoIsNotAtTheirDeskIsAwayUntilTheyAre(t *testing.T) {
	ctx := context.Background()
	const after = 10 * time.Minute
	for name, sign := range map[string]func(d *desk) error{
		"they say so":             func(d *desk) error { return d.Active(ctx, d.agents["anna"]) },
		"they reload":             func(d *desk) error { return d.AgentCame(ctx, d.agents["anna"], false) },
		"they choose it":          func(d *desk) error { return d.SetAvailability(ctx, d.agents["anna"], models.Online) },
		"they touch their switch": func(d *desk) error { return d.SetAccepting(ctx, d.agents["anna"], true) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.autoAway(int(after.Seconds()))
			d.come("anna")
			d.pass(after - time.Millisecond)
			d.castNet(ctx)
			if got := d.status("anna"); got != models.Online {
				t.Fatalf("before the time she is %s", got)
			}
			ear := d.listen(TopicAgents(d.site.AccountID))
			d.pass(time.Millisecond)
			d.castNet(ctx)
			told := func(status models.Availability) func(map[string]any) bool {
				return func(f map[string]any) bool {
					return f["t"] == "presence" && f["agent"] == d.agents["anna"].PublicID && f["status"] == string(status)
				}
			}
			ear.await(t, told(models.Away))
			conv := d.start(d.visitor(), "hello")
			d.expect(conv, "queued")
			must(t, d.AgentCame(ctx, d.agents["anna"], true)) // her console has come back by itself
			d.settle()
			d.expect(conv, "queued")
			must(t, sign(d))
			d.settle()
			ear.await(t, told(models.Online))
			d.expect(conv, "active with anna")
		})
	}
}

func TestWhoIsAtWorkIsNotAway(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.autoAway(600)
	d.come("anna")
	for range 20 {
		d.pass(time.Minute)
		must(t, d.Active(context.Background(), d.agents["anna"]))
	}
	if got := d.status("anna"); got != models.Online {
		t.Errorf("she is %s", got)
	}
	d.autoAway(0)
	d.pass(48 * time.Hour)
	if got := d.status("anna"); got != models.Online {
		t.Errorf("where nobody is away by themselves she is %s", got)
	}
}

// Away for their idleness is not what they chose: who chose away stays it.
func TestASignOfLifeDoesNotChangeWhatAnAgentChose(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	d.come("anna")
	must(t, d.SetAvailability(ctx, d.agents["anna"], models.Away))
	d.pass(time.Hour)
	must(t, d.Active(ctx, d.agents["anna"]))
	if got := d.status("anna"); got != models.Away {
		t.Errorf("she is %s", got)
	}
}

func TestTheSwitchIsApartFromAvailability(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 2, "anna")
	d.come("anna")
	mine := d.start(d.visitor(), "mine already")
	must(t, d.SetAccepting(ctx, d.agents["anna"], false))
	conv := d.start(d.visitor(), "hello")
	d.expect(conv, "queued")
	d.expect(mine, "active with anna")
	if got := d.status("anna"); got != models.Online {
		t.Errorf("she is %s", got)
	}
	d.resume() // it is kept
	d.expect(conv, "queued")
	ear := d.listen(TopicAgents(d.site.AccountID))
	must(t, d.SetAvailability(ctx, d.agents["anna"], models.Away))
	must(t, d.SetAccepting(ctx, d.agents["anna"], true))
	d.settle()
	d.expect(conv, "queued")
	ear.await(t, func(f map[string]any) bool { return f["status"] == "away" && f["accepting"] == true })
	must(t, d.SetAvailability(ctx, d.agents["anna"], models.Online))
	d.settle()
	d.expect(conv, "active with anna")
}

func TestWhatAnAgentChoseOutlivesTheirSocket(t *testing.T) {
	ctx := context.Background()
	for _, chosen := range []models.Availability{models.Online, models.Away, models.Offline} {
		for name, drop := range map[string]func(d *desk){
			"a dropped socket": func(d *desk) { d.leave("anna"); d.pass(time.Hour); d.come("anna") },
			"a restart":        func(d *desk) { d.resume() },
		} {
			t.Run(string(chosen)+", "+name, func(t *testing.T) {
				d := newDesk(t, 1, "anna")
				d.come("anna")
				must(t, d.SetAvailability(ctx, d.agents["anna"], chosen))
				drop(d)
				if got := d.status("anna"); got != chosen {
					t.Errorf("she chose %s and is %s", chosen, got)
				}
				conv := d.start(d.visitor(), "hello")
				want := "queued"
				if chosen == models.Online {
					want = "active with anna"
				}
				d.expect(conv, want)
			})
		}
	}
}

func TestAnAgentIsHereUntilTheirLastDeviceIsGone(t *testing.T) {
	d := newDesk(t, 1, "anna", "ben")
	d.come("anna") // at the desk
	d.come("anna") // on the phone
	d.come("ben")
	conv := answered(d, d.visitor())
	d.leave("anna")
	d.pass(5 * time.Minute)
	d.expect(conv, "active with anna")
	d.leave("anna")
	if got := d.status("anna"); got != models.Offline {
		t.Errorf("without any device she is %s", got)
	}
	d.pass(testGrace - time.Second)
	d.come("anna") // on the phone again
	d.pass(testGrace)
	d.expect(conv, "active with anna")
	d.leave("anna")
	d.pass(testGrace)
	d.expect(conv, "active with ben")
}

// Whoever goes home says so; what they have is still theirs to finish.
func TestWhoIsOfflineByChoiceKeepsWhatTheyHave(t *testing.T) {
	d := newDesk(t, 1, "anna", "ben")
	d.come("anna")
	d.come("ben")
	conv := answered(d, d.visitor())
	must(t, d.SetAvailability(context.Background(), d.agents["anna"], models.Offline))
	d.pass(5 * time.Minute)
	d.expect(conv, "active with anna")
}

// A console that comes back in the night, with nobody at the desk, gets nobody's conversation.
func TestAConsoleThatComesBackByItselfIsNoSignOfLife(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	d.autoAway(600)
	d.come("anna")
	d.pass(10 * time.Minute)
	d.leave("anna")
	d.pass(time.Hour)
	must(t, d.AgentCame(ctx, d.agents["anna"], true))
	conv := d.start(d.visitor(), "hello")
	if got := d.status("anna"); got != models.Away {
		t.Errorf("she is %s", got)
	}
	d.expect(conv, "queued")
}

func TestASignOfLifeThatWasNotStoredIsStoredAtTheNext(t *testing.T) {
	const after = 10 * time.Minute
	d := newDesk(t, 1, "anna")
	d.autoAway(int(after.Seconds()))
	d.come("anna")
	d.pass(after - time.Second)
	refusing := d.refuse("UPDATE OF active_at ON agents")
	if err := d.Active(context.Background(), d.agents["anna"]); err == nil {
		t.Fatal("it was stored")
	}
	refusing()
	must(t, d.Active(context.Background(), d.agents["anna"]))
	d.pass(2 * time.Second)
	if got := d.status("anna"); got != models.Online {
		t.Errorf("she is %s", got)
	}
}

// What colleagues are told of somebody does not stay wrong, whatever was missed.
func TestWhatWasToldOfAnAgentIsPutRight(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		miss func(d *desk, refused func(func() error))
		want models.Availability
	}{
		"auto-away is switched off": {func(d *desk, _ func(func() error)) {
			d.pass(time.Hour)
			d.castNet(ctx)
			d.autoAway(0)
		}, models.Online},
		"auto-away is put off": {func(d *desk, _ func(func() error)) {
			d.pass(time.Hour)
			d.castNet(ctx)
			d.autoAway(2 * 60 * 60)
		}, models.Online},
		"auto-away comes sooner": {func(d *desk, _ func(func() error)) {
			d.pass(5 * time.Minute)
			d.castNet(ctx)
			d.autoAway(60)
		}, models.Away},
		"a departure that could not be stored": {func(d *desk, refused func(func() error)) {
			refused(func() error { return d.AgentLeft(ctx, d.agents["anna"]) })
		}, models.Offline},
		"a return that was not noticed": {func(d *desk, _ func(func() error)) {
			d.leave("anna")
			d.presence.AgentCame(d.agents["anna"].ID)
		}, models.Online},
		"a sign of life after which no more could be stored": {func(d *desk, refused func(func() error)) {
			d.pass(time.Hour)
			d.castNet(ctx)
			refused(func() error { return d.Active(ctx, d.agents["anna"]) })
		}, models.Online},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.autoAway(600)
			d.come("anna")
			test.miss(d, func(act func() error) {
				end := d.refuse("UPDATE OF status, ended_at ON presence_intervals")
				defer end()
				if err := act(); err == nil {
					t.Fatal("it was stored")
				}
			})
			ear := d.listen(TopicAgents(d.site.AccountID))
			d.castNet(ctx)
			list, err := d.db.Seen(ctx, []int64{d.agents["anna"].ID})
			must(t, err)
			if len(list) != 1 || list[0].Seen != test.want || d.status("anna") != test.want {
				t.Errorf("she was told to be %v and is %s, want %s", list, d.status("anna"), test.want)
			}
			d.pump.tell(d.hub, d.site.AccountID, "mark", func() []byte { return []byte(`{"t":"mark"}`) })
			told := 0
			for _, f := range ear.await(t, func(f map[string]any) bool { return f["t"] == "mark" }) {
				if f["t"] == "presence" && f["status"] == string(test.want) {
					told++
				}
			}
			if told == 0 {
				t.Error("colleagues were not told")
			}
		})
	}
}
