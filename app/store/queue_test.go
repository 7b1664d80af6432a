package store

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"foyer/models"
)

func TestOfferedConversationsFillPlaces(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben := a.agent("Anna", 2), a.agent("Ben", 2)
		rings, has := a.started(), a.active(anna)
		must(t, a.offer(rings.PublicID, anna.ID, b.clock.instant()))
		elsewhere := a.started()
		must(t, a.overflow(elsewhere.PublicID, a.orders.ID))
		wantKind(t, a.assign(elsewhere.PublicID, anna.ID), models.KindAtCapacity)
		must(t, a.invite(has.PublicID, ben.ID)) // counts for nobody
		if s := a.seat(anna, a.support); s.Open != 2 || s.OpenHere != 2 || s.Member == nil {
			t.Errorf("Anna has %d, %d of support", s.Open, s.OpenHere)
		}
		if s := a.seat(anna, a.orders); s.Open != 2 || s.OpenHere != 0 {
			t.Errorf("Anna has %d, %d of orders", s.Open, s.OpenHere)
		}
		if s := a.seat(ben, a.support); s.Open != 0 {
			t.Errorf("Ben has %d", s.Open)
		}
		s, err := a.account().Staff(background)
		must(t, err)
		if len(s.Loads) != 1 || s.Loads[0] != (Load{anna.ID, a.support.ID, 2}) {
			t.Errorf("loads are %+v", s.Loads)
		}
		if len(s.Agents) != 2 || !s.Agents[0].Accepting || s.Agents[0].ActiveAt != b.clock.instant() || s.Agents[0].ChatLimit != 2 {
			t.Errorf("the staff is %+v", s)
		}
		p, err := a.account().Plan(background)
		must(t, err)
		if p.Account.ID != a.id || len(p.Departments) != 2 || len(p.Members) != 4 {
			t.Errorf("the plan is %+v", p)
		}
		must(t, a.account().Change(background, func(tx *Tx) error {
			of, err := tx.Of(anna.ID)
			if len(of) != 2 || of[0].ID != rings.ID || of[1].ID != has.ID {
				t.Errorf("%d are Anna's", len(of))
			}
			if n, err := tx.InQueue(a.support.ID); err != nil || n != 1 {
				t.Errorf("%d wait for support (%v)", n, err)
			}
			if n, err := tx.InQueue(a.orders.ID); err != nil || n != 1 {
				t.Errorf("%d wait for orders (%v)", n, err)
			}
			members, membersErr := tx.MembersOf(a.support.ID)
			must(t, membersErr)
			if len(members) != 2 || members[0].Name == "" {
				t.Errorf("members are %+v", members)
			}
			return err
		}, nil))
		must(t, a.keep(elsewhere.PublicID))
		if n, err := a.account().Messages(background); err != nil || len(n) != 1 || n[a.orders.ID] != 1 {
			t.Errorf("messages are %v (%v)", n, err)
		}
		if list, err := a.account().List(background, Filter{Kind: models.KindMessage, Limit: 9}); err != nil || len(list) != 1 {
			t.Errorf("%d messages are listed (%v)", len(list), err)
		}
		must(t, a.assign(elsewhere.PublicID, ben.ID))
		if n, err := a.account().Messages(background); err != nil || len(n) != 0 {
			t.Errorf("after it was taken messages are %v (%v)", n, err)
		}
	})
}

func TestAFirstReplyIsSinceTheOwnerHasIt(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben := a.agent("Anna", 9), a.agent("Ben", 9)
		c := a.active(anna)
		answered := func(why string, want bool) {
			t.Helper()
			b.clock.pass(time.Second)
			must(t, a.account().Change(background, func(tx *Tx) error {
				now, err := tx.Conversation(c.PublicID)
				must(t, err)
				if got, err := tx.Answered(now); err != nil || got != want {
					t.Errorf("%s: answered is %v (%v)", why, got, err)
				}
				return nil
			}, nil))
		}
		say := func(by models.Author, text string) {
			t.Helper()
			_, err := a.post(c.PublicID, by, text, text)
			must(t, err)
		}
		answered("at once", false)
		say(visitorOf(c), "hello?")
		_, err := a.note(c.PublicID, byAgent(anna), "note", "hm")
		must(t, err)
		answered("by the visitor, and a note", false)
		must(t, a.invite(c.PublicID, ben.ID))
		answered("a guest is there", false)
		say(byAgent(ben), "a guest")
		answered("by a guest", true)
		must(t, a.leave(c.PublicID, ben.ID))
		answered("by one who left", true)
		say(byAgent(anna), "the owner")
		answered("by the owner", true)
		must(t, a.transfer(c.PublicID, ben.ID))
		answered("by Ben, before it was his", false)
		must(t, a.transfer(c.PublicID, anna.ID))
		answered("by Anna, when she had it before", false)
		f := a.uploaded(c)
		_, err = a.postFile(c, "file of the visitor", f)
		must(t, err)
		answered("by a file of the visitor's", false)
		say(byAgent(anna), "again")
		answered("again", true)
	})
}

