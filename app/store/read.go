package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"foyer/models"
)

// Account is the part of the store that belongs to one account.
type Account struct {
	store *Store
	id    int64
}

// For opens the part of the store that belongs to an account.
func (s *Store) For(accountID int64) *Account { return &Account{store: s, id: accountID} }

func (a *Account) read(ctx context.Context) *gorm.DB { return a.store.read.WithContext(ctx) }

// owns says not found unless an account has the agent, department, site or visitor with an id:
// what is stored must not point to another account's.
func owns(db *gorm.DB, account int64, what string, id int64) error {
	there := false
	err := db.Raw("SELECT EXISTS (SELECT 1 FROM "+what+"s WHERE account_id = ? AND id = ?)", account, id).Row().Scan(&there)
	if err != nil {
		return fmt.Errorf("look for %s %d: %w", what, id, err)
	}
	if !there {
		return models.Errorf(models.KindNotFound, "there is no such %s", what)
	}
	return nil
}

const summarySelect = `SELECT c.*,
	v.public_id AS visitor_public_id, v.name AS visitor_name,
	s.public_id AS site_public_id, s.name AS site_name,
	d.public_id AS department_public_id, d.name AS department_name,
	COALESCE(a.public_id, '') AS agent_public_id, COALESCE(a.name, '') AS agent_name,
	COALESCE(e.text, m.text, '') AS line_text, COALESCE(m.at, 0) AS line_at,
	COALESCE(m.visible_seq, 0) AS line_visible_seq, COALESCE(m.author_type, '') AS line_author_type,
	COALESCE(w.public_id, v.public_id) AS line_author_public_id, COALESCE(w.name, v.name) AS line_author_name
FROM conversations c
JOIN visitors v ON v.id = c.visitor_id
JOIN sites s ON s.id = c.site_id
JOIN departments d ON d.id = c.department_id
LEFT JOIN agents a ON a.id = c.agent_id
LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_line_seq
LEFT JOIN messages e ON e.conversation_id = c.id AND e.seq = m.amended_seq
LEFT JOIN agents w ON w.id = m.author_id AND m.author_type = 'agent'
WHERE `

func many(db *gorm.DB, where string, args ...any) ([]models.Summary, error) {
	list, err := readAll[models.Summary](db.Raw(summarySelect+where, args...))
	if err != nil {
		return nil, fmt.Errorf("read conversations: %w", err)
	}
	return list, nameGuests(db, list)
}

// nameGuests adds the names of those who were invited.
func nameGuests(db *gorm.DB, list []models.Summary) error {
	var ids []int64
	for _, c := range list {
		ids = append(ids, c.Guests...)
	}
	if len(ids) == 0 {
		return nil
	}
	var agents []models.Agent
	if err := db.Session(&gorm.Session{NewDB: true}).Select("id, account_id, public_id, name").Where("id IN ?", ids).Find(&agents).Error; err != nil {
		return fmt.Errorf("read guests: %w", err)
	}
	for i, c := range list {
		for _, id := range c.Guests {
			for _, a := range agents {
				if a.ID == id && a.AccountID == c.AccountID {
					list[i].GuestAgents = append(list[i].GuestAgents, a)
				}
			}
		}
	}
	return nil
}

func one(db *gorm.DB, where string, args ...any) (models.Summary, error) {
	list, err := many(db, where, args...)
	if err == nil && len(list) == 0 {
		err = models.Errorf(models.KindNotFound, "there is no such conversation")
	}
	if err != nil {
		return models.Summary{}, err
	}
	return list[0], nil
}

// Summary reads one conversation.
func (a *Account) Summary(ctx context.Context, publicID string) (models.Summary, error) {
	return one(a.read(ctx), "c.account_id = ? AND c.public_id = ?", a.id, askable(publicID))
}

// Conversation reads one conversation without the names that go with it.
func (a *Account) Conversation(ctx context.Context, publicID string) (models.Conversation, error) {
	var c models.Conversation
	err := a.read(ctx).Where("account_id = ? AND public_id = ?", a.id, askable(publicID)).Take(&c).Error
	return c, missing(err, "there is no such conversation")
}

// OpenOf reads the open conversation of a visitor; not found when there is none.
func (a *Account) OpenOf(ctx context.Context, visitorID int64) (models.Summary, error) {
	return one(a.read(ctx), "c.account_id = ? AND c.visitor_id = ? AND c.state <> 'closed'", a.id, visitorID)
}

// OwnedBy reads the open conversations of an agent.
func (a *Account) OwnedBy(ctx context.Context, agentID int64) ([]models.Summary, error) {
	return many(a.read(ctx), "c.account_id = ? AND c.agent_id = ? AND c.state IN ('offered', 'active') ORDER BY c.id", a.id, agentID)
}

