package routing_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"foyer/app/routing"
	"foyer/models"
)

func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.checks": "2000", "rapid.nofailfile": "true"} { // the command line wins
		_ = flag.Set(name, value)
	}
	os.Exit(m.Run())
}

// floor is a queue and who is there to serve it, small enough to be crowded.
type floor struct {
	waiting     []routing.Waiting
	agents      []routing.Agent
	departments []routing.Department
}

var (
	languages = []string{"de", "en", "fr"}
	skills    = []string{"law", "tax"}
	floors    = rapid.Custom(func(t *rapid.T) floor {
		f := floor{}
		for id := range int64(rapid.IntRange(1, 3).Draw(t, "departments")) {
			f.departments = append(f.departments, routing.Department{
				ID: id + 1, MatchLanguage: rapid.Bool().Draw(t, "match language"),
				Strategy: rapid.SampledFrom([]models.Strategy{models.LeastBusy, models.RoundRobin, models.ByTiers}).Draw(t, "strategy"),
				Mode:     rapid.SampledFrom([]models.Mode{models.ModeAuto, models.ModeOffer, models.ModePull}).Draw(t, "mode"),
			})
		}
		ids := rapid.SliceOfNDistinct(rapid.Int64Range(1, 99), 0, 12, rapid.ID[int64])
		for _, id := range ids.Draw(t, "agents") {
			f.agents = append(f.agents, f.agent(t, id))
		}
		for _, id := range ids.Draw(t, "waiting") {
			f.waiting = append(f.waiting, f.one(t, id))
		}
		return f
	})
)

func (f floor) agent(t *rapid.T, id int64) routing.Agent {
	a := routing.Agent{
		ID: id, Accepting: rapid.IntRange(0, 9).Draw(t, "accepting") > 0,
		Status:         rapid.SampledFrom([]models.Availability{models.Online, models.Online, models.Online, models.Away, models.Offline, ""}).Draw(t, "status"),
		Limit:          rapid.IntRange(0, 5).Draw(t, "limit"),
		LastAssignedAt: models.Instant(rapid.Int64Range(0, 5).Draw(t, "last assigned")),
	}
	for _, d := range f.departments {
		if rapid.IntRange(0, 3).Draw(t, "member") == 0 {
			a.Open += rapid.IntRange(0, 1).Draw(t, "open where they were before")
			continue
		}
		m := routing.Member{
			Department: d.ID, Tier: rapid.SampledFrom([]models.Tier{models.TierFirst, models.TierNormal, models.TierLast}).Draw(t, "tier"),
			Open: rapid.IntRange(0, 2).Draw(t, "open"), Limit: rapid.SampledFrom([]int{models.NoLimit, models.NoLimit, 0, 1, 2, 3}).Draw(t, "limit here"),
			Skills:    rapid.SliceOfNDistinct(rapid.SampledFrom(skills), 0, 2, rapid.ID[string]).Draw(t, "skills"),
			Languages: rapid.SliceOfNDistinct(rapid.SampledFrom(languages), 0, 2, rapid.ID[string]).Draw(t, "languages"),
		}
		a.Open += m.Open
		a.Members = append(a.Members, m)
	}
	return a
}

func (f floor) one(t *rapid.T, id int64) routing.Waiting {
	w := routing.Waiting{
		ID: id, Department: rapid.Int64Range(1, 3).Draw(t, "department"), AskAgain: rapid.Bool().Draw(t, "ask again"),
		Language: rapid.SampledFrom(append(languages, "", "zh")).Draw(t, "language"),
		Skills:   rapid.SliceOfNDistinct(rapid.SampledFrom(append(skills, "magic")), 0, 2, rapid.ID[string]).Draw(t, "skills wanted"),
	}
	for _, a := range f.agents {
		if rapid.IntRange(0, 4).Draw(t, "tried") == 0 {
			w.Tried = append(w.Tried, a.ID)
		}
		if rapid.IntRange(0, 9).Draw(t, "prefer") == 0 {
			w.Prefer = a.ID
		}
	}
	return w
}

func (f floor) copied() floor {
	c := floor{slices.Clone(f.waiting), slices.Clone(f.agents), slices.Clone(f.departments)}
	for i := range c.agents {
		c.agents[i].Members = slices.Clone(c.agents[i].Members)
	}
	return c
}

// What follows says what is right, as plainly as it can be said, and slowly: Match has to agree.

func (f floor) department(id int64) (routing.Department, bool) {
	i := slices.IndexFunc(f.departments, func(d routing.Department) bool { return d.ID == id })
	if i < 0 {
		return routing.Department{}, false
	}
	return f.departments[i], true
}

