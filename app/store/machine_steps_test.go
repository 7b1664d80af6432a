package store

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"foyer/models"
)

// aStart begins a conversation as app/chat does: asked again with the same cid, or while another is
// open, it finds that one.
func (m *machine) aStart() step {
	v := rapid.SampledFrom(m.visitors).Draw(m.T, "visitor")
	cid := rapid.SampledFrom([]string{"start 1", "start 2", "start 3"}).Draw(m.T, "cid")
	var c *models.Conversation
	var made bool
	var err error
	return step{
		run: func() {
			err = m.account().Change(background, func(tx *Tx) error {
				var err error
				if c, err = tx.StartedBy(v.ID, cid); err != nil || c != nil {
					return err
				}
				if c, err = tx.OpenConversation(v.ID); err != nil || c != nil {
					return err
				}
				made = true
				c = &models.Conversation{SiteID: v.SiteID, VisitorID: v.ID, DepartmentID: m.support.ID, StartCID: cid}
				return tx.Create(c)
			}, nil)
		},
		judge: func() {
			m.want("start", err, "")
			var want *talk
			for _, t := range m.talks {
				if t.VisitorID == v.ID && (t.StartCID == cid || want == nil && t.State != models.StateClosed) {
					want = t
					if t.StartCID == cid {
						break
					}
				}
			}
			if made != (want == nil) || want != nil && want.ID != c.ID {
				m.Fatalf("started %d (new: %v), want %+v", c.ID, made, want)
			}
			if made {
				t := &talk{Conversation: *c, spans: []span{{who: fmt.Sprint("department ", m.support.ID), from: c.ArrivedAt}}}
				if c.Fence != 1 || c.State != models.StateQueued || c.ArrivedAt != m.clock.instant() {
					m.Fatalf("a new conversation is %+v", c)
				}
				m.talks = append(m.talks, t)
				m.dirty[t] = true
			}
		},
	}
}

// aPost says something: as the visitor, as somebody else, as an agent, as a note; new, again, or
// something else under the same cid.
func (m *machine) aPost(c *talk) step {
	p := &Post{
		Conversation: c.PublicID, Note: rapid.Bool().Draw(m.T, "note"),
		CID:  rapid.SampledFrom([]string{"1", "2", "3", "4", "5"}).Draw(m.T, "cid"),
		Text: rapid.SampledFrom([]string{"hello", "good bye"}).Draw(m.T, "text"),
	}
	switch rapid.IntRange(0, 5).Draw(m.T, "who") {
	case 0, 1:
		p.Author = visitorOf(c.Conversation)
	case 2:
		p.Author = models.Author{Type: models.ByVisitor, ID: rapid.SampledFrom(m.visitors).Draw(m.T, "visitor").ID}
	case 3, 4:
		if p.Author = byAgent(m.anAgent()); c.AgentID != 0 {
			p.Author.ID = c.AgentID
		}
	default:
		p.Author = byAgent(m.anAgent())
	}
	announced := false
	var err error
	return step{
		post: true,
		run:  func() { err = m.account().Post(background, p, func() { announced = true }) },
		judge: func() {
			kind, first := c.verdict(p)
			if announced != (kind == "" && first == 0) {
				m.Fatalf("announced is %v", announced)
			}
			if !m.want("post", err, kind) {
				return
			}
			if first > 0 {
				if !p.Dup || p.Message != c.log[first-1] {
					m.Fatalf("sent again: %+v (dup %v), first %+v", p.Message, p.Dup, c.log[first-1])
				}
				return
			}
			want := models.Message{
				Kind: models.EventMessage, AuthorType: p.Author.Type, AuthorID: p.Author.ID, CID: p.CID, Text: p.Text,
			}
			if p.Note {
				want.Kind = models.EventNote
			}
			m.append(c, want)
			if p.Dup || p.Message != c.log[len(c.log)-1] {
				m.Fatalf("answered %+v (dup %v), want %+v", p.Message, p.Dup, c.log[len(c.log)-1])
			}
		},
	}
}