func TestTheLastAgentOfAVisitor(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben := a.agent("Anna", 9), a.agent("Ben", 9)
		v := a.visitor()
		last := func(want int64) {
			t.Helper()
			must(t, a.account().Change(background, func(tx *Tx) error {
				if got, err := tx.LastAgent(v.ID); err != nil || got != want {
					t.Errorf("the last agent is %d (%v), want %d", got, err, want)
				}
				return nil
			}, nil))
		}
		talk := func(do func(conv string)) {
			t.Helper()
			c, err := a.start(v, fmt.Sprint(b.clock.instant()))
			must(t, err)
			do(c.PublicID)
			must(t, a.close(c.PublicID))
			b.clock.pass(time.Second)
		}
		last(0)
		talk(func(string) {})
		last(0)
		talk(func(conv string) {
			must(t, a.assign(conv, anna.ID))
			must(t, a.transfer(conv, ben.ID))
		})
		last(ben.ID)
		talk(func(conv string) { must(t, a.offer(conv, anna.ID, 1)) }) // it only rang
		last(ben.ID)
		talk(func(conv string) { must(t, a.assign(conv, anna.ID)) })
		last(anna.ID)
		a.active(ben) // another visitor's
		last(anna.ID)
	})
}

func TestThePaceOfAQueueIsOfThoseWhoHadToWait(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 99)
		began := b.clock.instant()
		var want []models.Instant // the latest first
		for i := range 4 {
			c := a.started()
			b.clock.pass(time.Duration(i) * time.Second)
			must(t, a.assign(c.PublicID, anna.ID))
			if i > 1 { // a second is no wait
				want = append([]models.Instant{b.clock.instant()}, want...)
			}
		}
		gone, elsewhere := a.started(), a.started()
		must(t, a.overflow(elsewhere.PublicID, a.orders.ID))
		b.clock.pass(time.Minute)
		must(t, a.close(gone.PublicID))
		must(t, a.assign(elsewhere.PublicID, anna.ID))
		pace := func(since models.Instant, limit int, want ...models.Instant) {
			t.Helper()
			if got, err := a.account().Pace(background, a.support.ID, since, limit); err != nil || !slices.Equal(got, want) {
				t.Errorf("since %d: %v (%v), want %v", since-began, got, err, want)
			}
		}
		pace(0, 9, want...)
		pace(0, 1, want[0])
		pace(want[1], 9, want[0])
		pace(want[0], 9)
	})
}

func TestWhoIsSeenAndAsWhat(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a, other := newTenant(t, b), newTenant(t, b)
		must(t, a.account().SaveRouting(background, models.Account{AutoAway: 60}))
		must(t, other.account().SaveRouting(background, models.Account{AutoAway: 0}))
		is := func(a *tenant, agent models.Agent, what models.Availability) {
			t.Helper()
			must(t, a.account().Change(background, func(tx *Tx) error { return tx.SetPresence(agent.ID, what, 0) }, nil))
		}
		anna, ben, chloe, dora := a.agent("Anna", 1), a.agent("Ben", 1), a.agent("Chloe", 1), a.agent("Dora", 1)
		a.agent("Emil", 1) // of no interest
		fred := other.agent("Fred", 1)
		is(a, anna, models.Online)
		is(a, ben, models.Away)
		is(a, chloe, models.Online)
		is(a, chloe, models.Offline)
		is(other, fred, models.Online)
		list, err := b.Seen(background, []int64{anna.ID, dora.ID})
		must(t, err)
		got := map[string]string{}
		for _, s := range list {
			got[s.PublicID] = fmt.Sprint(s.Seen, " ", s.AutoAway, " ", s.AccountID, " ", s.Availability, " ", s.ActiveAt == anna.ActiveAt)
		}
		told := func(agent models.Agent, seen models.Availability, autoAway int) string {
			return fmt.Sprint(seen, " ", autoAway, " ", agent.AccountID, " ", agent.Availability, " ", true)
		}
		want := map[string]string{
			anna.PublicID: told(anna, models.Online, 60), ben.PublicID: told(ben, models.Away, 60),
			dora.PublicID: told(dora, models.Offline, 60), fred.PublicID: told(fred, models.Online, 0),
		}
		if !maps.Equal(got, want) || len(list) != len(want) {
			t.Errorf("%v\nwant %v", got, want)
		}
	})
}

