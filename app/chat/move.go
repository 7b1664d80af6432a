package chat

import (
	"errors"
	"slices"

	"foyer/app/store"
	"foyer/models"
)

// move is one change of a conversation's state or owner.
type move struct {
	account int64
	conv    string
	by      *Author // nil for the system
	byID    int64
	why     models.EndReason
	// decide changes the conversation by its rules and says which event tells of it.
	decide func(tx *store.Tx, c *models.Conversation) (models.Message, error)
	// also is set by decide to what is told after the event, by the same author unless it has another;
	// nil for nothing.
	also *models.Message
	// note is added for agents only, after the event; may be empty.
	note string
	// left are guests whom the move sent off by the way.
	left []models.Agent
	// about is set by decide to the agent whom the event is about, where that is not the owner.
	about *models.Agent
	// decision is kept with it; may be nil.
	decision *models.Decision
}

// do carries out a move and then looks at the queue, since a place may have become free.
func (s *Service) do(m *move) (models.Summary, error) {
	after, err := s.move(m)
	if err == nil {
		s.Kick(m.account)
	}
	return after, err
}

// How long a log may be for its new owner to hear all of it unasked. Several conversations may come
// at once, and what they bring must fit their sockets' queues.
const (
	maxBacklog      = 50       // events
	maxBacklogBytes = 16 << 10 // of text
)

// short returns a backlog if it is short enough.
func short(backlog []store.Event) []store.Event {
	bytes := 0
	for _, e := range backlog {
		bytes += len(e.Text)
	}
	if bytes > maxBacklogBytes {
		return nil
	}
	return backlog
}

// move carries out a move in one transaction and tells of it after the commit.
func (s *Service) move(m *move) (models.Summary, error) {
	var after models.Summary
	err := <-s.begin(m, &after)
	return after, err
}

// begin is move without waiting for its end, which the channel tells; by then after is set.
func (s *Service) begin(m *move, after *models.Summary) <-chan error {
	var news news
	return s.store.For(m.account).Begin(func(tx *store.Tx) (err error) {
		if news, err = s.carryOut(tx, m); err != nil || len(news.events) == 0 {
			return err
		}
		*after, err = tx.Summary(news.events[0].ConversationID)
		return err
	}, func() {
		for _, e := range short(news.backlog) { // the new owner has heard nothing of it yet
			s.hub.Publish(frame(eventFor(after.PublicID, e, false)), TopicAgent(after.AgentID))
		}
		for _, e := range news.events {
			s.tell(*after, s.named(m, *after, e), news.before...)
		}
		s.wakeSweeper(after.DueAt)
	})
}

// news is what is told of a move.
type news struct {
	events  []models.Message
	backlog []store.Event // for a new owner
	before  []int64       // the owner and the guests
}

// carryOut makes a move within a transaction. No events are news of nothing but a deadline.
func (s *Service) carryOut(tx *store.Tx, m *move) (news, error) {
	c, err := tx.Conversation(m.conv)
	if err != nil {
		return news{}, err
	}
	before := *c
	n := news{before: append([]int64{before.AgentID}, before.Guests...)}
	m.also, m.left = nil, nil
	told, err := m.decide(tx, c)
	if errors.Is(err, errLater) {
		return n, tx.Save(c)
	}
	if err != nil {
		return n, err
	}
	if err := s.arm(tx, before, c); err != nil {
		return n, err
	}
	if c.AgentID != 0 && c.AgentID != before.AgentID {
		if n.backlog, err = tx.Log(c, maxBacklog); err != nil {
			return n, err
		}
	}
	if m.left, err = sentOff(tx, before, c, told); err != nil {
		return n, err
	}
	told.AuthorType, told.AuthorID = models.BySystem, m.byID
	if m.by != nil {
		told.AuthorType = m.by.Type
	}
	if err := tx.Move(before, c, &told, m.why); err != nil {
		return n, err
	}
	n.events = append(n.events, told)
	if err := m.decided(tx, before, c, told); err != nil {
		return n, err
	}
	err = m.tellMore(tx, c, &n)
	return n, err
}

