package chat

import (
	"foyer/app/store"
	"foyer/models"
)

// waitedTooLong does what the department wants for those who have waited for as long as it lets them.
func (s *Service) waitedTooLong(tx *store.Tx, c *models.Conversation, m *move) (models.Message, error) {
	if c.State != models.StateQueued {
		return models.Message{}, putOff(c, models.DueWait)
	}
	d, err := tx.Department(c.DepartmentID)
	if err != nil {
		return models.Message{}, err
	}
	if d.Then == models.ThenWait { // by now
		return models.Message{}, errLater
	}
	if told, ok, err := s.sooner(tx, c, m); ok || err != nil {
		return told, err
	}
	switch d.Then {
	case models.ThenMessage:
		m.why = models.EndMessage
		return models.Message{Kind: models.EventMissed, Cause: models.CauseWaited}, c.Keep(tx.Now())
	case models.ThenOverflow:
		other, ok, err := overflow(tx, d)
		if err != nil {
			return models.Message{}, err
		}
		if ok {
			m.why = models.EndOverflow
			told := models.Message{Kind: models.EventTransferred, Cause: models.CauseOverflow, DepartmentID: other.ID}
			return told, c.Overflow(other.ID, tx.Now())
		}
		c.SetDue(models.DueWait, tx.Now().Add(lookAgain)) // it may open, or empty
	}
	return models.Message{}, errLater
}

// overflow returns where those go who are too many for a department, and whether they may.
func overflow(tx *store.Tx, d models.Department) (models.Department, bool, error) {
	if d.Then != models.ThenOverflow {
		return d, false, nil
	}
	other, err := tx.Department(d.OverflowID)
	if err != nil {
		return d, false, err
	}
	full, err := full(tx, other)
	if err != nil || full || !other.Open(tx.Now()) {
		return other, false, err
	}
	staffed, err := tx.Staffed(other.ID)
	return other, staffed, err
}

// full reports whether as many wait in a department as may.
func full(tx *store.Tx, d models.Department) (bool, error) {
	if d.QueueLimit == 0 {
		return false, nil
	}
	n, err := tx.InQueue(d.ID)
	return n >= d.QueueLimit, err
}

// closing turns those who wait when a department has closed, and nobody is left there, into messages.
func (s *Service) closing(tx *store.Tx, c *models.Conversation, m *move) (models.Message, error) {
	told := models.Message{Kind: models.EventMissed, Cause: models.CauseClosed}
	if c.State != models.StateQueued {
		return told, putOff(c, models.DueClosing)
	}
	d, err := tx.Department(c.DepartmentID)
	if err != nil {
		return told, err
	}
	open, next := d.Turn(tx.Now())
	if open {
		c.SetDue(models.DueClosing, next)
		return told, errLater
	}
	left, err := s.somebodyElse(tx, d, 0)
	if err != nil {
		return told, err
	}
	if left { // who may still take them
		c.SetDue(models.DueClosing, tx.Now().Add(lookAgain))
		return told, errLater
	}
	if told, ok, err := s.sooner(tx, c, m); ok || err != nil {
		return told, err
	}
	m.why = models.EndMessage
	return told, c.Keep(tx.Now())
}
