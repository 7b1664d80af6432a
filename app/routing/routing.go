// Package routing decides who gets the next conversation. It is pure: facts in, choices out; no
// clock, no lock, no database. Whoever acts on a choice checks it again when it is stored.
// docs/routing.md tells the rules to people.
package routing

import (
	"cmp"
	"slices"

	"foyer/models"
)

// Waiting is a conversation in the queue.
type Waiting struct {
	ID         int64
	Department int64
	Language   string   // of the visitor; "" is unknown
	Skills     []string // that are wanted
	Prefer     int64    // the agent who should have it rather than others, 0 for none
	Tried      []int64  // agents who gave it back
	AskAgain   bool     // those may be asked again if nobody else can have it
}

// Department is how a queue is served.
type Department struct {
	ID            int64
	Strategy      models.Strategy
	Mode          models.Mode
	MatchLanguage bool
}

// Agent is somebody who might take one.
type Agent struct {
	ID             int64
	Status         models.Availability // what wish, connection and idleness come to
	Accepting      bool
	Open           int            // conversations they have, ringing ones included
	Limit          int            // conversations they may have
	LastAssignedAt models.Instant // 0 when never
	Members        []Member       // the departments they answer for
}

// Member is what an agent is in a department.
type Member struct {
	Department int64
	Tier       models.Tier
	Open       int // conversations they have of this department
	Limit      int // how many they may have, models.NoLimit when that is not said
	Skills     []string
	Languages  []string // none is any
}

// Pairing gives a conversation to an agent.
type Pairing struct {
	Conversation int64
	Agent        int64
	Offer        bool // it rings until the agent accepts
	Why          Why
	Candidates   []models.Candidate // who could have had it, the best first, at most maxCandidates; Idle is not set
	LeftOut      map[string][]int64 // members by the reason why they could not
}

// Why says by which rule an agent was chosen.
type Why string

// The rules.
const (
	WhyPreferred  Why = "preferred"  // they had this conversation, or this visitor, before
	WhyOnlyOne    Why = "only_one"   // nobody else could have it
	WhyLeastBusy  Why = "least_busy" // the department's strategy
	WhyRoundRobin Why = "round_robin"
	WhyTiers      Why = "tiers"
	WhyPull       Why = "pull"   // nobody: agents pick for themselves
	WhyNobody     Why = "nobody" // nobody could have it
)

// Why a member could not have a conversation.
const (
	LeftOffline        = "offline"
	LeftAway           = "away"
	LeftNotAccepting   = "not_accepting"
	LeftTried          = "tried"
	LeftLanguage       = "language"
	LeftSkill          = "skill"
	LeftFull           = "full"
	LeftDepartmentFull = "department_full"
)

// maxCandidates is how many of those who could have had a conversation are told of.
const maxCandidates = 20

// Match pairs those who wait, given in the order in which they are served, with agents. Nobody is
// given more than their limits, and nobody is left waiting while an agent who may have them has room,
// except where agents pick for themselves. The result has the order of waiting.
func Match(waiting []Waiting, agents []Agent, departments []Department) []Pairing {
	f := newFloor(agents, departments)
	var pairings []Pairing
	for _, w := range waiting {
		if d := f.departments[w.Department]; d == nil || d.Mode == models.ModePull || !d.room() {
			continue
		}
		if p, seat := f.decide(w); seat != nil {
			f.give(seat)
			pairings = append(pairings, p)
		}
	}
	return pairings
}

// Explain says what Match would decide about one who waits if it were the first in line.
func Explain(w Waiting, agents []Agent, departments []Department) Pairing {
	f := newFloor(agents, departments)
	p, _ := f.decide(w)
	if d := f.departments[w.Department]; d != nil && d.Mode == models.ModePull {
		p.Agent, p.Why = 0, WhyPull
	}
	return p
}

// floor is the state of things while a queue is worked off.
type floor struct {
	departments map[int64]*department
	latest      models.Instant // of all assignments
}

type department struct {
	Department
	seats []*seat
}

// person is an agent with what they are given meanwhile.
type person struct {
	Agent
	seats []*seat
}

// seat is what a person is in a department.
type seat struct {
	*person
	Member
}

func newFloor(agents []Agent, departments []Department) *floor {
	f := &floor{departments: make(map[int64]*department, len(departments))}
	for _, d := range departments {
		f.departments[d.ID] = &department{Department: d}
	}
	for _, a := range agents {
		p := &person{Agent: a}
		f.latest = max(f.latest, a.LastAssignedAt)
		for _, m := range a.Members {
			if d := f.departments[m.Department]; d != nil {
				s := &seat{p, m}
				p.seats, d.seats = append(p.seats, s), append(d.seats, s)
			}
		}
	}
	return f
}

// room reports whether anybody of the department can have anything.
func (d *department) room() bool {
	return slices.ContainsFunc(d.seats, func(s *seat) bool { return s.absent() == "" && s.full() == "" })
}