// members are who answers for a department, and what they are there.
func (f floor) members(department int64) (list []seat) {
	if _, ok := f.department(department); !ok {
		return nil
	}
	for i := range f.agents {
		for j := range f.agents[i].Members {
			if m := &f.agents[i].Members[j]; m.Department == department {
				list = append(list, seat{&f.agents[i], m})
			}
		}
	}
	return list
}

type seat struct {
	agent *routing.Agent
	as    *routing.Member
}

func (s seat) here() bool { return s.agent.Status == models.Online && s.agent.Accepting }

func (s seat) room() bool {
	return s.agent.Open < s.agent.Limit && (s.as.Limit == models.NoLimit || s.as.Open < s.as.Limit)
}

func (s seat) take() { s.agent.Open, s.as.Open = s.agent.Open+1, s.as.Open+1 }

func only(list []seat, fits func(seat) bool) (out []seat) {
	for _, s := range list {
		if fits(s) {
			out = append(out, s)
		}
	}
	return out
}

// suiting are those of some who suit w best, room or not.
func (f floor) suiting(w routing.Waiting, list []seat) []seat {
	narrow := func(fits func(seat) bool) {
		if fitting := only(list, fits); len(fitting) > 0 {
			list = only(list, func(s seat) bool { return fits(s) || s.agent.ID == w.Prefer })
		}
	}
	if d, _ := f.department(w.Department); d.MatchLanguage && w.Language != "" {
		narrow(func(s seat) bool { return len(s.as.Languages) == 0 || slices.Contains(s.as.Languages, w.Language) })
	}
	for _, skill := range w.Skills {
		narrow(func(s seat) bool { return slices.Contains(s.as.Skills, skill) })
	}
	return list
}

// free are those who can be given w.
func (f floor) free(w routing.Waiting) []seat {
	here := only(f.members(w.Department), seat.here)
	tried := func(s seat) bool { return slices.Contains(w.Tried, s.agent.ID) }
	free := only(f.suiting(w, only(here, func(s seat) bool { return !tried(s) })), seat.room)
	if len(free) == 0 && w.AskAgain {
		return only(f.suiting(w, only(here, tried)), seat.room)
	}
	return free
}

// check draws floors and goes through who waits, in order, with who could have them at their turn and
// the pairing there was; nil for none. f is the floor at their turn.
func check(t *testing.T, property func(t *rapid.T, f floor, w routing.Waiting, free []seat, p *routing.Pairing)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		f := floors.Draw(t, "floor")
		pairings := routing.Match(f.waiting, f.agents, f.departments)
		f = f.copied()
		turn := models.Instant(1000) // later than any draw
		for _, w := range f.waiting {
			var p *routing.Pairing
			if len(pairings) > 0 && pairings[0].Conversation == w.ID {
				p, pairings = &pairings[0], pairings[1:]
			}
			property(t, f, w, f.free(w), p)
			if p == nil {
				continue
			}
			for _, s := range f.members(w.Department) {
				if s.agent.ID == p.Agent {
					turn++
					s.take()
					s.agent.LastAssignedAt = turn
				}
			}
		}
		if len(pairings) > 0 {
			t.Fatalf("%v are not in the order of those who wait, or wait no more", pairings)
		}
	})
}

func TestNobodyIsGivenMoreThanTheirLimits(t *testing.T) {
	check(t, func(t *rapid.T, f floor, w routing.Waiting, _ []seat, p *routing.Pairing) {
		for _, s := range f.members(w.Department) {
			if p != nil && s.agent.ID == p.Agent && !s.room() {
				t.Fatalf("%d is given to %+v", w.ID, *s.agent)
			}
		}
	})
}

func TestOnlyWhoMayHaveAConversationIsGivenIt(t *testing.T) {
	check(t, func(t *rapid.T, f floor, w routing.Waiting, free []seat, p *routing.Pairing) {
		if p != nil && !slices.ContainsFunc(free, func(s seat) bool { return s.agent.ID == p.Agent }) {
			t.Fatalf("%+v is given to %d", w, p.Agent)
		}
	})
}

// Nobody is passed over: who still waits when their turn is over has nobody left with room, and so
// nobody behind them was given an agent they could have had.
func TestNobodyWaitsWhileSomebodyHasRoomForThem(t *testing.T) {
	check(t, func(t *rapid.T, f floor, w routing.Waiting, free []seat, p *routing.Pairing) {
		if d, _ := f.department(w.Department); p == nil && d.Mode != models.ModePull && len(free) > 0 {
			t.Fatalf("%+v waits while %+v has room", w, *free[0].agent)
		}
	})
}

