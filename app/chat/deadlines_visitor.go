package chat

import (
	"foyer/app/store"
	"foyer/models"
)

// visitorIdle warns a visitor whose turn it is and who has been silent for long.
func (s *Service) visitorIdle(tx *store.Tx, c *models.Conversation, _ *move) (models.Message, error) {
	told := models.Message{Kind: models.EventIdle}
	d, err := tx.Department(c.DepartmentID)
	if err != nil || d.IdleWarn == 0 {
		return told, later(err)
	}
	last, err := tx.Summary(c.ID)
	if err != nil {
		return told, err
	}
	since := max(c.AssignedAt, last.LineAt, s.signs.typed(c.ID, 0))
	if last.LineAuthorType != models.ByAgent { // it is the agent's turn
		since = tx.Now()
	}
	if due := since.Add(seconds(d.IdleWarn)); due > tx.Now() {
		c.SetDue(models.DueIdle, due)
		return told, errLater
	}
	told.Until = tx.Now().Add(seconds(d.IdleClose))
	c.SetDue(models.DueIdleClose, told.Until)
	return told, nil
}

// idleForTooLong closes the conversation of a visitor who was warned, unless they said something since.
func (s *Service) idleForTooLong(tx *store.Tx, c *models.Conversation, m *move) (models.Message, error) {
	told := models.Message{Kind: models.EventClosed, Cause: models.CauseIdle}
	d, err := tx.Department(c.DepartmentID)
	if err != nil {
		return told, err
	}
	last, err := tx.Summary(c.ID)
	if err != nil {
		return told, err
	}
	warned := tx.Now().Add(-seconds(d.IdleClose))
	if last.LineAt > warned || s.signs.typed(c.ID, 0) > warned {
		listenAgain(&d, c, tx.Now())
		return told, errLater
	}
	m.why = models.EndIdle
	return told, c.Close(tx.Now())
}

// listenAgain lets the clock of a silent visitor begin anew, warned or not.
func listenAgain(d *models.Department, c *models.Conversation, now models.Instant) {
	c.SetDue(models.DueIdleClose, 0)
	c.SetDue(models.DueIdle, now.Add(seconds(max(d.IdleWarn, 1))))
}

// abandoned closes a conversation whose visitor has gone while they waited. If an agent who had it owes
// them an answer, it is kept as a message instead: they may have gone because they were promised one.
func (s *Service) abandoned(tx *store.Tx, c *models.Conversation, m *move) (models.Message, error) {
	told := models.Message{Kind: models.EventClosed, Cause: models.CauseAbandoned}
	if !c.InQueue() || s.presence.Visitor(c.VisitorID) {
		return told, errLater
	}
	last, err := tx.Summary(c.ID)
	if err != nil {
		return told, err
	}
	if c.AssignedAt.IsZero() || last.LineAuthorType != models.ByVisitor {
		m.why = models.EndAbandoned
		return told, c.Close(tx.Now())
	}
	m.why = models.EndMessage
	told.Kind, told.Cause = models.EventMissed, models.CauseWaited
	if c.State == models.StateOffered { // of which the visitor knows nothing
		if err := c.Withdraw(tx.Now()); err != nil {
			return told, err
		}
	}
	return told, c.Keep(tx.Now())
}
