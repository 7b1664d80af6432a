package store

import (
	"fmt"

	"foyer/models"
)

// How far each side has got. Numbers only grow; those beyond the log count as its end.

// ReadByOwner notes that the owner has read up to seq, and reports whether that is news.
func (tx *Tx) ReadByOwner(c *models.Conversation, seq int64) (bool, error) {
	if seq = min(seq, c.LastSeq); seq <= c.AgentReadSeq {
		return false, nil
	}
	c.AgentReadSeq = seq
	err := tx.db.Raw(`SELECT COALESCE(MAX(CASE WHEN seq <= ? THEN visible_seq END), 0),
			COUNT(CASE WHEN seq > ? AND kind IN ('message', 'file') AND author_type = 'visitor' AND NOT deleted THEN 1 END)
		FROM messages WHERE conversation_id = ?`, seq, seq, c.ID).Row().Scan(&c.AgentReadSeen, &c.Unread)
	if err != nil {
		return false, err
	}
	return true, tx.Save(c)
}

// ReadByVisitor notes that the visitor has read up to seq in the visitor's own count, and reports
// whether that is news.
func (tx *Tx) ReadByVisitor(c *models.Conversation, visible int64) (bool, error) {
	visible = min(visible, c.LastVisibleSeq)
	var seq int64
	err := tx.db.Raw(`SELECT COALESCE(MAX(seq), 0) FROM messages
		WHERE conversation_id = ? AND visible_seq > 0 AND visible_seq <= ?`, c.ID, visible).Row().Scan(&seq)
	if err != nil || seq <= c.VisitorReadSeq {
		return false, err
	}
	c.VisitorReadSeq = seq
	err = tx.db.Raw(`SELECT COUNT(*) FROM messages
		WHERE conversation_id = ? AND seq > ? AND kind IN ('message', 'file') AND author_type = 'agent' AND NOT deleted`, c.ID, seq).Row().Scan(&c.VisitorUnread)
	if err != nil {
		return false, err
	}
	return true, tx.Save(c)
}

// ReceivedByOwner notes that a console of the owner has received the log up to seq, and reports
// whether that is news.
func (tx *Tx) ReceivedByOwner(c *models.Conversation, seq int64) (bool, error) {
	if seq = min(seq, c.LastSeq); seq <= c.AgentReceivedSeq {
		return false, nil
	}
	var seen int64
	err := tx.db.Raw(`SELECT COALESCE((SELECT visible_seq FROM messages WHERE account_id = ? AND conversation_id = ?
		AND seq <= ? AND visible_seq > 0 ORDER BY seq DESC LIMIT 1), 0)`, tx.account, c.ID, seq).Row().Scan(&seen)
	if err != nil {
		return false, err
	}
	c.AgentReceivedSeq, c.AgentReceivedSeen = seq, seen
	return true, tx.received(c)
}

// ReceivedByVisitor notes that a widget of the visitor has received the log up to a number of the
// visitor's own count, and reports whether that is news.
func (tx *Tx) ReceivedByVisitor(c *models.Conversation, visible int64) (bool, error) {
	var seq int64
	err := tx.db.Raw(`SELECT COALESCE((SELECT seq FROM messages WHERE account_id = ? AND conversation_id = ? AND visible_seq = ?
		AND visible_seq > 0), 0)`,
		tx.account, c.ID, min(visible, c.LastVisibleSeq)).Row().Scan(&seq)
	if err != nil || seq <= c.VisitorReceivedSeq {
		return false, err
	}
	c.VisitorReceivedSeq = seq
	return true, tx.received(c)
}

// received writes what was received, and nothing else: it comes often.
func (tx *Tx) received(c *models.Conversation) error {
	res := tx.db.Exec(`UPDATE conversations SET agent_received_seq = ?, agent_received_seen = ?, visitor_received_seq = ?
		WHERE account_id = ? AND id = ?`, c.AgentReceivedSeq, c.AgentReceivedSeen, c.VisitorReceivedSeq, tx.account, c.ID)
	if res.Error != nil {
		return fmt.Errorf("note what was received of conversation %d: %w", c.ID, res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.KindNotFound, "there is no such conversation")
	}
	return nil
}
