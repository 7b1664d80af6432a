package chat

import (
	"context"
	"strconv"

	"foyer/app/store"
	"foyer/models"
)

// MaxPage is the most entries one answer has.
const MaxPage = 200

// Query says which conversations an agent wants to see.
type Query struct {
	State  models.State            // "" for all
	Kind   models.ConversationKind // "" for both
	Mine   bool
	Cursor string // Next of the page before
	Limit  int
}

// Page is a part of a list. Next asks for the following part; "" after the last.
type Page struct {
	Items []Summary
	Next  string
}

// List returns conversations of the account, the newest first.
func (s *Service) List(ctx context.Context, a models.Agent, q Query) (Page, error) {
	f := store.Filter{State: q.State, Kind: q.Kind, Limit: q.Limit + 1}
	if q.Kind != "" && !q.Kind.Valid() {
		return Page{}, models.Errorf(models.KindInvalid, "kind must be chat or message")
	}
	if q.State != "" && !q.State.Valid() {
		return Page{}, models.Errorf(models.KindInvalid, "state must be queued, offered, active or closed")
	}
	if q.Mine {
		f.OwnerID = a.ID
	}
	if q.Cursor != "" {
		var err error
		if f.Before, err = strconv.ParseInt(q.Cursor, 36, 64); err != nil || f.Before <= 0 {
			return Page{}, models.Errorf(models.KindInvalid, "cursor must be the next of an earlier answer")
		}
	}
	list, err := s.store.For(a.AccountID).List(ctx, f)
	if err != nil {
		return Page{}, err
	}
	p := Page{Items: []Summary{}}
	for i, c := range list {
		if i == q.Limit {
			p.Next = strconv.FormatInt(list[i-1].ID, 36)
			break
		}
		p.Items = append(p.Items, s.summary(c))
	}
	return p, nil
}

// Details is a conversation with what is known of its visitor.
type Details struct {
	Summary
	Person Person `json:"person"`
}

// Person is what a visitor and their browser told. None of it is verified.
type Person struct {
	Email         string            `json:"email"`
	Locale        string            `json:"locale"`
	UserAgent     string            `json:"user_agent"`
	Page          VisitedPage       `json:"page"`
	FirstSeenAt   models.Instant    `json:"first_seen_at" format:"date-time"`
	Fields        map[string]string `json:"fields"`
	Conversations int64             `json:"conversations" doc:"how many they ever began, this one included"`
}

// VisitedPage is where a visitor is.
type VisitedPage struct {
	URL      string `json:"url"`
	Title    string `json:"title"`
	Referrer string `json:"referrer"`
}

// Details returns a conversation with what is known of its visitor.
func (s *Service) Details(ctx context.Context, a models.Agent, conv string) (Details, error) {
	account := s.store.For(a.AccountID)
	c, err := account.Summary(ctx, conv)
	if err != nil {
		return Details{}, err
	}
	v, err := account.Visitor(ctx, c.VisitorID)
	if err != nil {
		return Details{}, err
	}
	n, err := account.ConversationsOf(ctx, v.ID)
	fields := v.Fields
	if fields == nil {
		fields = map[string]string{}
	}
	return Details{Summary: s.summary(c), Person: Person{
		Email: v.Email, Locale: v.Locale, UserAgent: v.UserAgent, FirstSeenAt: v.CreatedAt, Conversations: n,
		Page: VisitedPage{v.PageURL, v.PageTitle, v.PageReferrer}, Fields: fields,
	}}, err
}

// Slice says which part of a log is wanted: after a number, or before one when Before is set.
type Slice struct {
	After, Before int64
	Limit         int // 0 is MaxPage
}

// Log returns a part of a conversation's log as agents see it, oldest first, and whether there is
// more in that direction.
func (s *Service) Log(ctx context.Context, a models.Agent, conv string, part Slice) ([]Event, bool, error) {
	c, err := s.store.For(a.AccountID).Summary(ctx, conv)
	if err != nil {
		return nil, false, err
	}
	return s.log(ctx, &c.Conversation, part, false)
}

// LogForVisitor is Log for the visitor whose conversation it is, in the visitor's count.
func (s *Service) LogForVisitor(ctx context.Context, v models.Visitor, conv string, part Slice) ([]Event, bool, error) {
	c, err := s.ofVisitor(ctx, v, conv)
	if err != nil {
		return nil, false, err
	}
	return s.log(ctx, &c.Conversation, part, true)
}

func (s *Service) log(ctx context.Context, c *models.Conversation, part Slice, visitor bool) ([]Event, bool, error) {
	if part.After < 0 || part.Before < 0 || part.Limit < 0 || part.Limit > MaxPage {
		return nil, false, models.Errorf(models.KindInvalid, "after and before must be 0 or more, limit 1 to %d", MaxPage)
	}
	if part.Limit == 0 {
		part.Limit = MaxPage
	}
	list, more, err := s.store.For(c.AccountID).Events(ctx, c, store.Range{
		After: part.After, Before: part.Before, Limit: part.Limit, Visible: visitor,
	})
	if err != nil {
		return nil, false, err
	}
	events := make([]Event, len(list))
	for i, e := range list {
		events[i] = eventFor(c.PublicID, e, visitor)
	}
	return events, more, nil
}

// Colleague is an agent as colleagues see them.
type Colleague struct {
	ID        string              `json:"id"`
	Name      string              `json:"name"`
	Role      models.Role         `json:"role" enum:"owner,admin,supervisor,agent"`
	Status    models.Availability `json:"status" enum:"online,away,offline" doc:"offline also while connected nowhere"`
	Accepting bool                `json:"accepting" doc:"wants new conversations while online"`
	Open      int                 `json:"open" doc:"conversations they have"`
	Limit     int                 `json:"limit" doc:"conversations they may have"`
}

// Colleagues returns all agents of the account, by name.
func (s *Service) Colleagues(ctx context.Context, a models.Agent) ([]Colleague, error) {
	account := s.store.For(a.AccountID)
	of, err := account.Account(ctx)
	if err != nil {
		return nil, err
	}
	agents, err := account.Agents(ctx)
	list := make([]Colleague, len(agents))
	for i, c := range agents {
		list[i] = Colleague{
			ID: c.PublicID, Name: c.Name, Role: c.Role, Status: s.Status(c.Agent, of), Accepting: c.Accepting, Open: c.Open, Limit: c.ChatLimit,
		}
	}
	return list, err
}
