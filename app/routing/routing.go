// Package routing decides who gets the next conversation. It is pure: facts in, choices out; no
// clock, no lock, no database. Whoever acts on a choice checks it again when it is stored.
// docs/routing.md tells the rules to people.
package routing

import "foyer/models"

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
		if d := f.departments[w.Department]; d == nil || d.Mode == models.ModePull || d.rooms == 0 {
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
