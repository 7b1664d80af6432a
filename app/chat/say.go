package chat

import (
	"cmp"
	"context"
	"log/slog"

	"foyer/app/hub"
	"foyer/app/store"
	"foyer/models"
)

// Line is what somebody wants to say.
type Line struct {
	Conv string
	CID  string
	Text string
	File string // the id of an upload, instead of Text
	Note bool   // for agents only
}

// Ack says that a line is on disk.
type Ack struct {
	T    string         `json:"t,omitempty"`
	CID  string         `json:"cid"`
	Conv string         `json:"conv"`
	Seq  int64          `json:"seq" doc:"its number in the log"`
	At   models.Instant `json:"at" format:"date-time"`
	Dup  bool           `json:"dup,omitempty" doc:"it had been stored before"`
}

// SayAsVisitor stores a line of a visitor and tells everybody concerned. Numbers are the visitor's.
func (s *Service) SayAsVisitor(ctx context.Context, v models.Visitor, l Line) (Ack, error) {
	p, err := s.say(ctx, v.AccountID, asVisitor(v, l), nil)
	return visitorAck(p), err
}

// SayAsAgent stores a line or note of an agent and tells everybody concerned.
func (s *Service) SayAsAgent(ctx context.Context, a models.Agent, l Line) (Ack, error) {
	p, err := s.say(ctx, a.AccountID, asAgent(a, l), authorOf(a))
	return agentAck(p), err
}

// Stream is the lines of one socket, which doesn't wait for one before it hands over the next. The
// zero value is ready.
type Stream = store.Stream

// BeginAsVisitor is SayAsVisitor without waiting: answer gets the end, before anybody else is told.
// It must not wait for anything. What is begun in a row is stored and answered in this order. An
// error is of a line that was not even begun.
func (s *Service) BeginAsVisitor(v models.Visitor, of *Stream, l Line, answer func(Ack, error)) error {
	p := asVisitor(v, l)
	return s.beginLine(v.AccountID, of, p, nil, func(err error) { answer(visitorAck(p), err) })
}

// BeginAsAgent is SayAsAgent in the way of BeginAsVisitor.
func (s *Service) BeginAsAgent(a models.Agent, of *Stream, l Line, answer func(Ack, error)) error {
	p := asAgent(a, l)
	return s.beginLine(a.AccountID, of, p, authorOf(a), func(err error) { answer(agentAck(p), err) })
}

func asVisitor(v models.Visitor, l Line) *store.Post {
	return &store.Post{Conversation: l.Conv, Author: models.Author{Type: models.ByVisitor, ID: v.ID}, CID: l.CID, Text: l.Text, File: l.File}
}

func asAgent(a models.Agent, l Line) *store.Post {
	return &store.Post{Conversation: l.Conv, Author: models.Author{Type: models.ByAgent, ID: a.ID}, CID: l.CID, Text: l.Text, File: l.File, Note: l.Note}
}

func visitorAck(p *store.Post) Ack {
	return Ack{CID: p.CID, Conv: p.Conversation, Seq: p.Message.VisibleSeq, At: p.Message.At, Dup: p.Dup}
}

func agentAck(p *store.Post) Ack {
	return Ack{CID: p.CID, Conv: p.Conversation, Seq: p.Message.Seq, At: p.Message.At, Dup: p.Dup}
}

// say stores a line and tells of it. name is the author's, nil for the visitor's, which another tab
// may have changed.
func (s *Service) say(ctx context.Context, account int64, p *store.Post, name *Author) (*store.Post, error) {
	if err := checkLine(p); err != nil {
		return p, err
	}
	return p, s.store.For(account).Post(ctx, p, func() {
		s.tellLine(p, name)
		s.heard(p)
	})
}

func (s *Service) beginLine(account int64, of *Stream, p *store.Post, name *Author, answer func(error)) error {
	if err := checkLine(p); err != nil {
		return err
	}
	p.Stream = of
	s.store.For(account).BeginPost(p, func(err error) {
		answer(err) // whoever sent it hears of the ack before the event
		if err == nil && !p.Dup {
			s.tellLine(p, name)
			s.heard(p)
		}
	})
	return nil
}

func checkLine(p *store.Post) error {
	if err := models.CheckCID(p.CID); err != nil {
		return err
	}
	switch {
	case p.File == "":
		return models.CheckText(p.Text)
	case p.Text != "":
		return models.Errorf(models.KindInvalid, "send either text or a file, one after the other")
	}
	return nil
}

func (s *Service) tellLine(p *store.Post, name *Author) {
	if name == nil {
		name = visitorOf(p.Summary)
	}
	e := event(p.Message, name)
	e.Show(p.Sent)
	s.tell(p.Summary, e, 0)
}

// heard does what follows from a line, for which the line itself need not wait.
func (s *Service) heard(p *store.Post) {
	c := p.Summary
	if _, warned := c.Deadlines[models.DueIdleClose]; warned && !p.Note {
		s.beside(func() {
			if err := s.unwarn(context.Background(), c); err != nil {
				slog.Error("the warning of a silent visitor could not be taken back", "conversation", c.PublicID, "error", err)
			}
		})
	}
	if c.Kind == models.KindMessage && c.State == models.StateQueued && p.Author.Type == models.ByVisitor {
		s.beside(func() {
			if err := s.revive(context.Background(), c); err != nil {
				slog.Error("a visitor who came back could not be queued", "conversation", c.PublicID, "error", err)
			}
		})
	}
}

