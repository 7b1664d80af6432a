package chat

import (
	"context"

	"foyer/app/store"
	"foyer/models"
)

// amendment is one change of what somebody said.
type amendment struct {
	account int64
	conv    string
	by      models.Author
	name    *Author // nil for the visitor's, as it is now
	// find reads the line, if its author may see it and may still write to the conversation.
	find func(*store.Tx, *models.Conversation) (store.Line, error)
	text string // "" deletes it
}

// EditAsVisitor gives a line of a visitor another text. seq is the visitor's.
func (s *Service) EditAsVisitor(ctx context.Context, v models.Visitor, conv string, seq int64, text string) error {
	if err := models.CheckText(text); err != nil {
		return err
	}
	return s.amend(ctx, ofVisitors(v, conv, seq, text))
}

// DeleteAsVisitor takes a line of a visitor back. seq is the visitor's.
func (s *Service) DeleteAsVisitor(ctx context.Context, v models.Visitor, conv string, seq int64) error {
	return s.amend(ctx, ofVisitors(v, conv, seq, ""))
}

// EditAsAgent gives a line or note of an agent another text.
func (s *Service) EditAsAgent(ctx context.Context, a models.Agent, conv string, seq int64, text string) error {
	if err := models.CheckText(text); err != nil {
		return err
	}
	return s.amend(ctx, ofAgents(a, conv, seq, text))
}

// DeleteAsAgent takes a line or note of an agent back.
func (s *Service) DeleteAsAgent(ctx context.Context, a models.Agent, conv string, seq int64) error {
	return s.amend(ctx, ofAgents(a, conv, seq, ""))
}

func ofVisitors(v models.Visitor, conv string, seq int64, text string) amendment {
	return amendment{
		account: v.AccountID, conv: conv, by: models.Author{Type: models.ByVisitor, ID: v.ID}, text: text,
		find: func(tx *store.Tx, c *models.Conversation) (store.Line, error) {
			if c.VisitorID != v.ID {
				return store.Line{}, models.Errorf(models.KindNotFound, "there is no such conversation")
			}
			line, err := tx.VisibleLine(c, seq)
			if err == nil && c.State == models.StateClosed {
				err = models.Errorf(models.KindClosed, "this conversation is closed")
			}
			return line, err
		},
	}
}

func ofAgents(a models.Agent, conv string, seq int64, text string) amendment {
	return amendment{
		account: a.AccountID, conv: conv, by: models.Author{Type: models.ByAgent, ID: a.ID}, name: authorOf(a), text: text,
		find: func(tx *store.Tx, c *models.Conversation) (store.Line, error) {
			line, err := tx.Line(c, seq)
			switch {
			case err != nil || line.Kind == models.EventNote:
			case c.State == models.StateClosed:
				err = models.Errorf(models.KindClosed, "this conversation is closed")
			case !c.Has(a.ID):
				err = models.Errorf(models.KindConflict, "you do not have this conversation any more")
			}
			return line, err
		},
	}
}

// amend carries out an amendment and tells of it. To say again what is so already is no error and
// no event.
func (s *Service) amend(ctx context.Context, a amendment) error {
	var after models.Summary
	var told models.Message
	return s.store.For(a.account).Change(ctx, func(tx *store.Tx) error {
		told = models.Message{}
		c, err := tx.Conversation(a.conv)
		if err != nil {
			return err
		}
		line, err := a.find(tx, c)
		if err != nil {
			return err
		}
		if line.Author() == a.by && (a.text == "" && line.Deleted || a.text != "" && a.text == line.Current) {
			return nil
		}
		if err := line.MayAmend(a.by, tx.Now(), s.settings.EditWindow); err != nil {
			return err
		}
		switch {
		case line.Deleted:
			return models.Errorf(models.KindConflict, "this message was deleted")
		case line.Kind == models.EventFile && a.text != "":
			return models.Errorf(models.KindInvalid, "a file can't be edited: delete it and send another")
		case a.text == "":
			told, err = tx.Delete(c, line.Message)
		default:
			told, err = tx.Edit(c, line.Message, a.text)
		}
		if err != nil {
			return err
		}
		after, err = tx.Summary(c.ID)
		return err
	}, func() {
		if told.Seq == 0 {
			return
		}
		name := a.name
		if name == nil {
			name = visitorOf(after)
		}
		s.tell(after, event(told, name))
	})
}