// Open reads all open conversations, those that wait first and in the order they are served.
func (a *Account) Open(ctx context.Context) ([]models.Summary, error) {
	return many(a.read(ctx), `c.account_id = ? AND c.state IN ('queued', 'offered', 'active')
		ORDER BY CASE c.state WHEN 'queued' THEN 0 ELSE 1 END, c.priority DESC, c.arrived_at, c.id`, a.id)
}

// Filter says which conversations List reads. Zero values ask for everything.
type Filter struct {
	Kind    models.ConversationKind
	State   models.State
	OwnerID int64
	Before  int64 // only conversations with a smaller id: the next page
	Limit   int
}

// List reads conversations, the newest first.
func (a *Account) List(ctx context.Context, f Filter) ([]models.Summary, error) {
	where, args := "c.account_id = ?", []any{a.id}
	if f.State != "" {
		where, args = where+" AND c.state = ?", append(args, f.State)
	}
	if f.Kind != "" {
		where, args = where+" AND c.kind = ?", append(args, f.Kind)
	}
	if f.OwnerID != 0 {
		where, args = where+" AND c.agent_id = ?", append(args, f.OwnerID)
	}
	if f.Before != 0 {
		where, args = where+" AND c.id < ?", append(args, f.Before)
	}
	return many(a.read(ctx), where+" ORDER BY c.id DESC LIMIT ?", append(args, f.Limit)...)
}

// Event is an entry of a log with the names that go with it.
type Event struct {
	models.Message
	AuthorPublicID     string
	AuthorName         string
	AgentPublicID      string
	AgentName          string
	DepartmentPublicID string
	DepartmentName     string
	FilePublicID       string // of a `file`; its name is Text
	FileType           string
	FileSize           int64
	FileWidth          int
	FileHeight         int
}

// Show adds what a `file` event has to tell of its file.
func (e *Event) Show(f models.File) {
	e.FilePublicID, e.FileType, e.FileSize, e.FileWidth, e.FileHeight = f.PublicID, f.Type, f.Size, f.Width, f.Height
}

const eventSelect = `SELECT m.*,
	COALESCE(w.public_id, v.public_id, '') AS author_public_id, COALESCE(w.name, v.name, '') AS author_name,
	COALESCE(a.public_id, '') AS agent_public_id, COALESCE(a.name, '') AS agent_name,
	COALESCE(d.public_id, '') AS department_public_id, COALESCE(d.name, '') AS department_name,
	COALESCE(f.public_id, '') AS file_public_id, COALESCE(f.type, '') AS file_type,
	COALESCE(f.size, 0) AS file_size, COALESCE(f.width, 0) AS file_width, COALESCE(f.height, 0) AS file_height
FROM messages m
LEFT JOIN visitors v ON v.id = m.author_id AND m.author_type = 'visitor'
LEFT JOIN agents w ON w.id = m.author_id AND m.author_type = 'agent'
LEFT JOIN agents a ON a.id = m.agent_id
LEFT JOIN departments d ON d.id = m.department_id
LEFT JOIN files f ON f.id = m.file_id
WHERE `

// Range says which part of a log Events reads: after a number, or before one when Before is set.
type Range struct {
	After   int64
	Before  int64
	Limit   int
	Visible bool // only what visitors may see, counted their way
}

// Events reads a part of a conversation's log, oldest first, and whether there is more in the
// direction it was read in.
func (a *Account) Events(ctx context.Context, c *models.Conversation, r Range) ([]Event, bool, error) {
	seq, where, order := "m.seq", "m.seq > ?", "m.seq"
	if r.Visible {
		seq, where, order = "m.visible_seq", "m.visible_seq > ?", "m.visible_seq"
	}
	from := r.After
	if r.Before > 0 {
		where, order, from = seq+" > 0 AND "+seq+" < ?", seq+" DESC", r.Before
	}
	list, err := readAll[Event](a.read(ctx).Raw(eventSelect+`m.account_id = ? AND m.conversation_id = ? AND `+where+` ORDER BY `+order+` LIMIT ?`,
		a.id, c.ID, from, r.Limit+1))
	if err != nil {
		return nil, false, fmt.Errorf("read events of conversation %d: %w", c.ID, err)
	}
	more := len(list) > r.Limit
	if more {
		list = list[:r.Limit]
	}
	if r.Before > 0 {
		for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
			list[i], list[j] = list[j], list[i]
		}
	}
	return list, more, nil
}

// Visitor reads one visitor.
func (a *Account) Visitor(ctx context.Context, id int64) (models.Visitor, error) {
	var v models.Visitor
	err := a.read(ctx).Where("account_id = ? AND id = ?", a.id, id).Take(&v).Error
	return v, missing(err, "there is no such visitor")
}

// ConversationsOf counts all conversations a visitor ever began.
func (a *Account) ConversationsOf(ctx context.Context, visitorID int64) (n int64, err error) {
	err = a.read(ctx).Model(&models.Conversation{}).
		Where("account_id = ? AND visitor_id = ?", a.id, visitorID).Count(&n).Error
	return n, err
}
