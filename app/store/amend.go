package store

import (
	"fmt"

	"foyer/models"
)

// Line is something that was said, and the text it has now.
type Line struct {
	models.Message
	Current string
}

const lineSelect = `SELECT m.*, COALESCE(e.text, m.text) AS current FROM messages m
	LEFT JOIN messages e ON e.conversation_id = m.conversation_id AND e.seq = m.amended_seq
	WHERE m.account_id = ? AND m.conversation_id = ? AND `

// Line reads an event of a conversation by its number.
func (tx *Tx) Line(c *models.Conversation, seq int64) (Line, error) {
	return tx.line(lineSelect+"m.seq = ?", c, seq)
}

// VisibleLine is Line by the number in the visitor's count.
func (tx *Tx) VisibleLine(c *models.Conversation, visible int64) (Line, error) {
	return tx.line(lineSelect+"m.visible_seq = ? AND m.visible_seq > 0", c, visible)
}

func (tx *Tx) line(query string, c *models.Conversation, number int64) (Line, error) {
	var list []Line
	if err := tx.db.Raw(query, tx.account, c.ID, number).Scan(&list).Error; err != nil {
		return Line{}, fmt.Errorf("read line %d of conversation %d: %w", number, c.ID, err)
	}
	if len(list) == 0 {
		return Line{}, models.Errorf(models.KindNotFound, "there is no such message")
	}
	return list[0], nil
}

// Edit appends the event by which a line has another text. What was said first stays in the log.
func (tx *Tx) Edit(c *models.Conversation, line models.Message, text string) (models.Message, error) {
	event := about(line, models.EventEdited)
	event.Text = text
	return event, tx.amend(c, line, &event)
}

// Delete appends the event by which a line is gone, and forgets every text it had.
func (tx *Tx) Delete(c *models.Conversation, line models.Message) (models.Message, error) {
	event := about(line, models.EventDeleted)
	if line.Kind.Line() && line.AuthorType == models.ByVisitor && line.Seq > c.AgentReadSeq {
		c.Unread--
	}
	if line.Kind.Line() && line.AuthorType == models.ByAgent && line.Seq > c.VisitorReadSeq {
		c.VisitorUnread--
	}
	if err := tx.amend(c, line, &event); err != nil {
		return event, err
	}
	err := tx.db.Exec(`UPDATE messages SET text = '', deleted = TRUE
		WHERE account_id = ? AND conversation_id = ? AND (seq = ? OR target_seq = ? AND kind = 'edited')`,
		tx.account, c.ID, line.Seq, line.Seq).Error
	if err == nil && line.FileID != 0 { // its bytes are swept with those that were never sent
		err = tx.db.Exec("UPDATE files SET expires_at = ? WHERE account_id = ? AND id = ?", tx.now, tx.account, line.FileID).Error
	}
	return event, err
}

func about(line models.Message, kind models.EventKind) models.Message {
	return models.Message{
		Kind: kind, AuthorType: line.AuthorType, AuthorID: line.AuthorID, TargetSeq: line.Seq, TargetVisible: line.VisibleSeq,
	}
}

func (tx *Tx) amend(c *models.Conversation, line models.Message, event *models.Message) error {
	if err := tx.Append(c, event); err != nil {
		return err
	}
	return tx.db.Exec("UPDATE messages SET amended_seq = ? WHERE account_id = ? AND conversation_id = ? AND seq = ?",
		event.Seq, tx.account, c.ID, line.Seq).Error
}
