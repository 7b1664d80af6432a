package chat

import (
	"context"
	"maps"
	"sync"
	"time"

	"foyer/app/routing"
	"foyer/app/store"
	"foyer/models"
)

// floor is who could answer.
type floor struct {
	store.Plan
	store.Staff
	agents      []routing.Agent
	departments []routing.Department
	byID        map[int64]*models.Department
}

// floor reads who could answer.
func (s *Service) floor(ctx context.Context, accountID int64) (*floor, error) {
	plan, err := s.plan(ctx, accountID)
	if err != nil {
		return nil, err
	}
	staff, err := s.store.For(accountID).Staff(ctx)
	if err != nil {
		return nil, err
	}
	f := &floor{Plan: plan, Staff: staff, byID: make(map[int64]*models.Department, len(plan.Departments))}
	for i := range f.Departments {
		d := &f.Departments[i]
		f.byID[d.ID] = d
		f.departments = append(f.departments, routing.Department{ID: d.ID, Strategy: d.Strategy, Mode: d.Mode, MatchLanguage: d.MatchLanguage})
	}
	index := make(map[int64]int, len(f.Agents))
	f.agents = make([]routing.Agent, len(f.Agents))
	for i, a := range f.Agents {
		index[a.ID] = i
		f.agents[i] = routing.Agent{
			ID: a.ID, Status: s.Status(a, f.Account), Accepting: a.Accepting, Limit: a.ChatLimit, LastAssignedAt: a.LastAssignedAt,
		}
	}
	open := make(map[[2]int64]int, len(f.Loads))
	for _, l := range f.Loads {
		if i, ok := index[l.AgentID]; ok {
			f.agents[i].Open += l.Open
			open[[2]int64{l.AgentID, l.DepartmentID}] = l.Open
		}
	}
	for _, m := range f.Members {
		if i, ok := index[m.AgentID]; ok {
			f.agents[i].Members = append(f.agents[i].Members, routing.Member{
				Department: m.DepartmentID, Tier: m.Tier, Open: open[[2]int64{m.AgentID, m.DepartmentID}], Limit: m.ChatLimit,
				Skills: m.Skills, Languages: m.Languages,
			})
		}
	}
	return f, nil
}

// planAge is for how long the arrangement of an account's queues is not read again. What is changed
// through us counts at once.
const planAge = 5 * time.Second

// plans remembers how the queues of accounts are arranged. The zero value is ready.
type plans struct {
	// Guarded by mu.
	mu    sync.Mutex
	known map[int64]knownPlan
	turn  int // how often one was forgotten
	swept time.Time
}

type knownPlan struct {
	store.Plan
	at time.Time
}

func (p *plans) forget(accountID int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.known, accountID)
	p.turn++
}

func (s *Service) plan(ctx context.Context, accountID int64) (store.Plan, error) {
	p := &s.plans
	p.mu.Lock()
	known, ok := p.known[accountID]
	turn := p.turn
	p.mu.Unlock()
	if ok && time.Since(known.at) < planAge {
		return known.Plan, nil
	}
	began := time.Now()
	plan, err := s.store.For(accountID).Plan(ctx)
	if err != nil {
		return plan, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[int64]knownPlan{}
	}
	if began.Sub(p.swept) >= sweepEvery {
		p.swept = began
		maps.DeleteFunc(p.known, func(_ int64, old knownPlan) bool { return began.Sub(old.at) >= planAge })
	}
	if p.turn == turn { // else it may have been read before what is to be forgotten
		p.known[accountID] = knownPlan{plan, began}
	}
	return plan, nil
}

// room is how many conversations those who are here could be given in all.
func (f *floor) room() int {
	room := 0
	for _, a := range f.agents {
		if a.Status == models.Online && a.Accepting {
			room += max(0, a.Limit-a.Open)
		}
	}
	return room
}

// here reports whether somebody of a department is here and accepts conversations, busy or not.
func (f *floor) here(departmentID int64) bool {
	for _, a := range f.agents {
		if a.Status != models.Online || !a.Accepting {
			continue
		}
		for _, m := range a.Members {
			if m.Department == departmentID {
				return true
			}
		}
	}
	return false
}

// decision is what is kept of how a conversation came to an agent.
func (f *floor) decision(queue []models.Conversation, at int, p routing.Pairing, now models.Instant) models.Decision {
	c, d := queue[at], f.byID[queue[at].DepartmentID]
	facts := models.Facts{
		DepartmentID: d.ID, Mode: d.Mode, Strategy: d.Strategy, Priority: c.Priority, Waited: now.Sub(c.QueuedAt).Milliseconds(),
		Language: c.Language, Skills: c.Skills, Candidates: p.Candidates,
	}
	facts.LeaveOut(p.LeftOut)
	for _, other := range queue[:at+1] {
		if other.DepartmentID == c.DepartmentID {
			facts.Position++
		}
	}
	for i := range facts.Candidates {
		facts.Candidates[i].Idle = -1
		for _, a := range f.Agents {
			if a.ID == facts.Candidates[i].AgentID && !a.LastAssignedAt.IsZero() {
				facts.Candidates[i].Idle = max(0, now.Sub(a.LastAssignedAt).Milliseconds())
			}
		}
	}
	out := models.Decision{What: models.EventAssigned, AgentID: p.Agent, Why: string(p.Why), Facts: facts}
	if p.Offer {
		out.What = models.EventOffered
	}
	return out
}