func TestDecisionsAreKeptInTheirOrder(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 9)
		c, other := a.active(anna), a.active(anna)
		want := []models.Decision{}
		for i, what := range []models.EventKind{models.EventOffered, models.EventAssigned} {
			b.clock.pass(time.Second)
			d := models.Decision{What: what, AgentID: anna.ID, Why: "tiers", Facts: models.Facts{
				DepartmentID: a.support.ID, Mode: models.ModeOffer, Strategy: models.ByTiers, Priority: -1, Position: i + 1, Waited: 1234,
				Language: "de", Skills: []string{"茶"}, Candidates: []models.Candidate{{AgentID: anna.ID, Limit: 9, Tier: models.TierLast, Idle: -1}},
				LeftOut: map[string][]int64{"tried": {4, 5}},
			}}
			must(t, a.account().Change(background, func(tx *Tx) error {
				if err := tx.Decide(&other, models.Decision{What: what}); err != nil {
					return err
				}
				return tx.Decide(&c, d)
			}, nil))
			d.AccountID, d.ConversationID, d.At = a.id, c.ID, b.clock.instant()
			want = append(want, d)
		}
		got, err := a.account().Decisions(background, c.ID, 99)
		must(t, err)
		for i := range got {
			got[i].ID = 0
		}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("kept are %+v\nwant     %+v", got, want)
		}
		last, err := a.account().Decisions(background, c.ID, 1)
		must(t, err)
		if len(last) != 1 || last[0].What != models.EventAssigned {
			t.Errorf("the last is %+v", last)
		}
	})
}

func TestSomebodyWaitsInTheseAccounts(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		waits, rings, message, busy := newTenant(t, b), newTenant(t, b), newTenant(t, b), newTenant(t, b)
		newTenant(t, b)
		waits.started()
		must(t, rings.offer(rings.started().PublicID, rings.agent("Anna", 1).ID, 1))
		must(t, message.keep(message.started().PublicID))
		busy.active(busy.agent("Ben", 1))
		ids, err := b.AccountsWaiting(background)
		must(t, err)
		if slices.Sort(ids); !slices.Equal(ids, []int64{waits.id, rings.id}) {
			t.Errorf("they are %v, want %v", ids, []int64{waits.id, rings.id})
		}
	})
}

func TestWhoWaitsWithNothingThatWouldEndIt(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 9)
		waits, rings, other, left, message := a.started(), a.started(), a.started(), a.started(), a.started()
		a.active(anna)
		must(t, a.offer(rings.PublicID, anna.ID, 1))
		must(t, a.save(other.PublicID, func(c *models.Conversation) { c.SetDue(models.DueWait, 1) }))
		must(t, a.save(left.PublicID, func(c *models.Conversation) { c.SetDue(models.DueAbandoned, 1) }))
		must(t, a.keep(message.PublicID))
		list, err := b.Unguarded(background)
		must(t, err)
		got := map[string]int64{}
		for _, c := range list {
			if got[c.PublicID] = c.VisitorID; c.AccountID != a.id {
				t.Errorf("%s is of account %d", c.PublicID, c.AccountID)
			}
		}
		want := map[string]int64{waits.PublicID: waits.VisitorID, rings.PublicID: rings.VisitorID, other.PublicID: other.VisitorID}
		if !maps.Equal(got, want) {
			t.Errorf("they are %v, want %v", got, want)
		}
	})
}
