package store

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"foyer/models"
)

// grace gives an agent until then to come back to what they have or what rings at them; 0 is for
// who is back.
func (a *tenant) grace(agent models.Agent, until models.Instant) {
	a.t.Helper()
	must(a.t, a.account().Change(background, func(tx *Tx) error {
		list, err := tx.Of(agent.ID)
		for _, c := range list {
			if c.SetDue(models.DueAgentGrace, until); err == nil {
				err = tx.Save(c)
			}
		}
		return err
	}, nil))
}

// returnBy gives everybody until then to come back after a restart.
func returnBy(until models.Instant) Return { return Return{Agents: until, Visitors: until} }

// due reads which conversations are due, and when the next one is.
func (a *tenant) due(limit int) ([]string, models.Instant) {
	a.t.Helper()
	list, next, err := a.Due(background, limit)
	must(a.t, err)
	ids := []string{}
	for _, d := range list {
		now := a.now(d.PublicID)
		if d.AccountID != a.id || d.Fence != now.Fence || d.DueWhat != models.DueAgentGrace {
			a.t.Errorf("due is %+v", d)
		}
		ids = append(ids, d.PublicID)
	}
	return ids, next
}

func TestDeadlines(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben, chloe := a.agent("Anna", 9), a.agent("Ben", 9), a.agent("Chloe", 9)
		annas, bens, chloes := a.active(anna), a.active(ben), a.active(chloe)
		ended := a.active(anna)
		must(t, a.close(ended.PublicID))
		waits := a.started()
		now := b.clock.instant()
		check := func(why string, next models.Instant, want ...models.Conversation) {
			t.Helper()
			got, until := a.due(10)
			if len(got) != len(want) || until != next {
				t.Fatalf("%s: %d are due, the next at %d; want %d, at %d", why, len(got), until, len(want), next)
			}
			for i := range want {
				if got[i] != want[i].PublicID {
					t.Errorf("%s: %q is due at place %d", why, got[i], i)
				}
			}
		}
		check("nobody is gone", 0)
		a.grace(anna, now.Add(12*time.Second))
		a.grace(ben, now.Add(5*time.Second))
		check("two are gone", now.Add(5*time.Second))
		b.clock.pass(5 * time.Second)
		check("the moment itself counts", now.Add(12*time.Second), bens)
		b.clock.pass(time.Minute)
		check("the oldest is first", 0, bens, annas)
		if first, _ := a.due(1); len(first) != 1 || first[0] != bens.PublicID {
			t.Errorf("of two, the first one is %q", first)
		}
		b.restart(t)
		check("after a restart", 0, bens, annas)
		a.grace(anna, 0)
		check("Anna is back", 0, bens)
		must(t, a.requeue(bens.PublicID, models.EndAgentLost))
		check("Ben's waits", 0)
		for _, c := range []models.Conversation{chloes, ended, waits} {
			if c := a.now(c.PublicID); c.DueAt != 0 || c.DueWhat != models.DueNothing {
				t.Errorf("%s one is due at %d: %q", c.State, c.DueAt, c.DueWhat)
			}
		}
	})
}

func TestANewOwnerHasNoDeadlineOfTheOldOne(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben := a.agent("Anna", 9), a.agent("Ben", 9)
		c := a.active(anna)
		a.grace(anna, b.clock.instant().Add(time.Second))
		must(t, a.transfer(c.PublicID, ben.ID))
		b.clock.pass(time.Minute)
		if due, _ := a.due(9); len(due) > 0 {
			t.Errorf("due: %q", due)
		}
	})
}

func TestAfterACrashPresenceEndsWhenTheServerWasLastAlive(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben, chloe, dora := a.agent("Anna", 9), a.agent("Ben", 9), a.agent("Chloe", 9), a.agent("Dora", 9)
		is := func(agent models.Agent, what models.Availability) {
			t.Helper()
			must(t, a.account().Change(background, func(tx *Tx) error { return tx.SetPresence(agent.ID, what, 0) }, nil))
		}
		is(anna, models.Online)
		is(dora, models.Online)
		b.clock.pass(4 * time.Minute)
		is(dora, models.Offline)
		is(ben, models.Away)
		must(t, b.StayAlive(background))
		b.clock.pass(time.Minute)
		must(t, b.StayAlive(background))
		b.clock.pass(time.Minute)
		is(chloe, models.Online) // after the last sign of life
		c, other := a.active(anna), a.active(ben)
		waits := a.started()
		b.clock.pass(time.Hour) // nobody ran

		b.restart(t)
		grace, visitors := b.clock.instant().Add(12*time.Second), b.clock.instant().Add(time.Minute)
		must(t, b.Recover(background, Return{Agents: grace, Visitors: visitors}))
		for _, test := range []struct {
			agent models.Agent
			want  string
		}{{anna, "online 0-5"}, {ben, "away 4-5"}, {chloe, "online 6-6"}, {dora, "online 0-4"}} {
			if got := a.presence(test.agent); got != test.want {
				t.Errorf("%s was %s, want %s", test.agent.Name, got, test.want)
			}
		}
		for _, c := range []models.Conversation{c, other} {
			if c := a.now(c.PublicID); c.DueAt != grace || c.DueWhat != models.DueAgentGrace || c.State != models.StateActive {
				t.Errorf("conversation %d is %s, due at %d (%s), want %d", c.ID, c.State, c.DueAt, c.DueWhat, grace)
			}
		}
		if c := a.now(waits.PublicID); c.DueAt != visitors || c.DueWhat != models.DueAbandoned {
			t.Errorf("one that waits is due at %d (%s), want %d", c.DueAt, c.DueWhat, visitors)
		}
	})
}

