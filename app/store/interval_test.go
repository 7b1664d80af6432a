package store

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/models"
)

// span is a stretch of a conversation's life: a wait in a department or an agent's time with it.
type span struct {
	who      string
	from, to models.Instant // to is 0 while it lasts
	why      models.EndReason
}

// spans reads the waits and assignments of a conversation in the order of time.
func (a *tenant) spans(conversation int64) []span {
	a.t.Helper()
	var waits []models.QueueInterval
	must(a.t, a.read.Where("conversation_id = ? AND account_id = ?", conversation, a.id).Find(&waits).Error)
	var owners []models.Assignment
	must(a.t, a.read.Where("conversation_id = ? AND account_id = ?", conversation, a.id).Find(&owners).Error)
	var all []span
	for _, w := range waits {
		all = append(all, span{fmt.Sprint("department ", w.DepartmentID), w.StartedAt, w.EndedAt, w.EndReason})
	}
	for _, o := range owners {
		all = append(all, span{fmt.Sprint("agent ", o.AgentID), o.StartedAt, o.EndedAt, o.EndReason})
	}
	return inTime(all)
}

// offers reads at whom a conversation rang, in the order of time.
func (a *tenant) offers(conversation int64) []span {
	a.t.Helper()
	var rows []models.Offer
	must(a.t, a.read.Where("conversation_id = ? AND account_id = ?", conversation, a.id).Find(&rows).Error)
	var all []span
	for _, o := range rows {
		all = append(all, span{fmt.Sprint("agent ", o.AgentID), o.StartedAt, o.EndedAt, o.EndReason})
	}
	return inTime(all)
}

// inTime sorts spans by when they were; those of one moment have no order.
func inTime(all []span) []span {
	end := func(s span) models.Instant {
		if s.to == 0 {
			return math.MaxInt64
		}
		return s.to
	}
	return slices.SortedFunc(slices.Values(all), func(x, y span) int {
		return cmp.Or(cmp.Compare(x.from, y.from), cmp.Compare(end(x), end(y)), cmp.Compare(x.who, y.who), cmp.Compare(x.why, y.why))
	})
}

// consistent reports intervals of a conversation that don't fit what it is, or each other: from its
// arrival to its end it waits or is somebody's, one at a time, without a gap unless it is a message
// that nobody has. It rings at somebody exactly while it is offered, and what is due is the first of
// its deadlines.
func (a *tenant) consistent(conv string) {
	a.t.Helper()
	c := a.now(conv)
	kept := c.Kind == models.KindMessage // or was
	for _, e := range a.log(conv) {
		kept = kept || e.Kind == models.EventMissed
	}
	all := a.spans(c.ID)
	at := c.ArrivedAt
	for i, s := range all {
		if s.from != at && !kept || i > 0 && s.from < at || (s.to == 0) != (s.why == "") {
			a.t.Fatalf("conversation %d: %s is from %d to %d (%s), what was before ended at %d", c.ID, s.who, s.from, s.to, s.why, at)
		}
		if s.to == 0 && i < len(all)-1 {
			a.t.Fatalf("conversation %d: %s has no end, and yet %s follows", c.ID, s.who, all[i+1].who)
		}
		at = s.to
	}
	var want []span // what goes on
	switch c.State {
	case models.StateActive:
		want = []span{{who: fmt.Sprint("agent ", c.AgentID), from: c.AssignedAt}}
	case models.StateQueued, models.StateOffered:
		if c.Kind == models.KindChat {
			want = []span{{who: fmt.Sprint("department ", c.DepartmentID), from: c.QueuedAt}}
		}
	case models.StateClosed:
		if at != c.ClosedAt && !kept {
			a.t.Fatalf("conversation %d was closed at %d; its intervals end at %d", c.ID, c.ClosedAt, at)
		}
	}
	if got := open(all); !slices.Equal(got, want) {
		a.t.Fatalf("conversation %d is %s; of its intervals go on %+v, want %+v", c.ID, c.State, got, want)
	}
	a.ringsRight(c.Conversation)
	a.dueRight(c.Conversation)
}

// open are the spans that go on.
func open(all []span) (list []span) {
	for _, s := range all {
		if s.to == 0 {
			list = append(list, s)
		}
	}
	return list
}

func (a *tenant) ringsRight(c models.Conversation) {
	a.t.Helper()
	ringing := open(a.offers(c.ID))
	if (c.State == models.StateOffered) != (len(ringing) == 1) || len(ringing) > 1 ||
		len(ringing) == 1 && ringing[0].who != fmt.Sprint("agent ", c.AgentID) {
		a.t.Fatalf("conversation %d is %s, of agent %d; it rings at %+v", c.ID, c.State, c.AgentID, ringing)
	}
}

func (a *tenant) dueRight(c models.Conversation) {
	a.t.Helper()
	first := models.Instant(math.MaxInt64)
	for _, at := range c.Deadlines {
		first = min(first, at)
	}
	if len(c.Deadlines) == 0 {
		first = 0
	}
	if c.DueAt != first || c.Deadlines[c.DueWhat] != first || (c.DueWhat == "") != (first == 0) {
		a.t.Fatalf("conversation %d is due at %d (%s), its deadlines are %v", c.ID, c.DueAt, c.DueWhat, c.Deadlines)
	}
}

