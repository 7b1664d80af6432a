package store

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"foyer/models"
)

// Tx is one change under way, within one account.
type Tx struct {
	db      *gorm.DB
	texts   *texts
	account int64
	now     models.Instant
}

// Now is the time of the change.
func (tx *Tx) Now() models.Instant { return tx.now }

// Conversation reads a conversation for changing it: nobody else changes it before the
// transaction ends. Somebody else's is not found.
func (tx *Tx) Conversation(publicID string) (*models.Conversation, error) {
	return tx.conversation("public_id = ?", askable(publicID))
}

// OpenConversation reads, for changing it, the open conversation of a visitor; nil if there is none.
func (tx *Tx) OpenConversation(visitorID int64) (*models.Conversation, error) {
	return orNil(tx.conversation("visitor_id = ? AND state <> 'closed'", visitorID))
}

// StartedBy reads the conversation that a visitor's `start` with this client id made, or to which
// it added its line; nil if there is none.
func (tx *Tx) StartedBy(visitorID int64, cid string) (*models.Conversation, error) {
	return orNil(tx.conversation(`visitor_id = ? AND (start_cid = ? OR EXISTS (SELECT 1 FROM messages m
		WHERE m.conversation_id = conversations.id AND m.author_type = 'visitor' AND m.author_id = ? AND m.cid = ?))`,
		visitorID, cid, visitorID, cid))
}

// SavePerson adds to what a visitor told of themselves; what they do not tell now stays.
func (tx *Tx) SavePerson(visitorID int64, told models.Person) error {
	if told.Name == "" && told.Email == "" && len(told.Fields) == 0 {
		return nil
	}
	var v models.Visitor
	err := tx.db.Clauses(clause.Locking{Strength: "UPDATE"}).
		Where("account_id = ? AND id = ?", tx.account, visitorID).Take(&v).Error
	if err != nil {
		return missing(err, "there is no such visitor")
	}
	v.Tell(told)
	return tx.db.Model(&v).Where("account_id = ? AND id = ?", tx.account, visitorID).
		Select("name", "email", "fields").Updates(&v).Error
}

func orNil(c *models.Conversation, err error) (*models.Conversation, error) {
	if models.KindOf(err) == models.KindNotFound {
		return nil, nil
	}
	return c, err
}

func (tx *Tx) conversation(where string, args ...any) (*models.Conversation, error) {
	c, err := first[models.Conversation](tx.db.Raw("SELECT * FROM conversations WHERE account_id = ? AND ("+where+")"+tx.texts.lock,
		append([]any{tx.account}, args...)...))
	if err == nil && c == nil {
		err = models.Errorf(models.KindNotFound, "there is no such conversation")
	}
	return c, err
}

// Summary reads a conversation with its names, as it stands within the transaction.
func (tx *Tx) Summary(id int64) (models.Summary, error) {
	return one(tx.db, "c.account_id = ? AND c.id = ?", tx.account, id)
}

// Log reads the whole log of a conversation, or nothing when it is longer than limit.
func (tx *Tx) Log(c *models.Conversation, limit int64) ([]Event, error) {
	if c.LastSeq > limit {
		return nil, nil
	}
	return readAll[Event](tx.db.Raw(eventSelect+"m.account_id = ? AND m.conversation_id = ? ORDER BY m.seq", tx.account, c.ID))
}

// Create stores a new conversation and begins its wait.
func (tx *Tx) Create(c *models.Conversation) error {
	c.AccountID, c.PublicID, c.State = tx.account, NewID(tx.now.Time()), models.StateQueued
	c.ArrivedAt, c.QueuedAt, c.Fence = tx.now, tx.now, 1
	if c.Kind == "" {
		c.Kind = models.KindChat
	}
	there := false
	err := tx.db.Raw("SELECT EXISTS (SELECT 1 FROM visitors WHERE account_id = ? AND id = ? AND site_id = ?)",
		tx.account, c.VisitorID, c.SiteID).Row().Scan(&there)
	if err != nil {
		return err
	}
	if !there {
		return models.Errorf(models.KindNotFound, "there is no such visitor")
	}
	if err := owns(tx.db, tx.account, "department", c.DepartmentID); err != nil {
		return err
	}
	if err := tx.db.Create(c).Error; err != nil || !c.InQueue() {
		return err
	}
	return tx.beginWait(c)
}

// Move stores a conversation whose state or owner was changed and appends the event that tells of
// it. before is what it was; if that is no longer so, nothing is changed and the error is a conflict.
func (tx *Tx) Move(before models.Conversation, c *models.Conversation, event *models.Message, why models.EndReason) error {
	if err := tx.intervals(before, c, why); err != nil {
		return err
	}
	if err := tx.insert(c, event); err != nil {
		return err
	}
	return tx.update(c, before)
}

