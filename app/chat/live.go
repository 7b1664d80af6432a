package chat

import (
	"context"
	"log/slog"
	"slices"

	"foyer/app/hub"
	"foyer/app/store"
	"foyer/models"
)

// AgentCame counts a connection of an agent. The first one makes them eligible, if they want to be
// online, and takes back whatever their absence had set going.
func (s *Service) AgentCame(ctx context.Context, a models.Agent) error {
	if !s.presence.AgentCame(a.ID) {
		return nil
	}
	err := s.agentChanged(ctx, a, "")
	if err != nil {
		s.presence.AgentLeft(a.ID) // this connection will not last
	}
	return err
}

// AgentLeft takes a connection back. After the last one the agent has the grace to come back
// before their conversations go to the head of the queue.
func (s *Service) AgentLeft(ctx context.Context, a models.Agent) error {
	if !s.presence.AgentLeft(a.ID) {
		return nil
	}
	return s.agentChanged(ctx, a, "")
}

// SetAvailability stores what an agent wants to be and acts on it.
func (s *Service) SetAvailability(ctx context.Context, a models.Agent, to models.Availability) error {
	if !to.Valid() {
		return models.Errorf(models.KindInvalid, "status must be online, away or offline")
	}
	return s.agentChanged(ctx, a, to)
}

// Status is what an agent's wish and connection come to.
func (s *Service) Status(a models.Agent) models.Availability {
	if !s.presence.Agent(a.ID) {
		return models.Offline
	}
	return a.Availability
}

// agentChanged brings what is stored of an agent's presence in line with what is so at the moment
// the change is made: of an arrival and a departure that cross, the last word is right. wish is what
// the agent wants to be from now on, "" for what it was.
func (s *Service) agentChanged(ctx context.Context, a models.Agent, wish models.Availability) error {
	var status models.Availability
	err := s.store.For(a.AccountID).Change(ctx, func(tx *store.Tx) error {
		seat, err := tx.Seat(a.ID, 0)
		if err != nil {
			return err
		}
		if wish != "" {
			if err := tx.SetAvailability(a.ID, wish); err != nil {
				return err
			}
			seat.Availability = wish
		}
		status = s.Status(seat.Agent)
		if s.presence.Agent(a.ID) {
			err = tx.EndGrace(a.ID)
		} else {
			err = tx.StartGrace(a.ID, tx.Now().Add(s.settings.AgentGrace))
		}
		if err != nil {
			return err
		}
		return tx.SetPresence(a.ID, status, s.settings.AgentGrace)
	}, func() {
		s.hub.Publish(frame(agentPresenceFrame{"presence", a.PublicID, status}), TopicAgents(a.AccountID))
	})
	if err != nil {
		return err
	}
	s.wakeSweeper()
	s.Kick(a.AccountID)
	return nil
}

// VisitorCame counts a connection of a visitor and tells agents of it if the visitor has an open
// conversation.
func (s *Service) VisitorCame(ctx context.Context, v models.Visitor) {
	if s.presence.VisitorCame(v.ID) {
		s.tellVisitor(ctx, v, true)
	}
}

// VisitorLeft takes it back.
func (s *Service) VisitorLeft(ctx context.Context, v models.Visitor) {
	if s.presence.VisitorLeft(v.ID) {
		s.tellVisitor(ctx, v, false)
	}
}

func (s *Service) tellVisitor(ctx context.Context, v models.Visitor, online bool) {
	c, err := s.store.For(v.AccountID).OpenOf(ctx, v.ID)
	if models.KindOf(err) == models.KindNotFound {
		return
	}
	if err != nil {
		slog.Error("presence of a visitor could not be told", "visitor", v.PublicID, "error", err)
		return
	}
	to := []hub.Topic{TopicAgents(v.AccountID)}
	if c.AgentID != 0 {
		to = []hub.Topic{TopicAgent(c.AgentID), TopicWatch(c.ID)}
	}
	s.hub.Hint(frame(visitorPresenceFrame{"presence", v.PublicID, online}), to...)
}

// Answerable reports whether at least one agent of an account is there to answer.
func (s *Service) Answerable(ctx context.Context, accountID int64) (bool, error) {
	ids, err := s.store.For(accountID).WantOnline(ctx)
	return slices.ContainsFunc(ids, s.presence.Agent), err
}