func TestWhereAgentsPickNothingIsGivenAndWhereTheyAreAskedItRings(t *testing.T) {
	check(t, func(t *rapid.T, f floor, w routing.Waiting, _ []seat, p *routing.Pairing) {
		d, ok := f.department(w.Department)
		if p != nil && (!ok || d.Mode == models.ModePull || p.Offer != (d.Mode == models.ModeOffer)) {
			t.Fatalf("%+v of %+v is paired: %+v", w, d, p)
		}
	})
}

func TestTheStrategyChooses(t *testing.T) {
	check(t, func(t *rapid.T, f floor, w routing.Waiting, free []seat, p *routing.Pairing) {
		if p == nil {
			return
		}
		d, _ := f.department(w.Department)
		chosen := free[slices.IndexFunc(free, func(s seat) bool { return s.agent.ID == p.Agent })]
		for _, s := range free {
			if s != chosen && better(d.Strategy, w.Prefer, s, chosen) {
				t.Fatalf("by %s %d is given to %+v before %+v", d.Strategy, w.ID, *chosen.agent, *s.agent)
			}
		}
		want := routing.Why(d.Strategy)
		if p.Agent == w.Prefer {
			want = routing.WhyPreferred
		} else if len(free) == 1 {
			want = routing.WhyOnlyOne
		}
		if p.Why != want {
			t.Fatalf("why is %s, want %s", p.Why, want)
		}
	})
}

// better says of two who can have a conversation which is to be chosen.
func better(by models.Strategy, prefer int64, a, b seat) bool {
	longest := a.agent.LastAssignedAt < b.agent.LastAssignedAt ||
		a.agent.LastAssignedAt == b.agent.LastAssignedAt && a.agent.ID < b.agent.ID
	least := a.agent.Open < b.agent.Open || a.agent.Open == b.agent.Open && longest
	switch {
	case a.agent.ID == prefer:
		return true
	case b.agent.ID == prefer:
		return false
	case by == models.RoundRobin:
		return longest
	case by == models.ByTiers && a.as.Tier != b.as.Tier:
		return a.as.Tier.Rank() < b.as.Tier.Rank()
	}
	return least
}

func TestWhoGaveItBackIsAskedOnlyWhenNobodyElseCanHaveIt(t *testing.T) {
	check(t, func(t *rapid.T, f floor, w routing.Waiting, _ []seat, p *routing.Pairing) {
		if p == nil || !slices.Contains(w.Tried, p.Agent) {
			return
		}
		others := only(f.members(w.Department), func(s seat) bool { return s.here() && !slices.Contains(w.Tried, s.agent.ID) })
		if !w.AskAgain {
			t.Fatalf("%+v is given back to %d before the time", w, p.Agent)
		}
		if free := only(f.suiting(w, others), seat.room); len(free) > 0 {
			t.Fatalf("%+v is given back to %d while %+v could have it", w, p.Agent, *free[0].agent)
		}
	})
}

// What a visitor would rather have makes them wait for somebody who is here, never for somebody who
// isn't.
func TestNobodyWaitsForALanguageOrSkillOfSomebodyWhoIsNotHere(t *testing.T) {
	check(t, func(t *rapid.T, f floor, w routing.Waiting, _ []seat, p *routing.Pairing) {
		d, _ := f.department(w.Department)
		untried := only(f.members(w.Department), func(s seat) bool { return s.here() && !slices.Contains(w.Tried, s.agent.ID) })
		if p != nil || d.Mode == models.ModePull || len(only(untried, seat.room)) == 0 {
			return
		}
		fits := func(s seat) bool {
			if d.MatchLanguage && len(s.as.Languages) > 0 && slices.Contains(s.as.Languages, w.Language) {
				return true
			}
			return d.MatchLanguage && len(s.as.Languages) == 0 || s.agent.ID == w.Prefer ||
				slices.ContainsFunc(w.Skills, func(skill string) bool { return slices.Contains(s.as.Skills, skill) })
		}
		if !slices.ContainsFunc(untried, fits) {
			t.Fatalf("%+v waits, and nobody who is here has what they want", w)
		}
	})
}

func TestMatchChangesNothingAndAnswersAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := floors.Draw(t, "floor")
		before := fmt.Sprintf("%+v", f)
		first := routing.Match(f.waiting, f.agents, f.departments)
		if after := fmt.Sprintf("%+v", f); after != before {
			t.Fatalf("the facts were\n%s\nand are\n%s", before, after)
		}
		shuffled := rapid.Permutation(f.agents).Draw(t, "agents in another order")
		for _, again := range [][]routing.Pairing{
			routing.Match(f.waiting, f.agents, f.departments), routing.Match(f.waiting, shuffled, f.departments),
		} {
			if first, again := plain(first), plain(again); first != again {
				t.Fatalf("first %s\nthen  %s", first, again)
			}
		}
	})
}

// plain writes pairings down so that equal ones are the same text.
func plain(list []routing.Pairing) string {
	for _, p := range list {
		for _, ids := range p.LeftOut {
			slices.Sort(ids)
		}
	}
	return fmt.Sprintf("%+v", list)
}

func TestADecisionTellsOfEveryMemberOnce(t *testing.T) {
	check(t, func(t *rapid.T, f floor, w routing.Waiting, free []seat, p *routing.Pairing) {
		if p == nil {
			explained := routing.Explain(w, f.agents, f.departments)
			p = &explained
			if d, _ := f.department(w.Department); p.Agent != 0 || d.Mode == models.ModePull && p.Why != routing.WhyPull || d.Mode != models.ModePull && p.Why != routing.WhyNobody {
				t.Fatalf("%+v is not paired, and that is explained by %+v", w, *p)
			}
		}
		told := map[int64]int{}
		for i, c := range p.Candidates {
			told[c.AgentID]++
			s := free[slices.IndexFunc(free, func(s seat) bool { return s.agent.ID == c.AgentID })]
			if want := (models.Candidate{AgentID: c.AgentID, Open: s.agent.Open, Limit: s.agent.Limit, Tier: s.as.Tier}); c != want {
				t.Fatalf("candidate %d is %+v, want %+v", i, c, want)
			}
			if i == 0 && p.Agent != 0 && c.AgentID != p.Agent {
				t.Fatalf("%d was chosen, and the best candidate is %d", p.Agent, c.AgentID)
			}
		}
		for _, id := range slices.Concat(slices.Collect(maps.Values(p.LeftOut))...) {
			told[id]++
		}
		want := map[int64]int{}
		for _, s := range f.members(w.Department) {
			want[s.agent.ID]++
		}
		if !maps.Equal(told, want) || len(p.Candidates) != len(free) {
			t.Fatalf("candidates %v and left out %v, members are %v, of whom %d could have it", p.Candidates, p.LeftOut, want, len(free))
		}
	})
}

func TestTheFirstInLineIsExplainedAsItIsDecided(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := floors.Draw(t, "floor")
		if len(f.waiting) == 0 {
			return
		}
		explained := routing.Explain(f.waiting[0], f.agents, f.departments)
		decided := routing.Match(f.waiting[:1], f.agents, f.departments)
		if len(decided) == 0 && explained.Agent == 0 {
			return
		}
		if len(decided) == 0 || plain(decided) != plain([]routing.Pairing{explained}) {
			t.Fatalf("decided is %+v\nexplained    %+v", decided, explained)
		}
	})
}

func TestOfACrowdTheBestAreTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := routing.Department{ID: support, Strategy: models.LeastBusy, Mode: models.ModeAuto}
		var crowd []routing.Agent
		for id := range int64(rapid.IntRange(21, 60).Draw(t, "agents")) {
			crowd = append(crowd, agent(id+1, rapid.IntRange(0, 5).Draw(t, "open"), 9, assignedAt(rapid.Int64Range(0, 9).Draw(t, "last assigned"))))
		}
		prefer := rapid.Int64Range(0, int64(len(crowd))).Draw(t, "prefer")
		p := routing.Match([]routing.Waiting{prefers(w(1), prefer)}, crowd, []routing.Department{d})[0]
		if len(p.Candidates) != 20 {
			t.Fatalf("%d are told", len(p.Candidates))
		}
		seats := map[int64]seat{}
		for i := range crowd {
			seats[crowd[i].ID] = seat{&crowd[i], &crowd[i].Members[0]}
		}
		last := seats[p.Candidates[0].AgentID]
		for _, c := range p.Candidates[1:] {
			if better(d.Strategy, prefer, seats[c.AgentID], last) {
				t.Fatalf("%+v is told after %+v", c, *last.agent)
			}
			last = seats[c.AgentID]
		}
		for _, c := range p.Candidates {
			delete(seats, c.AgentID)
		}
		for _, s := range seats {
			if better(d.Strategy, prefer, s, last) {
				t.Fatalf("%+v is not told, but %+v is", *s.agent, *last.agent)
			}
		}
	})
}
