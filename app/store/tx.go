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
	var c models.Conversation
	err := tx.db.Clauses(clause.Locking{Strength: "UPDATE"}). // ignored by SQLite, where one connection writes
									Where("account_id = ?", tx.account).Where(where, args...).Take(&c).Error
	if err != nil {
		return nil, missing(err, "there is no such conversation")
	}
	return &c, nil
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
	var list []Event
	err := tx.db.Raw(eventSelect+"m.account_id = ? AND m.conversation_id = ? ORDER BY m.seq", tx.account, c.ID).Scan(&list).Error
	return list, err
}

// Create stores a new conversation and begins its wait.
func (tx *Tx) Create(c *models.Conversation) error {
	c.AccountID, c.PublicID, c.State = tx.account, NewID(tx.now.Time()), models.StateQueued
	c.ArrivedAt, c.QueuedAt, c.Fence = tx.now, tx.now, 1
	if c.Kind == "" {
		c.Kind = models.KindChat
	}
	if err := owns(tx.db.Where("site_id = ?", c.SiteID), tx.account, "visitor", c.VisitorID); err != nil {
		return err
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
	return tx.update(c, "state = ? AND fence = ?", before.State, before.Fence)
}

// intervals ends what a move ends, and begins what it begins.
func (tx *Tx) intervals(before models.Conversation, c *models.Conversation, why models.EndReason) error {
	waits := before.InQueue() && c.InQueue() && c.DepartmentID == before.DepartmentID // goes on waiting
	if before.InQueue() && !waits {
		end := why
		if c.State == models.StateActive {
			end = models.EndAssigned
		}
		if err := tx.end(&models.QueueInterval{}, before, end); err != nil {
			return err
		}
	}
	stays := before.State == c.State && before.AgentID == c.AgentID
	if before.State == models.StateOffered && !stays {
		if err := tx.end(&models.Offer{}, before, why); err != nil {
			return err
		}
	}
	if before.State == models.StateActive && !stays {
		if err := tx.end(&models.Assignment{}, before, why); err != nil {
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
	return tx.update(c, "fence = ?", c.Fence)
}

func (tx *Tx) insert(c *models.Conversation, event *models.Message) error {
	event.At = tx.now
	c.Add(event)
	if err := tx.db.Create(event).Error; err != nil {
		return fmt.Errorf("append to conversation %d: %w", c.ID, err)
	}
	return nil
}

// update writes every column of a conversation where the guard still holds.
func (tx *Tx) update(c *models.Conversation, guard string, args ...any) error {
	res := tx.db.Model(c).Select("*").Omit("id").
		Where("account_id = ? AND id = ?", tx.account, c.ID).Where(guard, args...).Updates(c)
	if res.Error != nil {
		return fmt.Errorf("update conversation %d: %w", c.ID, res.Error)
	}
	if res.RowsAffected == 0 {
		return models.Errorf(models.KindConflict, "this conversation was changed by somebody else just now")
	}
	return nil
}

func (tx *Tx) beginWait(c *models.Conversation) error {
	if err := owns(tx.db, tx.account, "department", c.DepartmentID); err != nil {
		return err
	}
	return tx.db.Create(&models.QueueInterval{
		AccountID: tx.account, ConversationID: c.ID, DepartmentID: c.DepartmentID, StartedAt: tx.now,
	}).Error
}

func (tx *Tx) beginOffer(c *models.Conversation) error {
	if err := tx.turnOf(c.AgentID); err != nil {
		return err
	}
	return tx.db.Create(&models.Offer{
		AccountID: tx.account, ConversationID: c.ID, DepartmentID: c.DepartmentID, AgentID: c.AgentID, StartedAt: tx.now,
	}).Error
}

func (tx *Tx) beginAssignment(c *models.Conversation) error {
	if err := tx.turnOf(c.AgentID); err != nil {
		return err
	}
	return tx.db.Create(&models.Assignment{
		AccountID: tx.account, ConversationID: c.ID, AgentID: c.AgentID, StartedAt: tx.now,
	}).Error
}

// turnOf notes that an agent has had their turn.
func (tx *Tx) turnOf(agentID int64) error {
	res := tx.db.Model(&models.Agent{}).Where("account_id = ? AND id = ?", tx.account, agentID).
		UpdateColumn("last_assigned_at", tx.now)
	if res.Error == nil && res.RowsAffected == 0 {
		return models.Errorf(models.KindNotFound, "there is no such agent")
	}
	return res.Error
}

// end ends the interval of a kind that a conversation is in.
func (tx *Tx) end(row any, of models.Conversation, why models.EndReason) error {
	return tx.db.Model(row).
		Where("account_id = ? AND conversation_id = ? AND ended_at = 0", tx.account, of.ID).
		Updates(map[string]any{"ended_at": tx.now, "end_reason": why}).Error
}

// Decide keeps how a conversation came to an agent.
func (tx *Tx) Decide(c *models.Conversation, d models.Decision) error {
	d.AccountID, d.ConversationID, d.At = tx.account, c.ID, tx.now
	if err := owns(tx.db, tx.account, "conversation", c.ID); err != nil {
		return err
	}
	return tx.db.Create(&d).Error
}

// Save stores a conversation whose deadlines or settings were changed, but not its state.
func (tx *Tx) Save(c *models.Conversation) error { return tx.update(c, "fence = ?", c.Fence) }

// Answered reports whether the owner of a conversation has said something since it became theirs.
func (tx *Tx) Answered(c *models.Conversation) (answered bool, err error) {
	err = tx.db.Raw(`SELECT EXISTS (SELECT 1 FROM messages WHERE account_id = ? AND conversation_id = ?
		AND author_type = 'agent' AND author_id = ? AND kind IN ('message', 'file') AND at >= ?)`,
		tx.account, c.ID, c.AgentID, c.AssignedAt).Row().Scan(&answered)
	return answered, err
}

// InQueue counts those who wait in a department.
func (tx *Tx) InQueue(departmentID int64) (n int, err error) {
	err = tx.db.Raw(`SELECT COUNT(*) FROM conversations WHERE account_id = ? AND department_id = ?
		AND state IN ('queued', 'offered') AND kind = 'chat'`, tx.account, departmentID).Row().Scan(&n)
	return n, err
}

// LastAgent is who had the last conversation of a visitor, 0 for nobody.
func (tx *Tx) LastAgent(visitorID int64) (id int64, err error) {
	err = tx.db.Raw(`SELECT COALESCE((SELECT agent_id FROM conversations
		WHERE account_id = ? AND visitor_id = ? AND agent_id > 0 ORDER BY id DESC LIMIT 1), 0)`,
		tx.account, visitorID).Row().Scan(&id)
	return id, err
}

// Department reads a department.
func (tx *Tx) Department(id int64) (models.Department, error) {
	var d models.Department
	err := tx.db.Where("account_id = ? AND id = ?", tx.account, id).Take(&d).Error
	return d, missing(err, "there is no such department")
}

// MembersOf reads the agents of a department.
func (tx *Tx) MembersOf(departmentID int64) (list []models.Agent, err error) {
	err = tx.db.Where(`account_id = ? AND id IN (SELECT agent_id FROM department_members
		WHERE account_id = ? AND department_id = ?)`, tx.account, tx.account, departmentID).Find(&list).Error
	return list, err
}

// Account reads the account itself.
func (tx *Tx) Account() (models.Account, error) {
	var a models.Account
	err := tx.db.Where("id = ?", tx.account).Take(&a).Error
	return a, missing(err, "there is no such account")
}

// Of reads, for changing them, the conversations that are an agent's or ring at them.
func (tx *Tx) Of(agentID int64) (list []*models.Conversation, err error) {
	err = tx.db.Clauses(clause.Locking{Strength: "UPDATE"}).
		Where("account_id = ? AND agent_id = ? AND state IN ('offered', 'active')", tx.account, agentID).
		Order("id").Find(&list).Error
	return list, err
}

// Seat is what decides whether an agent can be given a conversation, as it stands within the
// transaction.
type Seat struct {
	models.Agent
	Open     int                      // conversations they have, ringing ones included
	OpenHere int                      // of them, those of the department asked about
	Member   *models.DepartmentMember // what they are there; nil when nothing
}

// Seat reads, and holds until the transaction ends, what decides whether an agent can be given a
// conversation of a department: two machines can't both fill the last place.
func (tx *Tx) Seat(agentID, departmentID int64) (Seat, error) {
	var s Seat
	err := tx.db.Clauses(clause.Locking{Strength: "UPDATE"}).
		Where("account_id = ? AND id = ?", tx.account, agentID).Take(&s.Agent).Error
	if err != nil {
		return Seat{}, missing(err, "there is no such agent")
	}
	err = tx.db.Raw(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN department_id = ? THEN 1 ELSE 0 END), 0)
		FROM conversations WHERE agent_id = ? AND state IN ('offered', 'active')`,
		departmentID, agentID).Row().Scan(&s.Open, &s.OpenHere)
	if err != nil {
		return Seat{}, err
	}
	var members []models.DepartmentMember
	err = tx.db.Where("account_id = ? AND department_id = ? AND agent_id = ?", tx.account, departmentID, agentID).Find(&members).Error
	if len(members) > 0 {
		s.Member = &members[0]
	}
	return s, err
}