// verdict says how a post must end, and the seq of the line it repeats, if it does.
func (c *talk) verdict(p *Post) (kind models.Kind, first int64) {
	agent := p.Author.Type == models.ByAgent
	if !agent && p.Author.ID != c.VisitorID {
		return models.KindNotFound, 0
	}
	for _, e := range c.log {
		if e.CID == p.CID && e.Author() == p.Author {
			if e.Text == p.Text && (e.Kind == models.EventNote) == p.Note {
				return "", e.Seq
			}
			return models.KindCIDConflict, 0
		}
	}
	switch {
	case p.Note && agent:
		return "", 0
	case p.Note:
		return models.KindForbidden, 0
	case c.State == models.StateClosed:
		return models.KindClosed, 0
	case agent && (c.State != models.StateActive || c.AgentID != p.Author.ID && !slices.Contains(c.Guests, p.Author.ID)):
		return models.KindConflict, 0
	}
	return "", 0
}

// append lets the model follow: numbers and counters by their definition, not by Add.
func (m *machine) append(c *talk, e models.Message) {
	e.At, e.AccountID, e.ConversationID = m.clock.instant(), m.id, c.ID
	e.Seq = int64(len(c.log)) + 1
	c.LastSeq = e.Seq
	if e.Kind != models.EventNote && e.Kind != models.EventOffered && e.Kind != models.EventDeclined {
		c.LastVisibleSeq++
		e.VisibleSeq = c.LastVisibleSeq
	}
	if e.Kind == models.EventMessage {
		c.LastLineSeq = e.Seq
	}
	c.log = append(c.log, e)
	c.count()
	m.dirty[c] = true
}

// count counts what is unread, in the log.
func (c *talk) count() {
	c.Unread, c.VisitorUnread, c.AgentReadSeen = 0, 0, 0
	for _, e := range c.log {
		if e.Kind == models.EventMessage && e.AuthorType == models.ByVisitor && e.Seq > c.AgentReadSeq {
			c.Unread++
		}
		if e.Kind == models.EventMessage && e.AuthorType == models.ByAgent && e.Seq > c.VisitorReadSeq {
			c.VisitorUnread++
		}
		if e.Seq <= c.AgentReadSeq {
			c.AgentReadSeen = max(c.AgentReadSeen, e.VisibleSeq)
		}
	}
}

// aRead is the owner or the visitor reading up to somewhere, which may not be there.
func (m *machine) aRead(c *talk) step {
	seq := rapid.Int64Range(-1, int64(len(c.log))+2).Draw(m.T, "seq")
	owner := rapid.Bool().Draw(m.T, "by the owner")
	mark := (*Tx).ReadByVisitor
	if owner {
		mark = (*Tx).ReadByOwner
	}
	var news bool
	var err error
	return step{
		run: func() {
			err = m.account().Change(background, func(tx *Tx) error {
				now, err := tx.Conversation(c.PublicID)
				if err == nil {
					news, err = mark(tx, now, seq)
				}
				return err
			}, nil)
		},
		judge: func() {
			m.want("read", err, "")
			before := c.Conversation
			for _, e := range c.log {
				if owner && e.Seq <= seq {
					c.AgentReadSeq = max(c.AgentReadSeq, e.Seq)
				}
				if !owner && e.VisibleSeq > 0 && e.VisibleSeq <= seq {
					c.VisitorReadSeq = max(c.VisitorReadSeq, e.Seq)
				}
			}
			c.count()
			if want := before.AgentReadSeq != c.AgentReadSeq || before.VisitorReadSeq != c.VisitorReadSeq; news != want {
				m.Fatalf("reading up to %d is news: %v, want %v", seq, news, want)
			}
			m.dirty[c] = true
		},
	}
}