func TestIntervalsTellTheLifeOfAConversation(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben := a.agent("Anna", 9), a.agent("Ben", 9)
		c := a.started()
		start := b.clock.instant()
		steps := []func() error{
			func() error { return a.assign(c.PublicID, anna.ID) },
			func() error { return a.requeue(c.PublicID, models.EndAgentLost) },
			func() error { return a.assign(c.PublicID, ben.ID) },
			func() error { return a.transfer(c.PublicID, anna.ID) },
			func() error { return a.requeue(c.PublicID, models.EndTransferred) },
			func() error { return a.assign(c.PublicID, ben.ID) },
			func() error { return a.close(c.PublicID) },
		}
		for _, step := range steps {
			b.clock.pass(time.Minute)
			must(t, step())
			a.consistent(c.PublicID)
		}
		support := fmt.Sprint("department ", a.support.ID)
		withAnna, withBen := fmt.Sprint("agent ", anna.ID), fmt.Sprint("agent ", ben.ID)
		minute := func(n time.Duration) models.Instant { return start.Add(n * time.Minute) }
		want := []span{
			{support, minute(0), minute(1), models.EndAssigned},
			{withAnna, minute(1), minute(2), models.EndAgentLost},
			{support, minute(2), minute(3), models.EndAssigned},
			{withBen, minute(3), minute(4), models.EndTransferred},
			{withAnna, minute(4), minute(5), models.EndTransferred},
			{support, minute(5), minute(6), models.EndAssigned},
			{withBen, minute(6), minute(7), models.EndClosed},
		}
		if got := a.spans(c.ID); !slices.Equal(got, want) {
			t.Errorf("intervals are\n%+v, want\n%+v", got, want)
		}
	})
}

func TestAVisitorWhoLeavesTheQueueEndsTheirWait(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.started()
		b.clock.pass(time.Minute)
		must(t, a.close(c.PublicID))
		a.consistent(c.PublicID)
		if n := len(a.spans(c.ID)); n != 1 {
			t.Errorf("%d intervals, want the wait alone", n)
		}
	})
}

func TestTheLongestUnassignedIsKnown(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben := a.agent("Anna", 9), a.agent("Ben", 9)
		b.clock.pass(time.Minute)
		c := a.active(anna)
		first := b.clock.instant()
		b.clock.pass(time.Minute)
		must(t, a.transfer(c.PublicID, ben.ID))
		for id, want := range map[int64]models.Instant{anna.ID: first, ben.ID: first.Add(time.Minute)} {
			agent, err := a.account().Agent(background, id)
			must(t, err)
			if agent.LastAssignedAt != want {
				t.Errorf("%s was last given one at %d, want %d", agent.Name, agent.LastAssignedAt, want)
			}
		}
	})
}

// presence reads when an agent was what, in minutes since the clock of the test began.
func (a *tenant) presence(agent models.Agent) string {
	a.t.Helper()
	var list []models.PresenceInterval
	must(a.t, a.read.Where("agent_id = ? AND account_id = ?", agent.ID, a.id).Order("id").Find(&list).Error)
	began := models.InstantOf(newClock().Now())
	var out []string
	for _, p := range list {
		text := fmt.Sprintf("%s %g-", p.Status, p.StartedAt.Sub(began).Minutes())
		if p.EndedAt != 0 {
			text += fmt.Sprintf("%g", p.EndedAt.Sub(began).Minutes())
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func TestPresenceIntervals(t *testing.T) {
	const online, away, offline = models.Online, models.Away, models.Offline
	type step struct {
		pass float64 // minutes
		to   models.Availability
	}
	tests := map[string]struct {
		steps []step
		want  string
	}{
		"comes and goes":                     {[]step{{0, online}, {5, offline}}, "online 0-5"},
		"is here":                            {[]step{{1, online}}, "online 1-"},
		"a reload is no absence":             {[]step{{0, online}, {5, offline}, {0.5, online}, {4.5, offline}}, "online 0-10"},
		"a gap as long as the grace is none": {[]step{{0, online}, {5, offline}, {1, online}}, "online 0-"},
		"a longer gap is one":                {[]step{{0, online}, {5, offline}, {1.5, online}}, "online 0-5, online 6.5-"},
		"said twice":                         {[]step{{0, online}, {5, online}, {5, away}, {1, away}}, "online 0-10, away 10-"},
		"takes a break":                      {[]step{{0, online}, {5, away}, {5, online}, {5, offline}}, "online 0-5, away 5-10, online 10-15"},
		"a short break is a break":           {[]step{{0, online}, {5, away}, {0.1, online}}, "online 0-5, away 5-5.1, online 5.1-"},
		"comes back as something else":       {[]step{{0, online}, {5, offline}, {0.5, away}}, "online 0-5, away 5.5-"},
		"goes without having come":           {[]step{{0, offline}}, ""},
		"goes twice":                         {[]step{{0, online}, {5, offline}, {5, offline}}, "online 0-5"},
	}
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		ben := a.agent("Ben", 1)
		must(t, a.account().Change(background, func(tx *Tx) error { return tx.SetPresence(ben.ID, online, time.Minute) }, nil))
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				b.clock.set(newClock().Now())
				agent := a.agent("Anna", 1)
				for _, s := range test.steps {
					b.clock.pass(time.Duration(s.pass * float64(time.Minute)))
					must(t, a.account().Change(background, func(tx *Tx) error {
						return tx.SetPresence(agent.ID, s.to, time.Minute)
					}, nil))
				}
				if got := a.presence(agent); got != test.want {
					t.Errorf("%s, want %s", got, test.want)
				}
			})
		}
		if got := a.presence(ben); got != "online 0-" {
			t.Errorf("a colleague who did nothing: %s", got)
		}
	})
}
