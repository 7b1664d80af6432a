package store

import (
	"context"
	"fmt"
	"math"
	"slices"

	"foyer/models"
)

// what deciding about a conversation takes, and telling its visitor.
const queueColumns = `id, account_id, public_id, site_id, visitor_id, department_id, state, kind, agent_id, fence, priority,

	arrived_at, queued_at, language, skills, prefer_id, tried, ask_again_at`

// inQueue is who waits to be answered now, in the order they are served.
const inQueue = ` FROM conversations WHERE account_id = ? AND state IN ('queued', 'offered') AND kind = 'chat'

	ORDER BY priority DESC, arrived_at, id`

// Queue reads the conversations that wait to be answered now, those that ring at somebody included, in
// the order they are served: the first limit of them, all when that is 0. Only what is needed for that
// is set.
func (a *Account) Queue(ctx context.Context, limit int) ([]models.Conversation, error) {
	if limit == 0 {
		limit = math.MaxInt32
	}
	list, err := readAll[models.Conversation](a.read(ctx).Raw("SELECT "+queueColumns+inQueue+" LIMIT ?", a.id, limit))
	if err != nil {
		return nil, fmt.Errorf("read the queue: %w", err)
	}
	return list, nil
}

// Standing is somebody's place in the queue: what telling it takes.
type Standing struct {
	ID           int64
	PublicID     string
	VisitorID    int64
	DepartmentID int64
	QueuedAt     models.Instant
}

// Standings reads whom Queue reads, in the same order, but less of each.
func (a *Account) Standings(ctx context.Context) (list []Standing, err error) {
	rows, err := a.read(ctx).Raw("SELECT id, public_id, visitor_id, department_id, queued_at"+inQueue, a.id).Rows()
	if err != nil {
		return nil, fmt.Errorf("read the queue: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var w Standing
		if err := rows.Scan(&w.ID, &w.PublicID, &w.VisitorID, &w.DepartmentID, &w.QueuedAt); err != nil {
			return nil, fmt.Errorf("read the queue: %w", err)
		}
		list = append(list, w)
	}
	return list, rows.Err()
}

// Pace reads when conversations that had had to wait for it left the queue of a department to agents:
// the last of them since a time, the latest first, at most limit.
func (a *Account) Pace(ctx context.Context, departmentID int64, since models.Instant, limit int) (list []models.Instant, err error) {
	err = a.read(ctx).Raw(`SELECT ended_at FROM queue_intervals WHERE account_id = ? AND department_id = ?
		AND end_reason = 'assigned' AND ended_at > ? AND ended_at - started_at > 1000 ORDER BY ended_at DESC LIMIT ?`,
		a.id, departmentID, since, limit).Scan(&list).Error
	return list, err
}

// Decisions reads how a conversation came to its agents, the oldest first: the last limit of them.
func (a *Account) Decisions(ctx context.Context, conversationID int64, limit int) (list []models.Decision, err error) {
	err = a.read(ctx).Where("account_id = ? AND conversation_id = ?", a.id, conversationID).Order("id DESC").Limit(limit).Find(&list).Error
	slices.Reverse(list)
	return list, err
}

const messagesLeft = `SELECT department_id, COUNT(*) AS open FROM conversations

	WHERE account_id = ? AND kind = 'message' AND state = 'queued' GROUP BY department_id`

// Messages counts the messages of each department that nobody has taken yet.
func (a *Account) Messages(ctx context.Context) (map[int64]int, error) {
	var rows []Load
	err := a.read(ctx).Raw(messagesLeft, a.id).Scan(&rows).Error
	counts := make(map[int64]int, len(rows))
	for _, r := range rows {
		counts[r.DepartmentID] = r.Open
	}
	return counts, err
}

const accountsWaiting = "SELECT DISTINCT account_id FROM conversations WHERE state IN ('queued', 'offered') AND kind = 'chat'"

// AccountsWaiting lists the accounts in which somebody waits.
func (s *Store) AccountsWaiting(ctx context.Context) (ids []int64, err error) {
	err = s.read.WithContext(ctx).Raw(accountsWaiting).Scan(&ids).Error
	return ids, err
}

// The index of deadlines has only those that are set, and is used only where the statement says so
// itself.
const (
	passedDue = `SELECT account_id, public_id, fence, due_what FROM conversations
		WHERE due_at > 0 AND due_at <= ? ORDER BY due_at LIMIT ?`
	nextDue = "SELECT COALESCE(MIN(due_at), 0) FROM conversations WHERE due_at > 0 AND due_at > ?"
)

// Unguarded lists, of all accounts, who waits to be answered now with nothing set that would end that if
// their visitor were gone: only the ids are set.
func (s *Store) Unguarded(ctx context.Context) (list []models.Conversation, err error) {
	rows, err := s.read.WithContext(ctx).Raw(`SELECT account_id, public_id, visitor_id FROM conversations
		WHERE state IN ('queued', 'offered') AND kind = 'chat' AND COALESCE(deadlines, '') NOT LIKE '%"abandoned"%'`).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c models.Conversation
		if err := rows.Scan(&c.AccountID, &c.PublicID, &c.VisitorID); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
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
	err := db.Raw(passedDue, now, limit).Scan(&list).Error
	if err != nil {
		return nil, 0, fmt.Errorf("read deadlines: %w", err)
	}
	var next models.Instant
	err = db.Raw(nextDue, now).Row().Scan(&next)
	return list, next, err
}
