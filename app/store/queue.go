package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

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

// Load is how many conversations of a department an agent has, ringing ones included.
type Load struct {
	AgentID      int64
	DepartmentID int64
	Open         int
}

// Plan is how an account's queues are arranged. It changes seldom.
type Plan struct {
	Account     models.Account
	Departments []models.Department
	Members     []models.DepartmentMember
}

// Plan reads how the account's queues are arranged.
func (a *Account) Plan(ctx context.Context) (p Plan, err error) {
	if p.Account, err = a.Account(ctx); err != nil {
		return p, err
	}
	if p.Departments, err = a.Departments(ctx); err != nil {
		return p, err
	}
	p.Members, err = a.Members(ctx)
	return p, err
}

// Staff is who could answer, and how much they have to do.
type Staff struct {
	Agents []models.Agent // by id; only what decides about conversations is set
	Loads  []Load
}

const loads = `SELECT agent_id, department_id, COUNT(*) AS open FROM conversations
	WHERE account_id = ? AND state IN ('offered', 'active') GROUP BY agent_id, department_id`

// Staff reads who could answer. Whoever acts on it checks again: the parts are read one after the other.
func (a *Account) Staff(ctx context.Context) (s Staff, err error) {
	s.Agents, err = readAll[models.Agent](a.read(ctx).Raw(`SELECT id, account_id, public_id, name, chat_limit,
		availability, accepting, active_at, last_assigned_at FROM agents WHERE account_id = ? ORDER BY id`, a.id))
	if err != nil {
		return s, fmt.Errorf("read agents: %w", err)
	}
	s.Loads, err = readAll[Load](a.read(ctx).Raw(loads, a.id))
	if err != nil {
		return s, fmt.Errorf("count conversations: %w", err)
	}
	return s, nil
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

// Return is until when people may come back after a restart.
type Return struct {
	Agents   models.Instant // to their conversations
	Visitors models.Instant // to their place in the queue
}

// Recover puts in order what the last run left behind: nobody is connected now, so presence ended
// when the server was last known to run, and everybody has until the given times to come back, or
// longer if clients were asked to take their time.
func (s *Store) Recover(ctx context.Context, back Return) error {
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
		return allowReturn(db, Return{back.Agents + models.Instant(within), back.Visitors + models.Instant(within)})
	})
}

// waitsOn says on whom each deadline waits that does not begin anew: until they may be back, nothing is
// made of what they did not do.
var waitsOn = map[models.DueWhat]func(Return) models.Instant{
	models.DueOffer:     Return.ofAgents,
	models.DueSilent:    Return.ofAgents,
	models.DueWait:      Return.ofAgents,
	models.DueClosing:   Return.ofAgents,
	models.DueBack:      Return.ofAgents,
	models.DueIdle:      Return.ofVisitors,
	models.DueIdleClose: Return.ofVisitors,
}

func (r Return) ofAgents() models.Instant   { return r.Agents }
func (r Return) ofVisitors() models.Instant { return r.Visitors }

// allowReturn gives everybody until some time to come back.
func allowReturn(db *gorm.DB, back Return) error {
	var open []*models.Conversation
	if err := db.Where("state <> 'closed' AND (state <> 'queued' OR kind = 'chat')").Order("id").Find(&open).Error; err != nil {
		return fmt.Errorf("read what is open: %w", err)
	}
	for _, c := range open {
		for what, at := range c.Deadlines {
			if until := waitsOn[what]; until != nil {
				c.SetDue(what, max(at, until(back)))
			}
		}
		if c.AgentID != 0 {
			c.SetDue(models.DueAgentGrace, back.Agents)
		}
		if c.InQueue() {
			c.SetDue(models.DueAbandoned, back.Visitors)
		}
		err := db.Model(c).Select("deadlines", "due_at", "due_what").Updates(c).Error
		if err != nil {
			return fmt.Errorf("give people time to come back: %w", err)
		}
	}
	return nil
}