// intervals ends what a move ends, and begins what it begins.
func (tx *Tx) intervals(before models.Conversation, c *models.Conversation, why models.EndReason) error {
	waits := before.InQueue() && c.InQueue() && c.DepartmentID == before.DepartmentID // goes on waiting
	if before.InQueue() && !waits {
		end := why
		if c.State == models.StateActive {
			end = models.EndAssigned
		}
		if err := tx.end(queueIntervals, before, end); err != nil {
			return err
		}
	}
	if why == models.EndAssigned && before.AgentID != c.AgentID {
		why = models.EndTransferred // taken from whoever had it, or at whom it rang
	}
	stays := before.State == c.State && before.AgentID == c.AgentID
	if before.State == models.StateOffered && !stays {
		if err := tx.end(offers, before, why); err != nil {
			return err
		}
	}
	if before.State == models.StateActive && !stays {
		if err := tx.end(assignments, before, why); err != nil {
			return err
		}
	}
	if c.InQueue() && !waits {
		if err := tx.beginWait(c); err != nil {
			return err
		}
	}
	if c.State == models.StateOffered && !stays {
		if err := tx.beginOffer(c); err != nil {
			return err
		}
	}
	if c.State == models.StateActive && !stays {
		return tx.beginAssignment(c)
	}
	return nil
}

// Append adds an event to the log of a conversation whose state stays.
func (tx *Tx) Append(c *models.Conversation, event *models.Message) error {
	if err := tx.insert(c, event); err != nil {
		return err
	}
	return tx.update(c, *c)
}

func (tx *Tx) insert(c *models.Conversation, event *models.Message) error {
	event.At = tx.now
	c.Add(event)
	if err := insert(tx, tx.texts.message, event); err != nil {
		return fmt.Errorf("append to conversation %d: %w", c.ID, err)
	}
	return nil
}

// update writes every column of a conversation if its state and fence are still what they were before.
func (tx *Tx) update(c *models.Conversation, before models.Conversation) error {
	n, err := tx.texts.conversation.update(tx.db.Statement.Context, tx.db.Statement.ConnPool, c, tx.account, c.ID, before.State, before.Fence)
	if err != nil {
		return fmt.Errorf("update conversation %d: %w", c.ID, err)
	}
	if n == 0 {
		return models.Errorf(models.KindConflict, "this conversation was changed by somebody else just now")
	}
	return nil
}

func (tx *Tx) beginWait(c *models.Conversation) error {
	if err := owns(tx.db, tx.account, "department", c.DepartmentID); err != nil {
		return err
	}
	return insert(tx, tx.texts.wait, &models.QueueInterval{
		AccountID: tx.account, ConversationID: c.ID, DepartmentID: c.DepartmentID, StartedAt: tx.now,
	})
}

func (tx *Tx) beginOffer(c *models.Conversation) error {
	if err := tx.turnOf(c.AgentID); err != nil {
		return err
	}
	return insert(tx, tx.texts.offer, &models.Offer{
		AccountID: tx.account, ConversationID: c.ID, DepartmentID: c.DepartmentID, AgentID: c.AgentID, StartedAt: tx.now,
	})
}

func (tx *Tx) beginAssignment(c *models.Conversation) error {
	if err := tx.turnOf(c.AgentID); err != nil {
		return err
	}
	return insert(tx, tx.texts.assignment, &models.Assignment{
		AccountID: tx.account, ConversationID: c.ID, AgentID: c.AgentID, StartedAt: tx.now,
	})
}

// turnOf notes that an agent has had their turn.
func (tx *Tx) turnOf(agentID int64) error {
	res := tx.db.Exec("UPDATE agents SET last_assigned_at = ? WHERE account_id = ? AND id = ?", tx.now, tx.account, agentID)
	if res.Error == nil && res.RowsAffected == 0 {
		return models.Errorf(models.KindNotFound, "there is no such agent")
	}
	return res.Error
}

// The tables of intervals.
const (
	queueIntervals = "queue_intervals"
	offers         = "offers"
	assignments    = "assignments"
)

// end ends the interval in a table that a conversation is in.
func (tx *Tx) end(table string, of models.Conversation, why models.EndReason) error {
	return tx.db.Exec("UPDATE "+table+" SET ended_at = ?, end_reason = ? WHERE account_id = ? AND conversation_id = ? AND ended_at = 0",
		tx.now, why, tx.account, of.ID).Error
}

// Decide keeps how a conversation, which must be one of the account, came to an agent.
func (tx *Tx) Decide(c *models.Conversation, d models.Decision) error {
	if c.AccountID != tx.account {
		return models.Errorf(models.KindNotFound, "there is no such conversation")
	}
	d.AccountID, d.ConversationID, d.At = tx.account, c.ID, tx.now
	return insert(tx, tx.texts.decision, &d)
}

// Save stores a conversation whose deadlines or settings were changed, but not its state.
func (tx *Tx) Save(c *models.Conversation) error { return tx.update(c, *c) }

// SaveOver is Save of what has raised the fence since before.
func (tx *Tx) SaveOver(before models.Conversation, c *models.Conversation) error {
	return tx.update(c, before)
}