// sentOff returns which guests of before are none any more, but for the new owner and whom the event
// tells of anyway. The change must not be stored yet.
func sentOff(tx *store.Tx, before models.Conversation, c *models.Conversation, told models.Message) (gone []models.Agent, err error) {
	if len(before.Guests) <= len(c.Guests) {
		return nil, nil
	}
	was, err := tx.Summary(c.ID)
	for _, a := range was.GuestAgents {
		if !slices.Contains(c.Guests, a.ID) && a.ID != c.AgentID && told.Kind != models.EventLeft {
			gone = append(gone, a)
		}
	}
	return gone, err
}

// decided keeps what was decided: by the assigner, or by a clock, where nobody was chosen.
func (m *move) decided(tx *store.Tx, before models.Conversation, c *models.Conversation, told models.Message) error {
	if m.decision != nil {
		return tx.Decide(c, *m.decision)
	}
	d := models.Decision{AgentID: c.AgentID}
	switch {
	case told.Kind == models.EventReturned || m.also != nil && m.also.Kind == models.EventReturned:
		d.What, d.Why = models.EventAssigned, models.WhyReturned
	case told.Kind == models.EventTransferred && told.Cause == models.CauseOverflow:
		d.What, d.Why = models.DecidedOverflow, string(models.CauseWaited)
	case told.Kind == models.EventMissed && told.Cause != models.CauseLeft:
		d.What, d.Why = models.EventMissed, string(told.Cause)
	default: // by somebody
		return nil
	}
	department, err := tx.Department(before.DepartmentID)
	if err != nil {
		return err
	}
	d.Facts = models.Facts{
		DepartmentID: department.ID, Mode: department.Mode, Strategy: department.Strategy, Priority: c.Priority,
		Waited: tx.Now().Sub(c.QueuedAt).Milliseconds(), Language: c.Language, Skills: c.Skills,
	}
	if d.What == models.DecidedOverflow { // it waits anew
		d.Facts.Waited = tx.Now().Sub(before.QueuedAt).Milliseconds()
	}
	return tx.Decide(c, d)
}

// tellMore adds the events that follow a move's own.
func (m *move) tellMore(tx *store.Tx, c *models.Conversation, n *news) error {
	var more []models.Message
	for _, a := range m.left {
		more = append(more, models.Message{Kind: models.EventLeft, AuthorType: models.BySystem, AgentID: a.ID})
	}
	if m.also != nil {
		more = append(more, *m.also)
	}
	if m.note != "" {
		more = append(more, models.Message{Kind: models.EventNote, Text: m.note})
	}
	for _, e := range more {
		if e.AuthorType == "" {
			e.AuthorType, e.AuthorID = n.events[0].AuthorType, m.byID
		}
		if err := tx.Append(c, &e); err != nil {
			return err
		}
		n.events = append(n.events, e)
	}
	return nil
}

// named adds to an event the names it goes out with.
func (s *Service) named(m *move, after models.Summary, msg models.Message) store.Event {
	e := event(msg, nil)
	if msg.AuthorType != models.BySystem {
		e = event(msg, m.by)
	}
	if msg.AgentID != 0 && msg.AgentID == after.AgentID {
		e.AgentPublicID, e.AgentName = after.AgentPublicID, after.AgentName
	}
	if m.about != nil && msg.AgentID == m.about.ID {
		e.AgentPublicID, e.AgentName = m.about.PublicID, m.about.Name
	}
	for _, a := range m.left {
		if msg.AgentID == a.ID {
			e.AgentPublicID, e.AgentName = a.PublicID, a.Name
		}
	}
	if msg.DepartmentID != 0 {
		e.DepartmentPublicID, e.DepartmentName = after.DepartmentPublicID, after.DepartmentName
	}
	return e
}
