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
}

// Start begins a conversation, or returns the one that is open already; a first line is added
// either way. Asked again with the same cid it returns the conversation it made the first time,
// also when that has ended.
func (s *Service) Start(ctx context.Context, v models.Visitor, in Start) (conv string, err error) {
	if err := models.CheckCID(in.CID); err != nil {
		return "", err
	}
	if in.Text != "" {
		if err := models.CheckText(in.Text); err != nil {
			return "", err
		}
	}
	department, err := s.store.For(v.AccountID).DepartmentCalled(ctx, in.Department)
	if err != nil {
		return "", err
	}
	var c *models.Conversation
	var made bool
	var after models.Summary
	var events []models.Message
	err = s.store.For(v.AccountID).Change(ctx, func(tx *store.Tx) error {
		events = events[:0]
		var err error
		if c, made, err = open(tx, v, in.CID, department.ID); err != nil {
			return err
		}
		if err := tx.SavePerson(v.ID, in.Person); err != nil || !made {
			return err
		}
		events = append(events, models.Message{
			Kind: models.EventQueued, AuthorType: models.BySystem, DepartmentID: department.ID,
		})
		if in.Text != "" {
			events = append(events, models.Message{
				Kind: models.EventMessage, AuthorType: models.ByVisitor, AuthorID: v.ID, CID: in.CID, Text: in.Text,
			})
		}
		for i := range events {
			if err := tx.Append(c, &events[i]); err != nil {
				return err
			}
		}
		after, err = tx.Summary(c.ID)
		return err
	}, func() {
		for _, e := range events {
			m := move{by: visitorOf(after)}
			if e.AuthorType == models.BySystem {
				m.by = nil
			}
			s.tell(after, s.named(m, after, e), 0)
		}
	})
	if err != nil {
		return "", err
	}
	if made {
		s.Kick(v.AccountID)
		return c.PublicID, nil
	}
	err = s.firstLine(ctx, v, c, in)
	if models.KindOf(err) == models.KindClosed && c.StartCID != in.CID { // another tab has just ended it: this begins anew
		return s.Start(ctx, v, in)
	}
	return c.PublicID, err
}

// open finds the conversation a start belongs to, or makes it.
func open(tx *store.Tx, v models.Visitor, cid string, department int64) (c *models.Conversation, made bool, err error) {
	if c, err = tx.StartedBy(v.ID, cid); err != nil || c != nil {
		return c, false, err
	}
	if c, err = tx.OpenConversation(v.ID); err != nil || c != nil {
		return c, false, err
	}
	c = &models.Conversation{SiteID: v.SiteID, VisitorID: v.ID, DepartmentID: department, StartCID: cid}
	return c, true, tx.Create(c)
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
