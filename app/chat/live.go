package chat

import (
	"context"
	"log/slog"

	"foyer/app/hub"
	"foyer/app/store"
	"foyer/models"
)

// AgentCame counts a connection of an agent. The first one makes them eligible, if they want to be
// online, and takes back whatever their absence had set going. idle says that nobody is at the desk:
// their console has come back by itself.
func (s *Service) AgentCame(ctx context.Context, a models.Agent, idle bool) error {
	if !s.presence.AgentCame(a.ID) {
		if idle {
			return nil
		}
		return s.Active(ctx, a)
	}
	s.plans.forget(a.AccountID) // they may be new
	err := s.agentChanged(ctx, a, change{active: !idle})
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
	return s.agentChanged(ctx, a, change{})
}

// SetAvailability stores what an agent wants to be and acts on it.
func (s *Service) SetAvailability(ctx context.Context, a models.Agent, to models.Availability) error {
	if !to.Valid() {
		return models.Errorf(models.KindInvalid, "status must be online, away or offline")
	}
	err := s.agentChanged(ctx, a, change{wish: to, active: true})
	if err == nil && to != models.Online {
		s.declineAll(ctx, a)
	}
	return err
}

// SetAccepting stores whether an agent wants new conversations while online, and acts on it.
func (s *Service) SetAccepting(ctx context.Context, a models.Agent, to bool) error {
	err := s.agentChanged(ctx, a, change{accepting: &to, active: true})
	if err == nil && !to {
		s.declineAll(ctx, a)
	}
	return err
}

// Status is what an agent's wish, connection and signs of life come to.
func (s *Service) Status(a models.Agent, of models.Account) models.Availability {
	switch {
	case !s.presence.Agent(a.ID):
		return models.Offline
	case a.Availability == models.Online && s.idle(a, of):
		return models.Away
	}
	return a.Availability
}

// idle reports whether an agent has shown no sign of being at their desk for too long.
func (s *Service) idle(a models.Agent, of models.Account) bool {
	return of.AutoAway > 0 && a.ActiveAt.Add(seconds(of.AutoAway)) <= models.InstantOf(s.now())
}

// accepts reports whether an agent is here for new conversations.
func (s *Service) accepts(a models.Agent, of models.Account) bool {
	return a.Accepting && s.Status(a, of) == models.Online
}

// change is what is new of an agent, beside whether they are connected.
type change struct {
	wish      models.Availability // what they want to be from now on; "" for what it was
	accepting *bool               // whether they want new conversations; nil for what it was
	active    bool                // they are at their desk
}

// agentChanged brings what is stored of an agent's presence in line with what is so at the moment
// the change is made: of an arrival and a departure that cross, the last word is right.
func (s *Service) agentChanged(ctx context.Context, a models.Agent, news change) error {
	var told agentPresenceFrame
	err := s.store.For(a.AccountID).Change(ctx, func(tx *store.Tx) error {
		of, err := tx.Account()
		if err != nil {
			return err
		}
		seat, err := tx.Seat(a.ID, 0)
		if err != nil {
			return err
		}
		if err := news.store(tx, &seat.Agent); err != nil {
			return err
		}
		told = agentPresenceFrame{"presence", a.PublicID, s.Status(seat.Agent, of), seat.Accepting}
		if err := s.setGrace(tx, a.ID); err != nil {
			return err
		}
		return tx.SetPresence(a.ID, told.Status, s.settings.AgentGrace)
	}, func() {
		s.pump.tell(s.hub, a.AccountID, a.PublicID, func() []byte { return frame(told) })
	})
	if err != nil {
		return err
	}
	s.sites.forget(a.AccountID)
	s.wakeSweeper(models.InstantOf(s.now().Add(s.settings.AgentGrace)))
	s.Kick(a.AccountID)
	return nil
}

// checkPresence sees to it that what colleagues were told of agents is so: who is at their desk no more,
// or counts as being there since the account's settings were changed, and whose coming or going could
// not be stored.
func (s *Service) checkPresence(ctx context.Context) {
	list, err := s.store.Seen(ctx, s.presence.Agents())
	if err != nil && ctx.Err() == nil {
		slog.Error("presence of agents could not be read", "error", err)
	}
	for _, a := range list {
		if s.Status(a.Agent, models.Account{AutoAway: a.AutoAway}) == a.Seen {
			continue
		}
		if err := s.agentChanged(ctx, a.Agent, change{}); err != nil {
			slog.Error("an agent's presence could not be stored", "agent", a.PublicID, "error", err)
		}
	}
}

func (n change) store(tx *store.Tx, a *models.Agent) error {
	if n.wish != "" {
		if err := tx.SetAvailability(a.ID, n.wish); err != nil {
			return err
		}
		a.Availability = n.wish
	}
	if n.accepting != nil {
		if err := tx.SetAccepting(a.ID, *n.accepting); err != nil {
			return err
		}
		a.Accepting = *n.accepting
	}
	if n.active {
		a.ActiveAt = tx.Now()
		return tx.SetActive(a.ID)
	}
	return nil
}

// setGrace sets the deadlines after which an agent who is gone loses what is theirs, or takes them
// back. One that is running already is not put off.
func (s *Service) setGrace(tx *store.Tx, agentID int64) error {
	here := s.presence.Agent(agentID)
	list, err := tx.Of(agentID)
	if err != nil {
		return err
	}
	for _, c := range list {
		if _, set := c.Deadlines[models.DueAgentGrace]; set != here {
			continue
		}
		var until models.Instant
		if !here {
			until = tx.Now().Add(s.settings.AgentGrace)
		}
		c.SetDue(models.DueAgentGrace, until)
		if err := tx.Save(c); err != nil {
			return err
		}
	}
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
	if err == nil && c.InQueue() {
		err = s.keepPlace(ctx, c.AccountID, c.PublicID)
	}
	if err != nil {
		slog.Error("presence of a visitor could not be told", "visitor", v.PublicID, "error", err)
		return
	}
	to := []hub.Topic{TopicAgents(v.AccountID)}
	if c.AgentID != 0 {
		to = near(c)
	}
	s.hub.Hint(frame(visitorPresenceFrame{"presence", v.PublicID, online}), to...)
}

// keepPlace sets the deadline after which a visitor who is gone loses their place in the queue, or
// takes it back.
func (s *Service) keepPlace(ctx context.Context, account int64, conv string) error {
	err := s.store.For(account).Change(ctx, func(tx *store.Tx) error {
		c, err := tx.Conversation(conv)
		if err != nil {
			return err
		}
		here := s.presence.Visitor(c.VisitorID)
		if _, set := c.Deadlines[models.DueAbandoned]; set != here || !c.InQueue() {
			return nil
		}
		var until models.Instant
		if !here {
			until = tx.Now().Add(s.settings.VisitorGrace)
		}
		c.SetDue(models.DueAbandoned, until)
		return tx.Save(c)
	}, nil)
	s.wakeSweeper(models.InstantOf(s.now().Add(s.settings.VisitorGrace)))
	return err
}
