package chat

import (
	"context"
	"log/slog"

	"foyer/app/routing"
	"foyer/app/store"
	"foyer/models"
)

// assigner is the loop over one account's queue. There is at most one per account.
type assigner struct {
	again bool // guarded by Service.mu: something happened since the queue was last read
	// Owned by the loop: what each wait was last told of its place.
	told map[wait]int
}

// wait is one stretch of a conversation's waiting: its fence grows when it comes back to the queue.
type wait struct{ conversation, fence int64 }

// Kick looks at an account's queue because something may have freed or filled a place. It returns
// at once; any number of kicks while the queue is being looked at lead to one more look.
func (s *Service) Kick(accountID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	if a := s.assigners[accountID]; a != nil {
		a.again = true
		return
	}
	a := &assigner{told: s.places[accountID]}
	s.assigners[accountID] = a
	s.running.Go(func() { s.assignAll(accountID, a) })
}

// assignAll looks at the queue until nothing has happened since the last look.
func (s *Service) assignAll(accountID int64, a *assigner) {
	ctx := context.Background() // ends by itself: nothing here waits for anybody outside
	for {
		lost, err := s.assignOnce(ctx, accountID, a)
		if err != nil {
			slog.Error("queue could not be served", "account", accountID, "error", err)
		}
		s.mu.Lock()
		if !a.again && !lost || s.stopped || err != nil { // after an error the sweep tries again
			delete(s.assigners, accountID)
			if s.places[accountID] = a.told; len(a.told) == 0 {
				delete(s.places, accountID)
			}
			s.mu.Unlock()
			return
		}
		a.again = false
		s.mu.Unlock()
	}
}

// assignOnce matches who waits with who is free, and tells those who still wait their place. It
// reports whether another look is worth it: a match was lost to somebody faster, and others were
// made. When none was, whoever was faster brings about the next look by their own kick.
func (s *Service) assignOnce(ctx context.Context, accountID int64, a *assigner) (lost bool, err error) {
	account := s.store.For(accountID)
	waiting, err := account.Waiting(ctx)
	if err != nil {
		return false, err
	}
	agents, err := s.agentFacts(ctx, accountID)
	if err != nil {
		return false, err
	}
	facts := make([]routing.Waiting, len(waiting))
	byID := make(map[int64]models.Conversation, len(waiting))
	for i, c := range waiting {
		facts[i] = routing.Waiting{ID: c.ID, Department: c.DepartmentID, Tried: c.Tried}
		byID[c.ID] = c
	}
	pairings := routing.Match(facts, agents)
	claims := make([]<-chan error, len(pairings))
	for i, p := range pairings { // all at once, in order: the writer puts them into few transactions
		claims[i] = s.claim(byID[p.Conversation], p.Agent)
	}
	for i, claim := range claims {
		switch err := <-claim; {
		case err == nil:
			delete(byID, pairings[i].Conversation)
		case models.KindOf(err) == models.KindUnavailable:
			return false, err
		default: // somebody was faster, or the agent has just left: read again, decide again
			lost = true
		}
	}
	s.tellPlaces(waiting, byID, a)
	return lost && len(byID) < len(waiting), nil
}

func (s *Service) agentFacts(ctx context.Context, accountID int64) ([]routing.Agent, error) {
	agents, err := s.store.For(accountID).Agents(ctx)
	if err != nil {
		return nil, err
	}
	members, err := s.store.For(accountID).Members(ctx)
	if err != nil {
		return nil, err
	}
	facts := make([]routing.Agent, len(agents))
	for i, a := range agents {
		facts[i] = routing.Agent{
			ID: a.ID, Departments: members[a.ID], Open: a.Open, Limit: a.ChatLimit, LastAssignedAt: a.LastAssignedAt,
			Here: a.Availability == models.Online && s.presence.Agent(a.ID),
		}
	}
	return facts, nil
}

// claim gives a waiting conversation to an agent, if everything that spoke for it still holds.
func (s *Service) claim(c models.Conversation, agentID int64) <-chan error {
	return s.begin(move{
		account: c.AccountID, conv: c.PublicID, why: models.EndAssigned,
		decide: func(tx *store.Tx, now *models.Conversation) (models.Message, error) {
			told := models.Message{Kind: models.EventAssigned, AgentID: agentID}
			if now.Fence != c.Fence {
				return told, models.Errorf(models.KindConflict, "this conversation was changed by somebody else just now")
			}
			seat, err := tx.Seat(agentID, now.DepartmentID)
			if err != nil {
				return told, err
			}
			if !seat.Member || seat.Availability != models.Online || !s.presence.Agent(agentID) {
				return told, models.Errorf(models.KindNotEligible, "%s is not online", seat.Name)
			}
			if err := hasRoom(seat); err != nil {
				return told, err
			}
			return told, now.Assign(agentID, tx.Now())
		},
	}, new(models.Summary))
}

// tellPlaces tells each visitor who still waits their place in the queue of their department, if
// it is another than they were told before.
func (s *Service) tellPlaces(waiting []models.Conversation, still map[int64]models.Conversation, a *assigner) {
	told := make(map[wait]int, len(still))
	last := map[int64]int{} // by department
	for _, c := range waiting {
		if _, ok := still[c.ID]; !ok {
			continue
		}
		last[c.DepartmentID]++
		place := last[c.DepartmentID]
		told[wait{c.ID, c.Fence}] = place
		if a.told[wait{c.ID, c.Fence}] != place {
			s.hub.Publish(frame(queueFrame{"queue", c.PublicID, place}), TopicVisitor(c.VisitorID))
		}
	}
	a.told = told
}
