package chat

import (
	"context"

	"foyer/app/store"
	"foyer/models"
)

// Start is what a visitor says to begin a conversation.
type Start struct {
	CID        string // the client's id of the first line, and of the start itself
	Text       string // the first line; may be empty
	Department string // public id; "" is the default one
	Person     models.Person
	Kind       models.ConversationKind // KindMessage to leave a message; "" is a chat
}

// Start begins a conversation, or returns the one that is open already; a first line is added
// either way. Asked again with the same cid it returns the conversation it made the first time,
// also when that has ended. Where nobody can answer, because the department is closed or has too many
// waiting, what is said is kept as a message.
func (s *Service) Start(ctx context.Context, v models.Visitor, in Start) (conv string, err error) {
	if err := in.check(); err != nil {
		return "", err
	}
	department, err := s.store.For(v.AccountID).DepartmentCalled(ctx, in.Department)
	if err != nil {
		return "", err
	}
	var b opening
	err = s.store.For(v.AccountID).Change(ctx, func(tx *store.Tx) error {
		b = opening{Start: in, visitor: v, department: department}
		return s.open(tx, &b)
	}, func() {
		for _, e := range b.events {
			m := &move{}
			if e.AuthorType == models.ByVisitor {
				m.by = visitorOf(b.after)
			}
			s.tell(b.after, s.named(m, b.after, e), 0)
		}
	})
	if err != nil {
		return "", err
	}
	if b.made {
		s.wakeSweeper(b.after.DueAt)
		s.Kick(v.AccountID)
		return b.conv.PublicID, nil
	}
	err = s.firstLine(ctx, v, b.conv, in)
	if models.KindOf(err) == models.KindClosed && b.conv.StartCID != in.CID { // another tab has just ended it: this begins anew
		return s.Start(ctx, v, in)
	}
	if err == nil && in.Kind == models.KindMessage {
		err = s.leaveMessage(b.conv)
	}
	return b.conv.PublicID, err
}

func (in Start) check() error {
	if err := models.CheckCID(in.CID); err != nil {
		return err
	}
	if in.Kind != "" && !in.Kind.Valid() {
		return models.Errorf(models.KindInvalid, "kind must be chat or message")
	}
	if in.Text != "" {
		return models.CheckText(in.Text)
	}
	return nil
}

// opening is a conversation about to begin.
type opening struct {
	Start
	visitor    models.Visitor
	department models.Department

	conv   *models.Conversation
	made   bool
	after  models.Summary
	events []models.Message
}

// open finds the conversation a start belongs to, or makes it.
func (s *Service) open(tx *store.Tx, b *opening) (err error) {
	if b.conv, err = tx.StartedBy(b.visitor.ID, b.CID); err != nil || b.conv != nil {
		return err
	}
	if b.conv, err = tx.OpenConversation(b.visitor.ID); err != nil {
		return err
	}
	if b.conv == nil {
		if b.Text == "" && b.Kind == models.KindMessage { // one that was begun before may have all that is to be said
			return models.Errorf(models.KindInvalid, "a message needs text")
		}
		b.made = true
		if err := s.make(tx, b); err != nil {
			return err
		}
	}
	if err := tx.SavePerson(b.visitor.ID, b.Person); err != nil || !b.made {
		return err
	}
	for i := range b.events {
		if err := tx.Append(b.conv, &b.events[i]); err != nil {
			return err
		}
	}
	b.after, err = tx.Summary(b.conv.ID)
	return err
}

// make makes a conversation, with the events it begins with.
func (s *Service) make(tx *store.Tx, b *opening) error {
	cause, err := b.admit(tx)
	if err != nil {
		return err
	}
	if err := b.prepare(tx); err != nil {
		return err
	}
	d := b.department
	first := models.Message{Kind: models.EventQueued, AuthorType: models.BySystem, DepartmentID: d.ID}
	if b.conv.Kind == models.KindMessage {
		first.Kind, first.Cause = models.EventMissed, cause
	} else {
		first.Cause = cause
		s.armWait(&d, b.conv, tx.Now())
	}
	b.events = []models.Message{first}
	if b.Text != "" {
		b.events = append(b.events, models.Message{
			Kind: models.EventMessage, AuthorType: models.ByVisitor, AuthorID: b.visitor.ID, CID: b.CID, Text: b.Text,
		})
	}
	return tx.Create(b.conv)
}

// admit decides in which department a conversation waits, and whether it does. The cause says why
// it is otherwise than was asked for.
func (b *opening) admit(tx *store.Tx) (models.Cause, error) {
	if b.Kind == models.KindMessage {
		return models.CauseLeft, nil
	}
	b.Kind = models.KindChat
	var cause models.Cause
	staffed, err := tx.Staffed(b.department.ID)
	if err != nil {
		return "", err
	}
	if !staffed || !b.department.Open(tx.Now()) {
		cause = models.CauseClosed
	} else {
		full, err := full(tx, b.department)
		if err != nil || !full || b.department.Then == models.ThenWait {
			return "", err
		}
		cause = models.CauseFull
	}
	other, ok, err := overflow(tx, b.department)
	if err != nil {
		return "", err
	}
	if ok {
		b.department = other
		return models.CauseOverflow, nil
	}
	b.Kind = models.KindMessage
	return cause, nil
}

// prepare makes the conversation as the account's settings want it.
func (b *opening) prepare(tx *store.Tx) error {
	account, err := tx.Account()
	if err != nil {
		return err
	}
	c := &models.Conversation{
		SiteID: b.visitor.SiteID, VisitorID: b.visitor.ID, DepartmentID: b.department.ID, StartCID: b.CID, Kind: b.Kind,
		Language: models.Language(b.visitor.Locale),
	}
	if account.ReturnToLast {
		if c.PreferID, err = tx.LastAgent(b.visitor.ID); err != nil {
			return err
		}
	}
	who := b.visitor
	who.Tell(b.Person)
	for _, r := range account.Rules {
		if r.Fits(c, &who) {
			c.Priority, c.Skills = r.Priority, r.Skills
			break
		}
	}
	b.conv = c
	return nil
}

// leaveMessage turns a conversation that waits into a message, because its visitor wants that.
func (s *Service) leaveMessage(c *models.Conversation) error {
	_, err := s.do(&move{
		account: c.AccountID, conv: c.PublicID, why: models.EndMessage,
		decide: func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
			told := models.Message{Kind: models.EventMissed, Cause: models.CauseLeft}
			if c.State == models.StateOffered { // of which the visitor knows nothing
				if err := c.Withdraw(tx.Now()); err != nil {
					return told, err
				}
			}
			return told, c.Keep(tx.Now())
		},
	})
	if models.KindOf(err) == models.KindConflict { // it is one, or somebody has just taken it: both are well
		return nil
	}
	return err
}

// firstLine adds the line of a start to a conversation that was there before: what was said is not
// lost because another tab was faster. A line that is there already is not added again.
func (s *Service) firstLine(ctx context.Context, v models.Visitor, c *models.Conversation, in Start) error {
	if in.Text == "" {
		return nil
	}
	_, err := s.SayAsVisitor(ctx, v, Line{Conv: c.PublicID, CID: in.CID, Text: in.Text})
	return err
}
