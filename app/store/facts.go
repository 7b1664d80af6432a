package store

import (
	"cmp"

	"foyer/models"
)

// Answered reports whether an agent, the owner of a conversation or a guest, who may have left since, has
// said something since it became the owner's.
func (tx *Tx) Answered(c *models.Conversation) (answered bool, err error) {
	err = tx.db.Raw(`SELECT EXISTS (SELECT 1 FROM messages WHERE account_id = ? AND conversation_id = ?
		AND author_type = 'agent' AND kind IN ('message', 'file') AND seq > (SELECT COALESCE(MAX(seq), 0) FROM messages
			WHERE conversation_id = ? AND kind IN ('assigned', 'transferred', 'returned')))`,
		tx.account, c.ID, c.ID).Row().Scan(&answered)
	return answered, err
}

// InQueue counts those who wait in a department.
func (tx *Tx) InQueue(departmentID int64) (n int, err error) {
	err = tx.db.Raw(`SELECT COUNT(*) FROM conversations WHERE account_id = ? AND department_id = ?
		AND state IN ('queued', 'offered') AND kind = 'chat'`, tx.account, departmentID).Row().Scan(&n)
	return n, err
}

// Waiting reads, for changing them, the conversations of those who wait in a department.
func (tx *Tx) Waiting(departmentID int64) ([]*models.Conversation, error) {
	return pointers(readAll[models.Conversation](tx.db.Raw(`SELECT * FROM conversations WHERE account_id = ? AND department_id = ?
		AND state IN ('queued', 'offered') AND kind = 'chat' ORDER BY id`+tx.texts.lock, tx.account, departmentID)))
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
	d, err := first[models.Department](tx.db.Raw("SELECT * FROM departments WHERE account_id = ? AND id = ?", tx.account, id))
	if err != nil || d == nil {
		return models.Department{}, cmp.Or(err, models.Errorf(models.KindNotFound, "there is no such department"))
	}
	return *d, nil
}

// MembersOf reads the agents of a department.
func (tx *Tx) MembersOf(departmentID int64) (list []models.Agent, err error) {
	err = tx.db.Where(`account_id = ? AND id IN (SELECT agent_id FROM department_members
		WHERE account_id = ? AND department_id = ?)`, tx.account, tx.account, departmentID).Find(&list).Error
	return list, err
}

// Staffed reports whether anybody answers for a department.
func (tx *Tx) Staffed(departmentID int64) (staffed bool, err error) {
	err = tx.db.Raw("SELECT EXISTS (SELECT 1 FROM department_members WHERE account_id = ? AND department_id = ?)",
		tx.account, departmentID).Row().Scan(&staffed)
	return staffed, err
}

// Account reads the account itself.
func (tx *Tx) Account() (models.Account, error) {
	a, err := first[models.Account](tx.db.Raw("SELECT * FROM accounts WHERE id = ?", tx.account))
	if err != nil || a == nil {
		return models.Account{}, cmp.Or(err, models.Errorf(models.KindNotFound, "there is no such account"))
	}
	return *a, nil
}

// Of reads, for changing them, the conversations that are an agent's or ring at them.
func (tx *Tx) Of(agentID int64) ([]*models.Conversation, error) {
	return pointers(readAll[models.Conversation](tx.db.Raw(`SELECT * FROM conversations
		WHERE account_id = ? AND agent_id = ? AND state IN ('offered', 'active') ORDER BY id`+tx.texts.lock, tx.account, agentID)))
}

func pointers(rows []models.Conversation, err error) ([]*models.Conversation, error) {
	list := make([]*models.Conversation, len(rows))
	for i := range rows {
		list[i] = &rows[i]
	}
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
	agent, err := first[models.Agent](tx.db.Raw("SELECT * FROM agents WHERE account_id = ? AND id = ?"+tx.texts.lock, tx.account, agentID))
	if err != nil || agent == nil {
		return Seat{}, cmp.Or(err, models.Errorf(models.KindNotFound, "there is no such agent"))
	}
	s := Seat{Agent: *agent}
	// Not in the same statement: one that had to wait for the row would count what was there before.
	err = tx.db.Raw(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN department_id = ? THEN 1 ELSE 0 END), 0)
		FROM conversations WHERE agent_id = ? AND state IN ('offered', 'active')`,
		departmentID, agentID).Row().Scan(&s.Open, &s.OpenHere)
	if err != nil {
		return Seat{}, err
	}
	s.Member, err = first[models.DepartmentMember](tx.db.Raw(`SELECT * FROM department_members
		WHERE account_id = ? AND department_id = ? AND agent_id = ?`, tx.account, departmentID, agentID))
	return s, err
}
