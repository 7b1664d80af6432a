package chat

import (
	"context"
	"log/slog"
	"time"

	"foyer/app/store"
	"foyer/models"
)

const (
	maxDue     = 100             // deadlines dealt with at a time
	netEvery   = 5 * time.Second // how often every queue is looked at, woken or not
	forgetAge  = time.Hour       // how often expired sessions are deleted
	retryAfter = time.Second     // when storage refused
)

// Run deals with what the last run left behind and then with every deadline as it passes, until
// ctx ends and what is under way is done.
func (s *Service) Run(ctx context.Context) error {
	now := models.InstantOf(s.now())
	back := store.Return{Agents: now.Add(s.settings.AgentGrace), Visitors: now.Add(s.settings.VisitorGrace)}
	if err := s.store.Recover(ctx, back); err != nil {
		return err
	}
	s.running.Go(func() { s.sweep(ctx) })
	return nil
}

// Stop waits until no queue is being looked at and the sweeper has ended; later kicks do nothing.
// Run's context has to have ended.
func (s *Service) Stop() {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.running.Wait()
}

// beside does something that nobody waits for, unless the service has stopped; Stop waits for it.
func (s *Service) beside(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped {
		s.running.Go(do)
	}
}

// PlanReturn notes, before a planned stop, over how long clients are asked to come back: the next
// run gives agents that much longer before their conversations go to somebody else.
func (s *Service) PlanReturn(ctx context.Context, within time.Duration) error {
	return s.store.PlanReturn(ctx, within)
}

// wakeSweeper wakes the sweeper for a deadline that passes before it would look again by itself.
func (s *Service) wakeSweeper(deadline models.Instant) {
	if deadline.IsZero() || deadline.Sub(models.InstantOf(s.now())) >= s.settings.Sweep {
		return
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// sweep is the one place where time passes: it claims what is due, sleeps until the next deadline,
// and now and then casts a net for whatever nobody was woken for.
func (s *Service) sweep(ctx context.Context) {
	var cast, forgot time.Time
	for ctx.Err() == nil {
		wait := s.sweepOnce(ctx)
		if now := s.now(); now.Sub(cast) >= netEvery {
			cast = now
			s.castNet(ctx)
		}
		if now := s.now(); now.Sub(forgot) >= forgetAge {
			forgot = now
			if err := s.store.DeleteExpiredSessions(ctx); err != nil && ctx.Err() == nil {
				slog.Error("expired sessions could not be deleted", "error", err)
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// sweepOnce deals with all deadlines that have passed and returns how long to sleep.
func (s *Service) sweepOnce(ctx context.Context) time.Duration {
	due, next, err := s.store.Due(ctx, maxDue)
	if err != nil {
		if ctx.Err() == nil {
			slog.Error("deadlines could not be read", "error", err)
		}
		return retryAfter
	}
	done := 0
	for _, d := range due {
		switch err := s.passed(d); models.KindOf(err) {
		case models.KindUnavailable:
			slog.Error("deadline could not be dealt with", "conversation", d.PublicID, "error", err)
			return retryAfter
		case "":
			done++
		}
	}
	if done > 0 { // there may be more, and what was done may have set others
		return 0
	}
	wait := s.settings.Sweep
	if !next.IsZero() {
		wait = min(wait, max(0, next.Sub(models.InstantOf(s.now()))))
	}
	return wait
}

// castNet looks at every queue in which somebody waits, in case a kick was lost, at every agent whose
// conversations have a deadline that doesn't fit whether they are here, or who is not what colleagues
// were told, and at every visitor who waits and has gone unseen.
func (s *Service) castNet(ctx context.Context) {
	owners, err := s.store.Owners(ctx)
	if err != nil && ctx.Err() == nil {
		slog.Error("owners could not be listed", "error", err)
	}
	for _, o := range owners {
		if s.presence.Agent(o.ID) != o.Grace {
			continue
		}
		if err := s.agentChanged(ctx, o.Agent, change{}); err != nil {
			slog.Error("an agent's presence could not be stored", "agent", o.PublicID, "error", err)
		}
	}
	s.checkPresence(ctx)
	s.castForVisitors(ctx)
	if err := s.store.StayAlive(ctx); err != nil && ctx.Err() == nil {
		slog.Error("the server's being alive could not be noted", "error", err)
	}
	ids, err := s.store.AccountsWaiting(ctx)
	if err != nil && ctx.Err() == nil {
		slog.Error("queues could not be listed", "error", err)
	}
	for _, id := range ids {
		s.Kick(id)
	}
}

// castForVisitors lets those lose their place who went unseen: their last tab was closed while their
// conversation was on its way into the queue.
func (s *Service) castForVisitors(ctx context.Context) {
	waiting, err := s.store.Unguarded(ctx)
	if err != nil && ctx.Err() == nil {
		slog.Error("visitors who wait could not be listed", "error", err)
	}
	kept := 0
	for _, c := range waiting {
		if s.presence.Visitor(c.VisitorID) {
			continue
		}
		if err := s.keepPlace(ctx, c.AccountID, c.PublicID); err != nil {
			slog.Error("a visitor's leaving could not be stored", "conversation", c.PublicID, "error", err)
		}
		if kept++; kept == maxDue { // deadlines are not to wait for all of them: the next net has the others
			return
		}
	}
}
