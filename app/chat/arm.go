package chat

import (
	"context"
	"maps"

	"foyer/app/store"
	"foyer/models"
)

// arm sets the deadlines that a change of state brings with it.
func (s *Service) arm(tx *store.Tx, before models.Conversation, c *models.Conversation) error {
	if c.State == models.StateClosed || c.Fence == before.Fence {
		return nil
	}
	if _, set := c.Deadlines[models.DueAgentGrace]; !set && c.AgentID != 0 && !s.presence.Agent(c.AgentID) { // taken or accepted through the API alone: they have the grace to turn up
		c.SetDue(models.DueAgentGrace, tx.Now().Add(s.settings.AgentGrace))
	}
	owned := c.State == models.StateActive && (before.State != models.StateActive || before.AgentID != c.AgentID)
	waits := c.InQueue() && (!before.InQueue() || before.DepartmentID != c.DepartmentID)
	if !owned && !waits {
		return nil
	}
	d, err := tx.Department(c.DepartmentID)
	if err != nil {
		return err
	}
	if owned {
		s.armOwned(&d, c, tx.Now())
	} else {
		s.armWait(&d, c, tx.Now())
	}
	return nil
}

func (s *Service) armOwned(d *models.Department, c *models.Conversation, now models.Instant) {
	if d.SilentTime > 0 && (c.Kind == models.KindChat || s.presence.Visitor(c.VisitorID)) { // else nobody waits for the answer
		c.SetDue(models.DueSilent, now.Add(seconds(d.SilentTime)))
	}
	if d.IdleWarn > 0 && c.Kind == models.KindChat {
		c.SetDue(models.DueIdle, now.Add(seconds(d.IdleWarn)))
	}
}

func (s *Service) armWait(d *models.Department, c *models.Conversation, now models.Instant) {
	armPatience(d, c, now, now)
	if !s.presence.Visitor(c.VisitorID) {
		c.SetDue(models.DueAbandoned, now.Add(s.settings.VisitorGrace))
	}
}

// armPatience sets, or takes back, what the settings of a department let end a wait.
func armPatience(d *models.Department, c *models.Conversation, since, now models.Instant) {
	var wait, closing models.Instant
	if d.MaxWait > 0 && d.Then != models.ThenWait {
		wait = since.Add(seconds(d.MaxWait))
	}
	if open, next := d.Turn(now); !open {
		closing = now.Add(lookAgain)
	} else if !next.IsZero() {
		closing = next
	}
	c.SetDue(models.DueWait, wait)
	c.SetDue(models.DueClosing, closing)
}

// rearm lets changed settings of a department count for those who wait there.
func (s *Service) rearm(ctx context.Context, account, department int64) error {
	var first models.Instant
	err := s.store.For(account).Change(ctx, func(tx *store.Tx) error {
		first = 0 // it may be tried again
		d, err := tx.Department(department)
		if err != nil {
			return err
		}
		waiting, err := tx.Waiting(d.ID)
		for _, c := range waiting {
			before := c.Deadlines
			armPatience(&d, c, c.QueuedAt, tx.Now())
			if maps.Equal(before, c.Deadlines) {
				continue
			}
			if err := tx.Save(c); err != nil {
				return err
			}
			if first.IsZero() || c.DueAt < first {
				first = c.DueAt
			}
		}
		return err
	}, nil)
	s.wakeSweeper(first)
	return err
}
