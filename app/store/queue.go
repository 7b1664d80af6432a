package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"foyer/models"
)

// Waiting reads the conversations that wait, in the order they are served.
func (a *Account) Waiting(ctx context.Context) ([]models.Conversation, error) {
	var list []models.Conversation
	err := a.read(ctx).Where("account_id = ? AND state = 'queued'", a.id).
		Order("priority DESC, arrived_at, id").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the queue: %w", err)
	}
	return list, nil
}

// Place is a conversation's place in the queue of its department, in the order of Waiting: 1 is
// next, 0 means that it does not wait.
func (a *Account) Place(ctx context.Context, conversationID int64) (place int, err error) {
	err = a.read(ctx).Raw(`SELECT COUNT(*) FROM conversations me JOIN conversations w
		ON w.account_id = me.account_id AND w.department_id = me.department_id AND w.state = 'queued'
		AND (w.priority > me.priority OR w.priority = me.priority
			AND (w.arrived_at < me.arrived_at OR w.arrived_at = me.arrived_at AND w.id <= me.id))
		WHERE me.account_id = ? AND me.id = ? AND me.state = 'queued'`, a.id, conversationID).Row().Scan(&place)
	return place, err
}

// AccountsWaiting lists the accounts in which somebody waits.
func (s *Store) AccountsWaiting(ctx context.Context) (ids []int64, err error) {
	err = s.read.WithContext(ctx).Raw("SELECT DISTINCT account_id FROM conversations WHERE state = 'queued'").Scan(&ids).Error
	return ids, err
}

// Due is a conversation whose deadline has passed.
type Due struct {
	AccountID int64
	PublicID  string
	Fence     int64
	DueWhat   models.DueWhat
}

// Due reads conversations whose deadlines have passed, the oldest first, at most limit; and when
// the next deadline passes, 0 if none is set.
func (s *Store) Due(ctx context.Context, limit int) ([]Due, models.Instant, error) {
	var list []Due
	db := s.read.WithContext(ctx)
	now := models.InstantOf(s.now())
	err := db.Raw(`SELECT account_id, public_id, fence, due_what FROM conversations
		WHERE due_at > 0 AND due_at <= ? ORDER BY due_at LIMIT ?`, now, limit).Scan(&list).Error
	if err != nil {
		return nil, 0, fmt.Errorf("read deadlines: %w", err)
	}
	var next models.Instant
	err = db.Raw("SELECT COALESCE(MIN(due_at), 0) FROM conversations WHERE due_at > ?", now).Row().Scan(&next)
	return list, next, err
}

// StartGrace sets the deadline after which an agent's conversations go back to the queue. One that
// is running already is not put off.
func (tx *Tx) StartGrace(agentID int64, until models.Instant) error {
	return tx.db.Model(&models.Conversation{}).
		Where("account_id = ? AND agent_id = ? AND state = 'active' AND due_what = ''", tx.account, agentID).
		UpdateColumns(map[string]any{"due_at": until, "due_what": models.DueAgentGrace}).Error
}

// EndGrace takes that deadline back.
func (tx *Tx) EndGrace(agentID int64) error {
	return tx.db.Model(&models.Conversation{}).
		Where("account_id = ? AND agent_id = ? AND due_what = ?", tx.account, agentID, models.DueAgentGrace).
		UpdateColumns(map[string]any{"due_at": 0, "due_what": models.DueNothing}).Error
}

// SetAvailability stores what an agent wants to be.
func (tx *Tx) SetAvailability(agentID int64, to models.Availability) error {
	return tx.db.Model(&models.Agent{}).Where("account_id = ? AND id = ?", tx.account, agentID).
		UpdateColumn("availability", to).Error
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
		(SELECT DISTINCT agent_id, due_what = 'agent_grace' AS grace FROM conversations WHERE state = 'active') o
		JOIN agents a ON a.id = o.agent_id`).Scan(&list).Error
	return list, err
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

// What is kept of one run for the next.
const (
	aliveKey  = "alive_at"  // when the server was last known to run
	returnKey = "return_ms" // over how long clients were asked to come back
)

// StayAlive notes that the server is running, so that after a crash it is known until when it was.
func (s *Store) StayAlive(ctx context.Context) error {
	return s.setMeta(ctx, aliveKey, int64(models.InstantOf(s.now())))
}

// PlanReturn notes over how long clients were asked to come back after a planned stop.
func (s *Store) PlanReturn(ctx context.Context, within time.Duration) error {
	return s.setMeta(ctx, returnKey, within.Milliseconds())
}

func (s *Store) setMeta(ctx context.Context, name string, value int64) error {
	return s.write.WithContext(ctx).Exec(`INSERT INTO meta (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, strconv.FormatInt(value, 10)).Error
}

// takeMeta reads a value and forgets it; missing is what it is when there is none.
func takeMeta(db *gorm.DB, name string, missing int64) (int64, error) {
	var values []string
	if err := db.Raw("DELETE FROM meta WHERE name = ? RETURNING value", name).Scan(&values).Error; err != nil {
		return 0, fmt.Errorf("read %s of the last run: %w", name, err)
	}
	if len(values) == 0 {
		return missing, nil
	}
	return strconv.ParseInt(values[0], 10, 64)
}

// Recover puts in order what the last run left behind: nobody is connected now, so presence ended
// when the server was last known to run, and every owner has until the given time to come back, or
// longer if clients were asked to take their time.
func (s *Store) Recover(ctx context.Context, graceUntil models.Instant) error {
	return s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		alive, err := takeMeta(db, aliveKey, int64(models.InstantOf(s.now())))
		if err != nil {
			return err
		}
		within, err := takeMeta(db, returnKey, 0)
		if err != nil {
			return err
		}
		err = db.Exec(`UPDATE presence_intervals SET ended_at = CASE WHEN started_at > ? THEN started_at ELSE ? END
			WHERE ended_at = 0`, alive, alive).Error
		if err != nil {
			return fmt.Errorf("end the presence of the last run: %w", err)
		}
		err = db.Exec(`UPDATE conversations SET due_at = ?, due_what = ? WHERE state = 'active'`,
			graceUntil+models.Instant(within), models.DueAgentGrace).Error
		if err != nil {
			return fmt.Errorf("give agents time to come back: %w", err)
		}
		return nil
	})
}
