package chat

import (
	"errors"
	"log/slog"
	"slices"
	"time"

	"foyer/app/store"
	"foyer/models"
)

const (
	lookAgain   = time.Minute      // how long until a deadline that could not be acted on is looked at again
	typingHolds = 10 * time.Second // how long the clock of a silent agent stands after a key was pressed
	typingMost  = 3                // and how many times the silent time it may come to in all
)

// errLater says that a deadline was put off or taken back: nothing is to be told.
var errLater = errors.New("chat: a deadline was put off")

// passed does what a deadline was set for, unless it no longer holds.
func (s *Service) passed(d store.Due) error {
	act, ok := deadlines[d.DueWhat]
	if !ok {
		slog.Error("deadline of unknown kind", "conversation", d.PublicID, "what", d.DueWhat)
		return nil
	}
	m := &move{account: d.AccountID, conv: d.PublicID}
	m.decide = func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
		if c.DueWhat != d.DueWhat || c.DueAt > tx.Now() {
			return models.Message{}, models.Errorf(models.KindConflict, "this deadline no longer holds")
		}
		c.SetDue(d.DueWhat, 0)
		return act(s, tx, c, m)
	}
	_, err := s.do(m)
	return err
}

// deadlines are what each deadline does. By then it is taken back; errLater keeps that, and whatever
// else was set, without another change.
var deadlines = map[models.DueWhat]func(*Service, *store.Tx, *models.Conversation, *move) (models.Message, error){
	models.DueAgentGrace: (*Service).agentLost,
	models.DueOffer:      (*Service).rangInVain,
	models.DueSilent:     (*Service).agentSilent,
	models.DueIdle:       (*Service).visitorIdle,
	models.DueIdleClose:  (*Service).idleForTooLong,
	models.DueAbandoned:  (*Service).abandoned,
	models.DueWait:       (*Service).waitedTooLong,
	models.DueClosing:    (*Service).closing,
	models.DueAskAgain:   (*Service).askAgain,
	models.DueBack:       (*Service).nobodyTook,
}

// of notes which agent an event is about, by name.
func (m *move) of(tx *store.Tx, c *models.Conversation, agentID int64) error {
	seat, err := tx.Seat(agentID, c.DepartmentID)
	m.about = &seat.Agent
	return err
}

// agentLost takes a conversation from an agent nobody has heard from for the grace. Should they come
// back while it still waits, it is theirs rather than others'.
func (s *Service) agentLost(tx *store.Tx, c *models.Conversation, m *move) (models.Message, error) {
	told := models.Message{Kind: models.EventAgentLost, AgentID: c.AgentID, DepartmentID: c.DepartmentID}
	lost := c.AgentID
	if s.presence.Agent(lost) {
		return told, errLater
	}
	if err := m.of(tx, c, lost); err != nil {
		return told, err
	}
	if m.why = models.EndAgentLost; c.State == models.StateOffered {
		told.Kind, told.Cause, told.DepartmentID = models.EventDeclined, models.CauseLost, 0
		return told, s.withdraw(tx, c, m)
	}
	if c.Kind == models.KindMessage && s.presence.Visitor(c.VisitorID) {
		c.Kind = models.KindChat // they are here by now
	}
	guests := c.Guests
	back, err := s.unanswered(tx, c)
	if err != nil {
		return told, err
	}
	if err := c.Requeue(c.DepartmentID, tx.Now()); err != nil {
		return told, err
	}
	if back != 0 {
		if ok, err := s.giveBack(tx, c, back); ok || err != nil {
			m.also = returned(back)
			return told, err
		}
	}
	c.PreferID = lost
	for _, id := range guests {
		if s.presence.Agent(id) { // who knows what it is about
			c.PreferID = id
			break
		}
	}
	return told, nil
}

// unanswered is who gave a conversation to its owner, if nobody has said a word in it since; 0 if not.
func (s *Service) unanswered(tx *store.Tx, c *models.Conversation) (int64, error) {
	if c.BackID == 0 {
		return 0, nil
	}
	answered, err := tx.Answered(c)
	if answered {
		return 0, err
	}
	return c.BackID, err
}

// rangInVain ends an offer that nobody accepted.
func (s *Service) rangInVain(tx *store.Tx, c *models.Conversation, m *move) (models.Message, error) {
	told := models.Message{Kind: models.EventDeclined, Cause: models.CauseMissed, AgentID: c.AgentID}
	if err := m.of(tx, c, c.AgentID); err != nil {
		return told, err
	}
	m.why = models.EndMissed
	return told, s.withdraw(tx, c, m)
}

// withdraw ends an offer. What was being transferred goes back to who had it, if they can have it and
// there is no time left to ask others.
func (s *Service) withdraw(tx *store.Tx, c *models.Conversation, m *move) error {
	back := c.BackID
	_, others := c.Deadlines[models.DueBack]
	for _, what := range []models.DueWhat{models.DueWait, models.DueClosing} {
		if c.Deadlines[what] == afterOffer(c) { // it was put off
			c.SetDue(what, tx.Now())
		}
	}
	if err := c.Withdraw(tx.Now().Add(s.settings.AskAgain)); err != nil || back == 0 || others {
		return err
	}
	c.BackID = 0
	ok, err := s.giveBack(tx, c, back)
	if ok {
		m.also = returned(back)
	}
	return err
}

