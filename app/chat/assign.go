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
		if a.told = nil; err == nil {
			s.mu.Lock()
			delete(s.untold, accountID) // nobody is there to be told
			s.mu.Unlock()
		}
		return false, err
	}
	floor, err := s.floor(ctx, accountID)
	if err != nil {
		return false, err
	}
	if room := floor.room(); room > 0 {
		if room > glimpse && len(head) == glimpse {
			if head, err = account.Queue(ctx, room); err != nil {
				return false, err
			}
		}
		made, lost, err := s.match(floor, head)
		cut := len(head) >= glimpse                  // there may be more
		if err == nil && made == 0 && !lost && cut { // those at the head are not for those who are free
			if head, err = account.Queue(ctx, 0); err != nil {
				return false, err
			}
			made, lost, err = s.match(floor, head)
		}
		if err != nil || made > 0 && (lost || cut) {
			return true, err
		}
	}
	standings, err := account.Standings(ctx)
	if err != nil {
		return false, err
	}
	s.tellPlaces(ctx, accountID, floor, standings, a)
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
	together := matches{lost: len(pairings)}
	for i, p := range pairings { // all at once, in order: the writer puts them into few transactions
		m := s.claim(f, queue, byID[p.Conversation], p)
		m.decide = together.inOrder(i, m.decide)
		claims[i] = s.begin(m, new(models.Summary))
	}
	for _, claim := range claims {
		switch claimed := <-claim; {
		case claimed == nil:
			made++
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

// matches are those that were decided on together, in the order of those who wait.
type matches struct {
	lost int // the first that somebody was faster than; the writer's, who carries out one after the other
}

// inOrder refuses a match when one before it was lost: who lost it comes first at the next look, so
// nobody behind them may be given an agent now that could be theirs.
func (m *matches) inOrder(i int, decide decision) decision {
	return func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
		if i > m.lost {
			return models.Message{}, models.Errorf(models.KindConflict, "somebody before has to be matched again")
		}
		told, err := decide(tx, c)
		if err != nil {
			m.lost = i
		}
		return told, err
	}
}

// claim is the move that gives a waiting conversation to an agent, or lets it ring there, if everything
// that spoke for it still holds.
func (s *Service) claim(f *floor, queue []models.Conversation, at int, p routing.Pairing) *move {
	c, department := queue[at], f.byID[queue[at].DepartmentID]
	decision := f.decision(queue, at, p, models.InstantOf(s.now()))
	return &move{
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
	}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
