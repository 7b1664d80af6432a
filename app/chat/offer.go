package chat

import (
	"context"
	"log/slog"

	"foyer/app/store"
	"foyer/models"
)

// Accept gives a conversation to the agent it rings at. Asking again is no error.
func (s *Service) Accept(ctx context.Context, agent models.Agent, conv string) (Summary, error) {
	after, err := s.do(&move{
		account: agent.AccountID, conv: conv, by: authorOf(agent), byID: agent.ID, why: models.EndAssigned,
		decide: func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
			told := models.Message{Kind: models.EventAssigned, Cause: models.CauseAccepted, AgentID: agent.ID}
			if err := stillAsked(tx, c, agent.ID); err != nil {
				return told, err
			}
			return told, c.Accept(agent.ID, tx.Now())
		},
	})
	if models.KindOf(err) == models.KindConflict { // perhaps accepted already, in another tab
		if now, again := s.store.For(agent.AccountID).Summary(ctx, conv); again == nil && now.State == models.StateActive && now.AgentID == agent.ID {
			return s.summary(now), nil
		}
	}
	return s.summary(after), err
}

// stillAsked refuses an agent who was taken out of the department while it rang. To whom it was
// transferred by name need not be in it.
func stillAsked(tx *store.Tx, c *models.Conversation, agentID int64) error {
	if _, others := c.Deadlines[models.DueBack]; c.BackID != 0 && !others {
		return nil
	}
	seat, err := tx.Seat(agentID, c.DepartmentID)
	if err == nil && seat.Member == nil {
		err = models.Errorf(models.KindNotEligible, "you are not in this department any more")
	}
	return err
}

// Decline lets a conversation ring at somebody else.
func (s *Service) Decline(_ context.Context, agent models.Agent, conv string) (Summary, error) {
	m := &move{account: agent.AccountID, conv: conv, by: authorOf(agent), byID: agent.ID, why: models.EndDeclined, about: &agent}
	m.decide = func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventDeclined, Cause: models.CauseDeclined, AgentID: agent.ID}
		if c.State != models.StateOffered || c.AgentID != agent.ID {
			return told, models.Errorf(models.KindConflict, "this conversation does not ring at you any more")
		}
		return told, s.withdraw(tx, c, m)
	}
	after, err := s.do(m)
	return s.summary(after), err
}

// declineAll lets what rings at an agent ring at somebody else: they have just said that they want
// nothing. What can't be declined ends with its clock.
func (s *Service) declineAll(ctx context.Context, agent models.Agent) {
	list, err := s.store.For(agent.AccountID).OwnedBy(ctx, agent.ID)
	for _, c := range list {
		if c.State != models.StateOffered {
			continue
		}
		if _, err = s.Decline(ctx, agent, c.PublicID); models.KindOf(err) == models.KindConflict { // it rings no more
			err = nil
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		slog.Error("what rings at an agent could not be declined", "agent", agent.PublicID, "error", err)
	}
}

// Invite lets a colleague speak in a conversation, beside its owner.
func (s *Service) Invite(ctx context.Context, agent models.Agent, conv, guest string) (Summary, error) {
	account := s.store.For(agent.AccountID)
	target, err := account.AgentCalled(ctx, guest)
	if err != nil {
		return Summary{}, err
	}
	after, err := s.do(&move{
		account: agent.AccountID, conv: conv, by: authorOf(agent), byID: agent.ID, about: &target,
		decide: func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
			told := models.Message{Kind: models.EventJoined, AgentID: target.ID}
			if !c.Has(agent.ID) {
				if err := mayMove(agent, c); err != nil {
					return told, err
				}
			}
			seat, err := tx.Seat(target.ID, c.DepartmentID)
			if err != nil {
				return told, err
			}
			if seat.Availability != models.Online || !s.presence.Agent(target.ID) {
				return told, models.Errorf(models.KindNotEligible, "%s is not online", seat.Name)
			}
			return told, c.Invite(target.ID)
		},
	})
	return s.summary(after), err
}

// Leave takes a guest out of a conversation: the guest, its owner or a supervisor asks for that.
func (s *Service) Leave(ctx context.Context, agent models.Agent, conv, guest string) (Summary, error) {
	target, err := s.store.For(agent.AccountID).AgentCalled(ctx, guest)
	if err != nil {
		return Summary{}, err
	}
	after, err := s.do(&move{
		account: agent.AccountID, conv: conv, by: authorOf(agent), byID: agent.ID, about: &target,
		decide: func(_ *store.Tx, c *models.Conversation) (models.Message, error) {
			told := models.Message{Kind: models.EventLeft, AgentID: target.ID}
			if target.ID != agent.ID {
				if err := mayMove(agent, c); err != nil {
					return told, err
				}
			}
			return told, c.Leave(target.ID)
		},
	})
	return s.summary(after), err
}

// SetPriority changes in which order a conversation is served.
func (s *Service) SetPriority(ctx context.Context, agent models.Agent, conv string, priority int) (Summary, error) {
	if err := models.CheckPriority(priority); err != nil {
		return Summary{}, err
	}
	var after models.Summary
	err := s.store.For(agent.AccountID).Change(ctx, func(tx *store.Tx) error {
		c, err := tx.Conversation(conv)
		if err != nil {
			return err
		}
		if c.State == models.StateClosed {
			return models.Errorf(models.KindConflict, "this conversation is closed")
		}
		if before := *c; c.Priority != priority {
			c.Priority = priority
			c.Fence++ // of two that say different things, clients must know the newer one
			if err := tx.SaveOver(before, c); err != nil {
				return err
			}
		}
		after, err = tx.Summary(c.ID)
		return err
	}, func() { s.tellSummary(after, true) })
	if err != nil {
		return Summary{}, err
	}
	s.Kick(agent.AccountID)
	return s.summary(after), nil
}