// returned tells that what nobody took is back with an agent: not by whoever did not take it, of whom
// the visitor knows nothing.
func returned(agentID int64) *models.Message {
	return &models.Message{Kind: models.EventReturned, AuthorType: models.BySystem, AgentID: agentID}
}

// giveBack gives what nobody took to the agent who had it, if they can have it.
func (s *Service) giveBack(tx *store.Tx, c *models.Conversation, agentID int64) (bool, error) {
	seat, err := tx.Seat(agentID, c.DepartmentID)
	if err != nil || !s.presence.Agent(agentID) || seat.Availability == models.Offline || ownRoom(seat) != nil {
		return false, err
	}
	return true, c.Assign(agentID, tx.Now())
}

// agentSilent takes a conversation from an agent who has not answered in time.
func (s *Service) agentSilent(tx *store.Tx, c *models.Conversation, m *move) (models.Message, error) {
	told := models.Message{Kind: models.EventAgentSilent, AgentID: c.AgentID, DepartmentID: c.DepartmentID}
	answered, err := tx.Answered(c)
	if err != nil {
		return told, err
	}
	if answered {
		c.Tried, c.AskAgainAt = nil, 0
		return told, errLater
	}
	d, err := tx.Department(c.DepartmentID)
	if err != nil {
		return told, err
	}
	typed := s.signs.typed(c.ID, c.AgentID)
	if held := typed.Add(typingHolds); held > tx.Now() && tx.Now() < c.AssignedAt.Add(typingMost*seconds(d.SilentTime)) {
		c.SetDue(models.DueSilent, held)
		return told, errLater
	}
	if c.HasTried(c.AgentID) { // asked again, since nobody else could be: it goes on being theirs until somebody else can
		other, err := s.somebodyElse(tx, d, c.AgentID)
		if err != nil {
			return told, err
		}
		if !other {
			c.SetDue(models.DueSilent, tx.Now().Add(seconds(max(d.SilentTime, 1))))
			return told, errLater
		}
	}
	if err := m.of(tx, c, c.AgentID); err != nil {
		return told, err
	}
	back := c.BackID
	m.why = models.EndSilent
	if err := c.GiveUp(tx.Now(), tx.Now().Add(s.settings.AskAgain)); err != nil || back == 0 {
		return told, err
	}
	ok, err := s.giveBack(tx, c, back)
	if ok {
		m.also = returned(back)
	}
	return told, err
}

// somebodyElse reports whether somebody of a department is here for new conversations, but for one agent;
// 0 leaves nobody out.
func (s *Service) somebodyElse(tx *store.Tx, d models.Department, agentID int64) (bool, error) {
	account, err := tx.Account()
	if err != nil {
		return false, err
	}
	agents, err := tx.MembersOf(d.ID)
	return slices.ContainsFunc(agents, func(a models.Agent) bool { return a.ID != agentID && s.accepts(a, account) }), err
}

// putOff puts a deadline off until it no longer rings.
func putOff(c *models.Conversation, what models.DueWhat) error {
	if c.State == models.StateOffered {
		c.SetDue(what, afterOffer(c))
	}
	return errLater
}

func afterOffer(c *models.Conversation) models.Instant {
	return c.Deadlines[models.DueOffer].Add(time.Millisecond)
}

// askAgain lets those who gave a conversation back be asked once more: the look at the queue that
// follows does the rest.
func (s *Service) askAgain(*store.Tx, *models.Conversation, *move) (models.Message, error) {
	return models.Message{}, errLater
}

// nobodyTook gives a conversation that was transferred back to who had it, if they can have it; else
// they are asked like everybody.
func (s *Service) nobodyTook(tx *store.Tx, c *models.Conversation, m *move) (models.Message, error) {
	told := models.Message{Kind: models.EventReturned, AgentID: c.BackID}
	if c.State != models.StateQueued || c.BackID == 0 { // if it rings, it goes back when that is in vain
		return told, errLater
	}
	m.why = models.EndAssigned
	ok, err := s.giveBack(tx, c, c.BackID)
	if err == nil && !ok {
		c.BackID, c.AskAgainAt = 0, tx.Now()
		return told, errLater
	}
	return told, err
}

// sooner is nobodyTook before its time, because the wait ends for another reason. It reports whether they
// have it.
func (s *Service) sooner(tx *store.Tx, c *models.Conversation, m *move) (models.Message, bool, error) {
	if c.BackID == 0 {
		return models.Message{}, false, nil
	}
	told := models.Message{Kind: models.EventReturned, AgentID: c.BackID}
	ok, err := s.giveBack(tx, c, c.BackID)
	if ok {
		m.why = models.EndAssigned
	}
	return told, ok, err
}

func later(err error) error {
	if err != nil {
		return err
	}
	return errLater
}