// absent says why somebody can't have any conversation, room or not.
func (s *seat) absent() string {
	switch {
	case s.Status == models.Away:
		return LeftAway
	case s.Status != models.Online:
		return LeftOffline
	case !s.Accepting:
		return LeftNotAccepting
	}
	return ""
}

// full says whether somebody has as many conversations as they may.
func (s *seat) full() string {
	switch {
	case s.Agent.Open >= s.Agent.Limit:
		return LeftFull
	case s.Member.Limit != models.NoLimit && s.Member.Open >= s.Member.Limit:
		return LeftDepartmentFull
	}
	return ""
}

// decide chooses who should have w; the seat is nil if nobody can.
func (f *floor) decide(w Waiting) (Pairing, *seat) {
	p := Pairing{Conversation: w.ID, Why: WhyNobody, LeftOut: map[string][]int64{}}
	d := f.departments[w.Department]
	if d == nil {
		return p, nil
	}
	var here, tried []*seat
	for _, s := range d.seats {
		switch why := s.absent(); {
		case why != "":
			p.LeftOut[why] = append(p.LeftOut[why], s.ID)
		case slices.Contains(w.Tried, s.ID):
			tried = append(tried, s)
		default:
			here = append(here, s)
		}
	}
	free := d.free(w, here, &p)
	if len(free) == 0 && w.AskAgain {
		free = d.free(w, tried, &p)
	} else {
		for _, s := range tried {
			p.LeftOut[LeftTried] = append(p.LeftOut[LeftTried], s.ID)
		}
	}
	if len(free) == 0 {
		return p, nil
	}
	return d.choose(w, free, p)
}

// free returns those who suit best and have room. Whom nobody here suits need not wait for somebody
// who is not here: then all suit.
func (d *department) free(w Waiting, here []*seat, p *Pairing) []*seat {
	suiting := here
	if d.MatchLanguage && w.Language != "" {
		suiting = narrow(w, suiting, p, LeftLanguage, func(s *seat) bool {
			return len(s.Languages) == 0 || slices.Contains(s.Languages, w.Language)
		})
	}
	for _, skill := range w.Skills {
		suiting = narrow(w, suiting, p, LeftSkill, func(s *seat) bool { return slices.Contains(s.Skills, skill) })
	}
	var free []*seat
	for _, s := range suiting {
		if why := s.full(); why != "" {
			p.LeftOut[why] = append(p.LeftOut[why], s.ID)
			continue
		}
		free = append(free, s)
	}
	return free
}

// narrow leaves out whom something wanted does not fit, unless it fits nobody. Who is preferred stays.
func narrow(w Waiting, from []*seat, p *Pairing, why string, fits func(*seat) bool) []*seat {
	if !slices.ContainsFunc(from, fits) {
		return from
	}
	var fitting []*seat
	for _, s := range from {
		if fits(s) || s.ID == w.Prefer {
			fitting = append(fitting, s)
			continue
		}
		p.LeftOut[why] = append(p.LeftOut[why], s.ID)
	}
	return fitting
}

// choose takes the best of those who can have w.
func (d *department) choose(w Waiting, free []*seat, p Pairing) (Pairing, *seat) {
	slices.SortFunc(free, func(a, b *seat) int { return d.compare(w, a, b) })
	for _, s := range free[:min(len(free), maxCandidates)] {
		p.Candidates = append(p.Candidates, models.Candidate{AgentID: s.ID, Open: s.Agent.Open, Limit: s.Agent.Limit, Tier: s.Tier})
	}
	best := free[0]
	p.Agent, p.Offer = best.ID, d.Mode == models.ModeOffer
	switch {
	case best.ID == w.Prefer:
		p.Why = WhyPreferred
	case len(free) == 1:
		p.Why = WhyOnlyOne
	default:
		p.Why = Why(d.Strategy)
	}
	return p, best
}

// compare orders those who can have w, the best first.
func (d *department) compare(w Waiting, a, b *seat) int {
	preferred := func(s *seat) int {
		if s.ID == w.Prefer {
			return 0
		}
		return 1
	}
	order := preferred(a) - preferred(b)
	if d.Strategy == models.ByTiers {
		order = cmp.Or(order, a.Tier.Rank()-b.Tier.Rank())
	}
	if d.Strategy != models.RoundRobin {
		order = cmp.Or(order, a.Agent.Open-b.Agent.Open)
	}
	return cmp.Or(order, cmp.Compare(a.LastAssignedAt, b.LastAssignedAt), cmp.Compare(a.ID, b.ID))
}

// give notes that somebody has one more.
func (f *floor) give(s *seat) {
	f.latest++ // later than all before, whatever the time is
	s.Agent.Open++
	s.Member.Open++
	s.LastAssignedAt = f.latest
}