func TestWhatRingsWhenTheServerStopsWaitsForBoth(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 9)
		rings, message, taken := a.started(), a.started(), a.started()
		until := b.clock.instant().Add(20 * time.Second)
		must(t, a.offer(rings.PublicID, anna.ID, until))
		must(t, a.keep(message.PublicID))
		must(t, a.keep(taken.PublicID))
		must(t, a.assign(taken.PublicID, anna.ID))
		b.restart(t)
		back := Return{Agents: b.clock.instant().Add(12 * time.Second), Visitors: b.clock.instant().Add(time.Minute)}
		must(t, b.Recover(background, back))
		for conv, want := range map[string]models.Deadlines{
			rings.PublicID:   {models.DueOffer: until, models.DueAgentGrace: back.Agents, models.DueAbandoned: back.Visitors},
			message.PublicID: {}, // nobody waits
			taken.PublicID:   {models.DueAgentGrace: back.Agents},
		} {
			if c := a.now(conv); !maps.Equal(c.Deadlines, want) {
				t.Errorf("the %s %s has the deadlines %v, want %v", c.State, c.Kind, c.Deadlines, want)
			}
			a.consistent(conv)
		}
	})
}

// Clocks that wait on a person run on, but not out before that person may be back.
func TestARestartLetsNoClockRunOutBeforeAnybodyIsBack(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		passed, ahead := b.clock.instant().Add(time.Second), b.clock.instant().Add(24*time.Hour)
		all := []models.DueWhat{models.DueSilent, models.DueIdle, models.DueIdleClose, models.DueWait, models.DueClosing, models.DueAskAgain, models.DueBack}
		set := func(at models.Instant) models.Conversation {
			c := a.active(a.agent("Anna", 9))
			must(t, a.save(c.PublicID, func(c *models.Conversation) {
				for _, what := range all {
					c.SetDue(what, at)
				}
			}))
			return c
		}
		overdue, early := set(passed), set(ahead)
		b.clock.pass(time.Hour)
		b.restart(t)
		back := Return{Agents: b.clock.instant().Add(12 * time.Second), Visitors: b.clock.instant().Add(time.Minute)}
		must(t, b.Recover(background, back))
		for what, at := range map[models.DueWhat]models.Instant{
			models.DueSilent: back.Agents, models.DueWait: back.Agents, models.DueClosing: back.Agents, models.DueBack: back.Agents,
			models.DueIdle: back.Visitors, models.DueIdleClose: back.Visitors, models.DueAskAgain: passed,
		} {
			if got := a.now(overdue.PublicID).Deadlines[what]; got != at {
				t.Errorf("%s is set to %d, want %d", what, got, at)
			}
			if got := a.now(early.PublicID).Deadlines[what]; got != ahead {
				t.Errorf("%s, which had time, is set to %d, want %d", what, got, ahead)
			}
		}
	})
}

func TestTheFirstStartHasNothingToRecover(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		must(t, b.Recover(background, returnBy(b.clock.instant())))
	})
}

func TestARestartForgetsNoGraceButBeginsItAnew(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 9)
		c := a.active(anna)
		a.grace(anna, b.clock.instant().Add(time.Second))
		b.clock.pass(time.Hour)
		b.restart(t)
		until := b.clock.instant().Add(12 * time.Second)
		must(t, b.Recover(background, returnBy(until)))
		if due, next := a.due(9); len(due) != 0 || next != until {
			t.Errorf("due at once: %q, next at %d; want all at %d", due, next, until)
		}
		b.clock.pass(12 * time.Second)
		if due, _ := a.due(9); len(due) != 1 || due[0] != c.PublicID {
			t.Errorf("after the grace: %q", due)
		}
	})
}

func TestAPlannedStopGivesAgentsTheTimeTheyWereAskedToTake(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.active(a.agent("Anna", 9))
		grace := func(want models.Instant) {
			t.Helper()
			b.restart(t)
			must(t, b.Recover(background, returnBy(b.clock.instant().Add(12*time.Second))))
			if c := a.now(c.PublicID); c.DueAt != want {
				t.Errorf("the grace ends at %d, want %d", c.DueAt, want)
			}
		}
		must(t, b.PlanReturn(background, 5*time.Second))
		must(t, b.PlanReturn(background, 30*time.Second))
		grace(b.clock.instant().Add(42 * time.Second))
		grace(b.clock.instant().Add(12 * time.Second)) // the next start was not planned
	})
}

func TestOwnersAreThoseWhoHaveAConversation(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a, other := newTenant(t, b), newTenant(t, b)
		anna, ben, chloe, dora := a.agent("Anna", 9), a.agent("Ben", 9), a.agent("Chloe", 9), other.agent("Dora", 9)
		a.active(anna)
		a.active(anna)
		a.active(ben)
		must(t, a.close(a.active(chloe).PublicID))
		other.active(dora)
		a.grace(ben, 1)
		a.grace(anna, 1)
		a.active(anna)
		owners, err := b.Owners(background)
		must(t, err)
		got := []string{}
		for _, o := range owners {
			got = append(got, fmt.Sprintf("%s of %d, grace %v", o.Name, o.AccountID, o.Grace))
		}
		slices.Sort(got)
		want := []string{
			fmt.Sprintf("Anna of %d, grace false", a.id), fmt.Sprintf("Anna of %d, grace true", a.id),
			fmt.Sprintf("Ben of %d, grace true", a.id), fmt.Sprintf("Dora of %d, grace false", other.id),
		}
		if !slices.Equal(got, want) {
			t.Errorf("owners are %q, want %q", got, want)
		}
	})
}
