package chat

import (
	"context"
	"log/slog"
	"time"

	"foyer/app/routing"
	"foyer/app/store"
	"foyer/models"
)

// assigner is the loop over one account's queue. There is at most one per account.
type assigner struct {
	again bool // guarded by Service.mu: something happened since the queue was last read
	// Owned by the loop.
	memory
}

// memory is what is known of a queue from the last look.
type memory struct {
	told  map[wait]place   // what each wait was last told of its place
	paces map[int64]pacing // by department
}

// wait is one stretch of a conversation's waiting.
type wait struct {
	conversation int64
	since        models.Instant
}

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
	a := &assigner{memory: s.memories[accountID]}
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
			if s.memories[accountID] = a.memory; len(a.told) == 0 {
				delete(s.memories, accountID)
			}
			s.mu.Unlock()
			return
		}
		a.again = false
		s.mu.Unlock()
	}
}

// assignOnce matches who waits with who is free, and tells those who still wait their place. It
// reports whether another look is worth it: a match was lost to somebody faster, or more wait than were
// looked at, and others were made. When none was, whoever was faster brings about the next look by
// their own kick.
func (s *Service) assignOnce(ctx context.Context, accountID int64, a *assigner) (more bool, err error) {
	account := s.store.For(accountID)
	head, err := account.Queue(ctx, glimpse) // at first only some: somebody waits for the answer
	if err != nil || len(head) == 0 {
		a.told = nil
		return false, err
	}
	floor, err := s.floor(ctx, accountID)
	if err != nil {
		return false, err
	}
	made, room := 0, floor.room()
	if room > glimpse && len(head) == glimpse {
		if head, err = account.Queue(ctx, room); err != nil {
			return false, err
		}
	}
	if room > 0 {
		if made, more, err = s.match(floor, head); err != nil {
			return false, err
		}
		more = more || len(head) >= glimpse
	}
	if more && made > 0 {
		return true, nil
	}
	queue, err := account.Queue(ctx, 0)
	if err != nil {
		return false, err
	}
	if more { // those at the head are not for those who are free
		if made, more, err = s.match(floor, queue); err != nil || made > 0 {
			return true, err
		}
	}
	s.tellPlaces(ctx, accountID, floor, queue, a)
	return false, nil
}

// glimpse is how many of a queue are looked at before the rest.
const glimpse = 64

// match gives those who wait to who is free. It returns how many, and whether somebody was faster with
// another.
func (s *Service) match(f *floor, queue []models.Conversation) (made int, lost bool, err error) {
	now := models.InstantOf(s.now())
	waiting := make([]routing.Waiting, 0, len(queue))
	byID := make(map[int64]int, len(queue))
	for i, c := range queue {
		byID[c.ID] = i
		if c.State == models.StateQueued {
			waiting = append(waiting, waitingOf(c, now))
		}
	}
	pairings := routing.Match(waiting, f.agents, f.departments)
	claims := make([]<-chan error, len(pairings))
	for i, p := range pairings { // all at once, in order: the writer puts them into few transactions
		claims[i] = s.claim(f, queue, byID[p.Conversation], p)
	}
	for i, claim := range claims {
		c := &queue[byID[pairings[i].Conversation]]
		switch claimed := <-claim; {
		case claimed == nil:
			made++
			if !pairings[i].Offer { // one that rings waits on
				c.State = models.StateActive
			}
		case models.KindOf(claimed) == models.KindUnavailable:
			err = claimed
		default: // somebody was faster, or the agent has just left: read again, decide again
			lost = true
		}
	}
	return made, lost, err
}

func waitingOf(c models.Conversation, now models.Instant) routing.Waiting {
	return routing.Waiting{
		ID: c.ID, Department: c.DepartmentID, Language: c.Language, Skills: c.Skills, Prefer: c.PreferID,
		Tried: c.Tried, AskAgain: !c.AskAgainAt.IsZero() && c.AskAgainAt <= now,
	}
}

// floor is who could answer.
type floor struct {
	store.Floor
	agents      []routing.Agent
	departments []routing.Department
	byID        map[int64]*models.Department
}

func (s *Service) floor(ctx context.Context, accountID int64) (*floor, error) {
	read, err := s.store.For(accountID).Floor(ctx)
	if err != nil {
		return nil, err
	}
	f := &floor{Floor: read, byID: make(map[int64]*models.Department, len(read.Departments))}
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
		a := &f.agents[index[m.AgentID]]
		a.Members = append(a.Members, routing.Member{
			Department: m.DepartmentID, Tier: m.Tier, Open: open[[2]int64{m.AgentID, m.DepartmentID}], Limit: m.ChatLimit,
			Skills: m.Skills, Languages: m.Languages,
		})
	}
	return f, nil
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

// claim gives a waiting conversation to an agent, or lets it ring there, if everything that spoke for
// it still holds.
func (s *Service) claim(f *floor, queue []models.Conversation, at int, p routing.Pairing) <-chan error {
	c, department := queue[at], f.byID[queue[at].DepartmentID]
	decision := f.decision(queue, at, p, models.InstantOf(s.now()))
	return s.begin(&move{
		account: c.AccountID, conv: c.PublicID, why: models.EndAssigned, decision: &decision,
		decide: func(tx *store.Tx, now *models.Conversation) (models.Message, error) {
			told := models.Message{Kind: models.EventAssigned, Cause: models.CauseAuto, AgentID: p.Agent}
			if now.Fence != c.Fence {
				return told, models.Errorf(models.KindConflict, "this conversation was changed by somebody else just now")
			}
			seat, err := tx.Seat(p.Agent, now.DepartmentID)
			if err != nil {
				return told, err
			}
			if seat.Member == nil || !s.accepts(seat.Agent, f.Account) {
				return told, models.Errorf(models.KindNotEligible, "%s is not here for new conversations", seat.Name)
			}
			if err := hasRoom(seat); err != nil {
				return told, err
			}
			if !p.Offer {
				return told, now.Assign(p.Agent, tx.Now())
			}
			told.Kind, told.Cause = models.EventOffered, ""
			told.Until = tx.Now().Add(seconds(department.OfferTime))
			return told, now.Offer(p.Agent, tx.Now(), told.Until)
		},
	}, new(models.Summary))
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// decision is what is kept of how a conversation came to an agent.
func (f *floor) decision(queue []models.Conversation, at int, p routing.Pairing, now models.Instant) models.Decision {
	c, d := queue[at], f.byID[queue[at].DepartmentID]
	facts := models.Facts{
		DepartmentID: d.ID, Mode: d.Mode, Strategy: d.Strategy, Priority: c.Priority, Waited: now.Sub(c.QueuedAt).Milliseconds(),
		Language: c.Language, Skills: c.Skills, Candidates: p.Candidates, LeftOut: p.LeftOut,
	}
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