// unwarn takes back the warning that a conversation will close: it goes on.
func (s *Service) unwarn(ctx context.Context, c models.Summary) error {
	var after models.Summary
	err := s.store.For(c.AccountID).Change(ctx, func(tx *store.Tx) error {
		c, err := tx.Conversation(c.PublicID)
		if err != nil {
			return err
		}
		if _, warned := c.Deadlines[models.DueIdleClose]; warned {
			d, err := tx.Department(c.DepartmentID)
			if err != nil {
				return err
			}
			listenAgain(&d, c, tx.Now())
			if err := tx.Save(c); err != nil {
				return err
			}
		}
		after, err = tx.Summary(c.ID)
		return err
	}, func() { s.tellSummary(after, true) })
	s.wakeSweeper(after.DueAt)
	return err
}

// revive puts a visitor who goes on writing into a message they left into the queue, if somebody can
// answer them now and there is room in it.
func (s *Service) revive(ctx context.Context, c models.Summary) error {
	f, err := s.floor(ctx, c.AccountID)
	if err != nil {
		return err
	}
	now := models.InstantOf(s.now())
	if d := f.byID[c.DepartmentID]; d == nil || !d.Open(now) || !f.here(d.ID) {
		return nil
	}
	_, err = s.do(&move{
		account: c.AccountID, conv: c.PublicID,
		decide: func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
			told := models.Message{Kind: models.EventQueued, Cause: models.CauseBack, DepartmentID: c.DepartmentID}
			d, err := tx.Department(c.DepartmentID)
			if err != nil {
				return told, err
			}
			if full, err := full(tx, d); err != nil || full && d.Then != models.ThenWait {
				return told, cmp.Or(err, errNoRoom)
			}
			return told, c.Revive(tx.Now())
		},
	})
	if models.KindOf(err) == models.KindConflict { // somebody has taken it, it is queued already, or there is no room
		return nil
	}
	return err
}

// errNoRoom says that a message stays one because as many wait as may.
var errNoRoom = models.Errorf(models.KindConflict, "the queue is full")

// ReadAsVisitor notes up to where, in the visitor's count, a visitor has read.
func (s *Service) ReadAsVisitor(ctx context.Context, v models.Visitor, conv string, seq int64) error {
	return s.read(ctx, v.AccountID, conv, func(tx *store.Tx, c *models.Conversation) (bool, error) {
		if c.VisitorID != v.ID {
			return false, models.Errorf(models.KindNotFound, "there is no such conversation")
		}
		return tx.ReadByVisitor(c, seq)
	}, func(c models.Summary) {
		f := readFrame{"read", conv, c.VisitorReadSeq, *visitorOf(c)}
		if c.State != models.StateClosed {
			s.hub.Publish(frame(f), near(c)...)
		}
		f.Seq = min(seq, c.LastVisibleSeq)
		s.hub.Publish(frame(f), TopicVisitor(v.ID)) // other tabs
	})
}

// ReadAsAgent notes up to where an agent has read. Only the owner's reading counts: that a
// colleague looked in is no answer to the visitor.
func (s *Service) ReadAsAgent(ctx context.Context, a models.Agent, conv string, seq int64) error {
	var seen int64
	return s.read(ctx, a.AccountID, conv, func(tx *store.Tx, c *models.Conversation) (bool, error) {
		if !isOf(c, a) {
			return false, nil
		}
		seen = c.AgentReadSeen
		return tx.ReadByOwner(c, seq)
	}, func(c models.Summary) {
		f := readFrame{"read", conv, c.AgentReadSeq, *authorOf(a)}
		s.hub.Publish(frame(f), TopicAgent(a.ID), TopicWatch(c.ID))
		if f.Seq = c.AgentReadSeen; f.Seq > seen { // that a note was read is no news to the visitor
			s.hub.Publish(frame(f), TopicVisitor(c.VisitorID))
		}
		s.tellSummary(c, false)
	})
}

func (s *Service) read(ctx context.Context, account int64, conv string,
	mark func(*store.Tx, *models.Conversation) (bool, error), tell func(models.Summary),
) error {
	var after models.Summary
	var news bool
	return s.store.For(account).Change(ctx, func(tx *store.Tx) error {
		c, err := tx.Conversation(conv)
		if err != nil {
			return err
		}
		if news, err = mark(tx, c); err != nil || !news {
			return err
		}
		after, err = tx.Summary(c.ID)
		return err
	}, func() {
		if news {
			tell(after)
		}
	})
}

// TypingAsVisitor passes on that a visitor is typing, and what, if the site allows that.
func (s *Service) TypingAsVisitor(ctx context.Context, v models.Visitor, site models.Site, conv, text string) error {
	c, err := s.ofVisitor(ctx, v, conv)
	if err != nil || c.State == models.StateClosed {
		return err
	}
	s.signs.pressed(c.ID, 0, models.InstantOf(s.now()))
	f := typingFrame{T: "typing", Conv: conv, From: *visitorOf(c)}
	if site.TypingPreview {
		f.Text = models.Clip(text, maxPreview)
	}
	s.hub.Hint(frame(f), near(c)...)
	return nil
}

// maxPreview is how much of an unsent text agents may see, in characters.
const maxPreview = 300

// TypingAsAgent passes on to the visitor that the agent who has the conversation is typing, and to
// colleagues who follow it that anybody is.
func (s *Service) TypingAsAgent(ctx context.Context, a models.Agent, conv string) error {
	c, err := s.store.For(a.AccountID).Summary(ctx, conv)
	if err != nil {
		return err
	}
	s.signs.pressed(c.ID, a.ID, models.InstantOf(s.now()))
	to := []hub.Topic{TopicWatch(c.ID)}
	for _, id := range append([]int64{c.AgentID}, c.Guests...) {
		if id != a.ID {
			to = append(to, TopicAgent(id))
		}
	}
	if c.Has(a.ID) {
		to = append(to, TopicVisitor(c.VisitorID))
	}
	s.hub.Hint(frame(typingFrame{T: "typing", Conv: conv, From: *authorOf(a)}), to...)
	return nil
}
