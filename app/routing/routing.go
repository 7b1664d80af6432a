// Package routing decides who gets the next conversation. It is pure: facts in, choices out; no
// clock, no lock, no database. Whoever acts on a choice checks it again when it is stored.
package routing

import (
	"slices"

	"foyer/models"
)

// Waiting is a conversation in the queue.
type Waiting struct {
	ID         int64
	Department int64
	Tried      []int64 // agents who gave it back and are not asked again
}

// Agent is somebody who might take one.
type Agent struct {
	ID             int64
	Departments    []int64        // for which they answer
	Here           bool           // online by choice, and connected
	Open           int            // conversations they have
	Limit          int            // conversations they may have
	LastAssignedAt models.Instant // 0 when never
}

// Pairing gives a conversation to an agent.
type Pairing struct {
	Conversation int64
	Agent        int64
}

// Match pairs those who wait, given in the order in which they are served, with agents. Nobody is
// given more than their limit, and nobody is left waiting while an agent who may have them has
// room. Of several such agents the least busy one is chosen, and of those equally busy the one
// whose last assignment was longest ago. The result has the order of waiting.
func Match(waiting []Waiting, agents []Agent) []Pairing {
	agents = slices.Clone(agents)
	latest := models.Instant(0)
	for _, a := range agents {
		latest = max(latest, a.LastAssignedAt)
	}
	var pairings []Pairing
	for _, w := range waiting {
		i := choose(w, agents)
		if i < 0 {
			continue
		}
		latest++ // later than all before, whatever the time is
		agents[i].Open++
		agents[i].LastAssignedAt = latest
		pairings = append(pairings, Pairing{Conversation: w.ID, Agent: agents[i].ID})
	}
	return pairings
}

// Eligible reports whether an agent may have a conversation now.
func Eligible(w Waiting, a Agent) bool {
	return a.Here && a.Open < a.Limit && slices.Contains(a.Departments, w.Department) && !slices.Contains(w.Tried, a.ID)
}

// choose returns the index of the agent who should have w, -1 if nobody may.
func choose(w Waiting, agents []Agent) int {
	best := -1
	for i, a := range agents {
		if Eligible(w, a) && (best < 0 || before(a, agents[best])) {
			best = i
		}
	}
	return best
}

func before(a, b Agent) bool {
	switch {
	case a.Open != b.Open:
		return a.Open < b.Open
	case a.LastAssignedAt != b.LastAssignedAt:
		return a.LastAssignedAt < b.LastAssignedAt
	}
	return a.ID < b.ID
}
