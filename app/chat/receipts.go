package chat

import (
	"context"

	"foyer/app/store"
	"foyer/models"
)

// ReceivedByVisitor notes up to where, in the visitor's count, a widget has a conversation, and
// tells the agent that has it.
func (s *Service) ReceivedByVisitor(ctx context.Context, v models.Visitor, conv string, seq int64) error {
	c, err := s.store.For(v.AccountID).Conversation(ctx, conv)
	if err != nil {
		return err
	}
	if c.VisitorID != v.ID {
		return models.Errorf(models.KindNotFound, "there is no such conversation")
	}
	return s.read(ctx, v.AccountID, conv, func(tx *store.Tx, c *models.Conversation) (bool, error) {
		return tx.ReceivedByVisitor(c, seq)
	}, func(c models.Summary) {
		f := frame(readFrame{"received", conv, c.VisitorReceivedSeq, *visitorOf(c)})
		s.hub.Publish(f, near(c)...)
	})
}

// ReceivedByAgent notes up to where a console of an agent has a conversation, and tells the visitor.
// Only the owner's counts, as with reading.
func (s *Service) ReceivedByAgent(ctx context.Context, a models.Agent, conv string, seq int64) error {
	c, err := s.store.For(a.AccountID).Conversation(ctx, conv)
	if err != nil || !isOf(&c, a) || seq <= c.AgentReceivedSeq {
		return err // of several devices, most say what is known already
	}
	var seen int64
	return s.read(ctx, a.AccountID, conv, func(tx *store.Tx, c *models.Conversation) (bool, error) {
		if !isOf(c, a) {
			return false, nil
		}
		seen = c.AgentReceivedSeen
		return tx.ReceivedByOwner(c, seq)
	}, func(c models.Summary) {
		if c.AgentReceivedSeen > seen { // that a note arrived is no news to the visitor
			s.hub.Publish(frame(readFrame{"received", conv, c.AgentReceivedSeen, *authorOf(a)}), TopicVisitor(c.VisitorID))
		}
	})
}

// isOf reports whether a conversation is, or was to its end, an agent's. One that only rings at them is
// not: what they do with it is not the visitor's to know.
func isOf(c *models.Conversation, a models.Agent) bool {
	return c.AgentID == a.ID && c.State != models.StateOffered
}
