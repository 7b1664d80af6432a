package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"foyer/models"
)

// SetAvailability stores what an agent wants to be.
func (tx *Tx) SetAvailability(agentID int64, to models.Availability) error {
	return tx.db.Model(&models.Agent{}).Where("account_id = ? AND id = ?", tx.account, agentID).
		UpdateColumn("availability", to).Error
}

// SetAccepting stores whether an agent wants new conversations.
func (tx *Tx) SetAccepting(agentID int64, to bool) error {
	return tx.db.Model(&models.Agent{}).Where("account_id = ? AND id = ?", tx.account, agentID).
		UpdateColumn("accepting", to).Error
}

// SetActive notes that an agent has just shown that they are at their desk.
func (tx *Tx) SetActive(agentID int64) error {
	return tx.db.Model(&models.Agent{}).Where("account_id = ? AND id = ?", tx.account, agentID).
		UpdateColumn("active_at", tx.now).Error
}

// Owner is an agent who has conversations.
type Owner struct {
	models.Agent
	Grace bool // a deadline runs after which they lose at least one of them
}

// Owners reads the agents of all accounts who have conversations. An agent some of whose
// conversations have a deadline and some not is listed once for each.
func (s *Store) Owners(ctx context.Context) (list []Owner, err error) {
	err = s.read.WithContext(ctx).Raw(`SELECT a.*, o.grace FROM
		(SELECT DISTINCT agent_id, COALESCE(deadlines, '') LIKE '%"agent_grace"%' AS grace
			FROM conversations WHERE state IN ('offered', 'active')) o
		JOIN agents a ON a.id = o.agent_id`).Scan(&list).Error
	return list, err
}

// Seen is an agent as colleagues were told of them.
type Seen struct {
	models.Agent                     // only what decides about their presence is set
	AutoAway     int                 // their account's
	Seen         models.Availability // offline while no presence is recorded
}

const seenSelect = `SELECT a.id, a.account_id, a.public_id, a.availability, a.accepting, a.active_at, c.auto_away,

	COALESCE(p.status, 'offline') AS seen FROM accounts c JOIN agents a ON a.account_id = c.id `

// Seen reads the agents of all accounts who are taken to be online or away, and those of the given ones.
func (s *Store) Seen(ctx context.Context, ids []int64) ([]Seen, error) {
	list, err := readAll[Seen](s.read.WithContext(ctx).Raw(seenSelect + "JOIN presence_intervals p ON p.agent_id = a.id AND p.ended_at = 0"))
	if err != nil {
		return nil, fmt.Errorf("read who is seen: %w", err)
	}
	known := make(map[int64]bool, len(list))
	for _, a := range list {
		known[a.ID] = true
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return known[id] })
	for part := range slices.Chunk(ids, 500) {
		unseen, err := readAll[Seen](s.read.WithContext(ctx).Raw(
			seenSelect+"LEFT JOIN presence_intervals p ON p.agent_id = a.id AND p.ended_at = 0 WHERE a.id IN ?", part))
		if err != nil {
			return nil, fmt.Errorf("read who is not seen: %w", err)
		}
		list = append(list, unseen...)
	}
	return list, nil
}

// SetPresence records what an agent is from now on. A gap of at most merge in the same presence,
// such as a reload makes, is closed as if it had not been.
func (tx *Tx) SetPresence(agentID int64, to models.Availability, merge time.Duration) error {
	if err := owns(tx.db, tx.account, "agent", agentID); err != nil {
		return err
	}
	err := tx.db.Exec(`UPDATE presence_intervals SET ended_at = ?
		WHERE account_id = ? AND agent_id = ? AND ended_at = 0 AND status <> ?`, tx.now, tx.account, agentID, to).Error
	if err != nil || to == models.Offline {
		return err
	}
	res := tx.db.Exec(`UPDATE presence_intervals SET ended_at = 0 WHERE status = ? AND (ended_at = 0 OR ended_at >= ?)
		AND id = (SELECT MAX(id) FROM presence_intervals WHERE account_id = ? AND agent_id = ?)`,
		to, tx.now.Add(-merge), tx.account, agentID)
	if res.Error != nil || res.RowsAffected > 0 {
		return res.Error
	}
	return tx.db.Create(&models.PresenceInterval{
		AccountID: tx.account, AgentID: agentID, Status: to, StartedAt: tx.now,
	}).Error
}
