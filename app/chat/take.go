package chat

import (
	"context"
	"errors"

	"foyer/app/store"
	"foyer/models"
)

// Take gives a waiting conversation to the agent who asks for it. Asking again is no error. A
// supervisor may take one that is a colleague's, or rings at one.
func (s *Service) Take(ctx context.Context, agent models.Agent, conv string) (Summary, error) {
	m := &move{account: agent.AccountID, conv: conv, by: authorOf(agent), byID: agent.ID}
	m.decide = func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventAssigned, Cause: models.CauseTaken, AgentID: agent.ID}
		if c.State == models.StateActive && c.AgentID == agent.ID {
			return told, errIsTheirs
		}
		seat, err := tx.Seat(agent.ID, c.DepartmentID)
		if err != nil {
			return told, err
		}
		if err := s.mayTake(tx, seat.Agent, c); err != nil {
			return told, err
		}
		if m.why = models.EndAssigned; c.AgentID != agent.ID {
			if err := ownRoom(seat); err != nil { // what rings at them is counted already
				return told, err
			}
			m.why = models.EndTransferred // from a colleague, if it is one's
		}
		if c.State == models.StateQueued {
			return told, c.Assign(agent.ID, tx.Now())
		}
		if c.State == models.StateActive {
			told.Kind, told.Cause = models.EventTransferred, models.CauseTakeOver
		}
		return told, c.TakeOver(agent.ID, tx.Now())
	}
	after, err := s.do(m)
	if errors.Is(err, errIsTheirs) { // asked for twice, or in two tabs
		now, err := s.store.For(agent.AccountID).Summary(ctx, conv)
		if err == nil && (now.State != models.StateActive || now.AgentID != agent.ID) { // theirs no more
			return s.Take(ctx, agent, conv)
		}
		return s.summary(now), err
	}
	return s.summary(after), err
}

// errIsTheirs says that an agent has what they ask for.
var errIsTheirs = models.Errorf(models.KindConflict, "you have this conversation already")

// mayTake says why an agent may not take a conversation, if so.
func (s *Service) mayTake(tx *store.Tx, agent models.Agent, c *models.Conversation) error {
	if c.State == models.StateQueued || c.State == models.StateClosed || c.AgentID == agent.ID || agent.Role.Supervises() {
		return nil
	}
	owner, err := tx.Seat(c.AgentID, c.DepartmentID)
	if err != nil {
		return err
	}
	if c.State == models.StateOffered {
		return models.Errorf(models.KindConflict, "this conversation rings at %s just now", owner.Name)
	}
	return models.Errorf(models.KindConflict, "%s already has this conversation", owner.Name)
}

// ownRoom says that an agent has as many conversations as they may, if so.
func ownRoom(seat store.Seat) error {
	if seat.Open >= seat.ChatLimit {
		return models.Errorf(models.KindAtCapacity, "%s has %d of %d conversations: close or transfer one first", seat.Name, seat.Open, seat.ChatLimit)
	}
	return nil
}

// hasRoom says that an agent can't be given one more of a department, if so.
func hasRoom(seat store.Seat) error {
	if m := seat.Member; m != nil && m.ChatLimit != models.NoLimit && seat.OpenHere >= m.ChatLimit {
		return models.Errorf(models.KindAtCapacity, "%s has %d of %d conversations of this department", seat.Name, seat.OpenHere, m.ChatLimit)
	}
	return ownRoom(seat)
}

// mayMove says why an agent may not act on a conversation that somebody has, if so.
func mayMove(agent models.Agent, c *models.Conversation) error {
	if (c.State == models.StateActive || c.State == models.StateOffered) && c.AgentID != agent.ID && !agent.Role.Supervises() {
		return models.Errorf(models.KindForbidden, "this is a colleague's conversation: only they or a supervisor can do this")
	}
	return nil
}
