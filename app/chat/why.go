package chat

import (
	"context"
	"slices"

	"foyer/app/routing"
	"foyer/models"
)

// Reasons are how a conversation came to its agents.
type Reasons struct {
	Decisions []Decision `json:"decisions" doc:"oldest first, the last 200"`
	Now       *Decision  `json:"now" doc:"what would be decided at this moment; null unless it waits"`
}

// Decision is one choice of the assigner.
type Decision struct {
	At         models.Instant `json:"at" format:"date-time"`
	What       string         `json:"what" enum:"assigned,offered,overflow,missed,none"`
	Agent      *Named         `json:"agent" doc:"null when nobody was chosen"`
	Why        string         `json:"why" enum:"preferred,only_one,least_busy,round_robin,tiers,pull,nobody,returned,waited,closed,full"`
	Facts      DecisionFacts  `json:"facts"`
	Candidates []Candidate    `json:"candidates" doc:"who could have had it, the best first, at most 20"`
	LeftOut    []LeftOut      `json:"left_out" doc:"members of the department who could not, at most 20 for each reason"`
	More       map[string]int `json:"left_out_more,omitempty" doc:"by reason, how many more there were"`
}

// DecisionFacts are what a decision was made of.
type DecisionFacts struct {
	Department *Named          `json:"department"`
	Mode       models.Mode     `json:"mode" enum:"auto,offer,pull"`
	Strategy   models.Strategy `json:"strategy" enum:"least_busy,round_robin,tiers"`
	Priority   int             `json:"priority"`
	Position   int             `json:"position" doc:"in the department's queue; 0 where it did not matter"`
	WaitedMS   int64           `json:"waited_ms"`
	Language   string          `json:"language,omitempty"`
	Skills     []string        `json:"skills,omitempty"`
}

// Candidate is an agent who could have had a conversation.
type Candidate struct {
	Agent  Named       `json:"agent"`
	Open   int         `json:"open" doc:"conversations they had"`
	Limit  int         `json:"limit"`
	Tier   models.Tier `json:"tier" enum:"first,normal,last"`
	IdleMS *int64      `json:"idle_ms,omitempty" doc:"since their last assignment; absent when they never had one"`
}

// LeftOut is an agent who could not have a conversation.
type LeftOut struct {
	Agent  Named  `json:"agent"`
	Reason string `json:"reason" enum:"offline,away,not_accepting,full,department_full,tried,language,skill"`
}

// maxDecisions is how many decisions are told: what rings in vain all night adds one for each ring.
const maxDecisions = 200

// Why tells a supervisor how a conversation came to its agents, and why it waits while it does.
func (s *Service) Why(ctx context.Context, agent models.Agent, conv string) (Reasons, error) {
	account := s.store.For(agent.AccountID)
	c, err := account.Conversation(ctx, conv)
	if err != nil {
		return Reasons{}, err
	}
	if !agent.Role.Supervises() {
		return Reasons{}, models.Errorf(models.KindForbidden, "only supervisors may see why a conversation went where it went")
	}
	decisions, err := account.Decisions(ctx, c.ID, maxDecisions)
	if err != nil {
		return Reasons{}, err
	}
	f, err := s.floor(ctx, agent.AccountID)
	if err != nil {
		return Reasons{}, err
	}
	out := Reasons{Decisions: make([]Decision, len(decisions))}
	for i, d := range decisions {
		out.Decisions[i] = f.tell(d)
	}
	if c.State != models.StateQueued || c.Kind != models.KindChat {
		return out, nil
	}
	queue, err := account.Queue(ctx, 0)
	if err != nil {
		return Reasons{}, err
	}
	at := slices.IndexFunc(queue, func(q models.Conversation) bool { return q.ID == c.ID })
	if at < 0 || f.byID[queue[at].DepartmentID] == nil { // it has just left, or is in a department that has just come
		return out, nil
	}
	now := models.InstantOf(s.now())
	decision := f.decision(queue, at, routing.Explain(waitingOf(queue[at], now), f.agents, f.departments), now)
	decision.At = now
	told := f.tell(decision)
	if told.Agent == nil {
		told.What = "none"
	}
	out.Now = &told
	return out, nil
}

// tell gives a decision the names of the people in it.
func (f *floor) tell(d models.Decision) Decision {
	out := Decision{
		At: d.At, What: string(d.What), Why: d.Why, Candidates: []Candidate{}, LeftOut: []LeftOut{}, More: d.Facts.LeftOutMore,
		Facts: DecisionFacts{
			Mode: d.Facts.Mode, Strategy: d.Facts.Strategy, Priority: d.Facts.Priority, Position: d.Facts.Position,
			WaitedMS: d.Facts.Waited, Language: d.Facts.Language, Skills: d.Facts.Skills,
		},
	}
	if a, ok := f.name(d.AgentID); ok {
		out.Agent = &a
	}
	if dep := f.byID[d.Facts.DepartmentID]; dep != nil {
		out.Facts.Department = &Named{dep.PublicID, dep.Name}
	}
	for _, c := range d.Facts.Candidates {
		if a, ok := f.name(c.AgentID); ok {
			told := Candidate{Agent: a, Open: c.Open, Limit: c.Limit, Tier: c.Tier}
			if c.Idle >= 0 {
				told.IdleMS = &c.Idle
			}
			out.Candidates = append(out.Candidates, told)
		}
	}
	for reason, ids := range d.Facts.LeftOut {
		for _, id := range ids {
			if a, ok := f.name(id); ok {
				out.LeftOut = append(out.LeftOut, LeftOut{a, reason})
			}
		}
	}
	slices.SortFunc(out.LeftOut, func(a, b LeftOut) int { return compareNames(a.Agent, b.Agent) })
	return out
}

func (f *floor) name(agentID int64) (Named, bool) {
	i, ok := slices.BinarySearchFunc(f.Agents, agentID, func(a models.Agent, id int64) int { return int(a.ID - id) })
	if !ok {
		return Named{}, false
	}
	return Named{f.Agents[i].PublicID, f.Agents[i].Name}, true
}
