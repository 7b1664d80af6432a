// Package presence knows who is connected right now. It counts connections and nothing else: what
// an agent wants to be is stored with the agent, and what follows from somebody coming or going is
// decided in app/chat.
package presence

import (
	"maps"
	"slices"
	"sync"
)

// Presence counts the connections of agents and visitors. The zero value is ready.
type Presence struct {
	// Guarded by mu.
	mu       sync.RWMutex
	agents   map[int64]int
	visitors map[int64]int
}

// AgentCame counts a connection of an agent and reports whether it is the only one.
func (p *Presence) AgentCame(id int64) bool { return p.came(&p.agents, id) }

// AgentLeft takes it back and reports whether it was the last one.
func (p *Presence) AgentLeft(id int64) bool { return p.left(p.agents, id) }

// Agent reports whether an agent has a connection.
func (p *Presence) Agent(id int64) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.agents[id] > 0
}

// Agents returns all agents who have a connection.
func (p *Presence) Agents() []int64 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return slices.Collect(maps.Keys(p.agents))
}

// VisitorCame counts a connection of a visitor and reports whether it is the only one.
func (p *Presence) VisitorCame(id int64) bool { return p.came(&p.visitors, id) }

// VisitorLeft takes it back and reports whether it was the last one.
func (p *Presence) VisitorLeft(id int64) bool { return p.left(p.visitors, id) }

// Visitor reports whether a visitor has a connection.
func (p *Presence) Visitor(id int64) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.visitors[id] > 0
}

func (p *Presence) came(counts *map[int64]int, id int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if *counts == nil {
		*counts = map[int64]int{}
	}
	(*counts)[id]++
	return (*counts)[id] == 1
}

func (p *Presence) left(counts map[int64]int, id int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if counts[id]--; counts[id] > 0 {
		return false
	}
	delete(counts, id)
	return true
}
