package chat

import (
	"context"

	"foyer/app/store"
	"foyer/models"
)

// Close ends a conversation for an agent. The reason may be empty and is shown to the visitor.
func (s *Service) Close(ctx context.Context, agent models.Agent, conv, reason string) (Summary, error) {
	after, err := s.do(&move{
		account: agent.AccountID, conv: conv, by: authorOf(agent), byID: agent.ID, why: models.EndClosed,
		decide: func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
			told := models.Message{Kind: models.EventClosed, Cause: models.CauseAgent, Text: models.Clip(reason, models.MaxField)}
			if err := mayMove(agent, c); err != nil {
				return told, err
			}
			return told, c.Close(tx.Now())
		},
	})
	return s.summary(after), err
}

// End ends a conversation for its visitor. Asking again is no error.
func (s *Service) End(ctx context.Context, v models.Visitor, conv string) error {
	c, err := s.ofVisitor(ctx, v, conv)
	if err != nil || c.State == models.StateClosed {
		return err
	}
	_, err = s.do(&move{
		account: v.AccountID, conv: conv, by: visitorOf(c), byID: v.ID, why: models.EndClosed,
		decide: func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
			return models.Message{Kind: models.EventClosed, Cause: models.CauseVisitor}, c.Close(tx.Now())
		},
	})
	if models.KindOf(err) == models.KindConflict { // perhaps somebody was faster in ending it
		if c, err := s.ofVisitor(ctx, v, conv); err == nil && c.State == models.StateClosed {
			return nil
		}
	}
	return err
}

// ofVisitor reads a conversation of a visitor; another visitor's is not found.
func (s *Service) ofVisitor(ctx context.Context, v models.Visitor, conv string) (models.Summary, error) {
	c, err := s.store.For(v.AccountID).Summary(ctx, conv)
	if err == nil && c.VisitorID != v.ID {
		return models.Summary{}, models.Errorf(models.KindNotFound, "there is no such conversation")
	}
	return c, err
}
