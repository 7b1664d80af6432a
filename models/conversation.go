package models

import "slices"

// State is where a conversation stands.
type State string

// The four states of a conversation.
const (
	StateQueued  State = "queued"
	StateOffered State = "offered"
	StateActive  State = "active"
	StateClosed  State = "closed"
)

// Valid reports whether s is one of the states.
func (s State) Valid() bool {
	return s == StateQueued || s == StateOffered || s == StateActive || s == StateClosed
}

// ConversationKind says how a conversation is to be answered.
type ConversationKind string

// The kinds of conversations.
const (
	KindChat    ConversationKind = "chat"    // now: while nobody has it, it is in the queue
	KindMessage ConversationKind = "message" // later: nobody could, and the visitor does not wait
)

// Valid reports whether k is one of the kinds.
func (k ConversationKind) Valid() bool { return k == KindChat || k == KindMessage }

// Conversation is one talk between a visitor and the account. Its methods are the only way to
// change its state; each raises Fence, by which storage refuses a change that was decided on an
// older state.
type Conversation struct {
	ID           int64
	AccountID    int64
	SiteID       int64
	VisitorID    int64
	DepartmentID int64
	PublicID     string
	StartCID     string `gorm:"column:start_cid"` // the client id of the `start` that made it
	State        State
	AgentID      int64 // the owner; 0 while nobody has it
	Fence        int64
	Kind         ConversationKind
	Priority     int      // who waits with a higher one is served first
	Language     string   // of the visitor, without region; "" is unknown
	Skills       []string `gorm:"serializer:json"` // that an agent should have
	PreferID     int64    // the agent who should have it rather than others, 0 for none
	BackID       int64    // the agent who gets it back when nobody takes it, 0 for none
	Guests       []int64  `gorm:"serializer:json"` // agents who were invited, beside the owner
	ArrivedAt    Instant  // first arrival; decides the place in the queue, also after a return
	QueuedAt     Instant  // beginning of the wait that goes on, or of the last one
	AssignedAt   Instant
	ClosedAt     Instant
	Tried        []int64   `gorm:"serializer:json"` // agents who gave it back or did not answer, since somebody last did
	AskAgainAt   Instant   // from when on those may be asked again, 0 for never
	Deadlines    Deadlines `gorm:"serializer:json"` // by SetDue alone
	DueAt        Instant   // the first of them
	DueWhat      DueWhat

	LastSeq            int64 // events in the log
	LastVisibleSeq     int64 // of them, those the visitor may see
	LastLineSeq        int64 // Seq of the last message, 0 before the first
	AgentReceivedSeq   int64 // a console of the owner has received up to this Seq,
	AgentReceivedSeen  int64 // which is this one in the visitor's count
	VisitorReceivedSeq int64 // a widget of the visitor has received up to this Seq
	AgentReadSeq       int64 // the owner has read up to this Seq,
	AgentReadSeen      int64 // which is this one in the visitor's count
	VisitorReadSeq     int64 // the visitor has read up to this Seq
	Unread             int64 // lines of the visitor after AgentReadSeq
	VisitorUnread      int64 // lines of agents after VisitorReadSeq
}

// Waits reports whether a conversation waits for an agent, ringing or not.
func (c *Conversation) Waits() bool { return c.State == StateQueued || c.State == StateOffered }

// InQueue reports whether it waits to be answered now.
func (c *Conversation) InQueue() bool { return c.Waits() && c.Kind == KindChat }

// Offer lets a waiting conversation, or an active one that is transferred, ring at an agent.
func (c *Conversation) Offer(agentID int64, now, until Instant) error {
	switch {
	case c.State != StateQueued && c.State != StateActive:
		return c.wrongState()
	case c.State == StateActive && c.AgentID == agentID:
		return Errorf(KindNotEligible, "this agent already has the conversation")
	case c.State == StateActive:
		c.wait(now)
	}
	c.State, c.AgentID = StateOffered, agentID
	c.SetDue(DueOffer, until)
	c.Fence++
	return nil
}

// Accept gives a conversation to the agent it rings at.
func (c *Conversation) Accept(agentID int64, now Instant) error {
	if c.State != StateOffered || c.AgentID != agentID {
		return Errorf(KindConflict, "this conversation does not ring at you any more")
	}
	c.own(agentID, now)
	return nil
}

// Withdraw ends an offer that was not accepted: the conversation waits on, at its place. The agent it
// rang at is not asked again before askAgain, as long as others may have it.
func (c *Conversation) Withdraw(askAgain Instant) error {
	if c.State != StateOffered {
		return Errorf(KindConflict, "this conversation does not ring any more")
	}
	c.giveBack(c.AgentID, askAgain)
	c.State, c.AgentID = StateQueued, 0
	c.SetDue(DueOffer, 0)
	c.SetDue(DueAgentGrace, 0)
	c.Fence++
	return nil
}

// Assign gives a waiting conversation to an agent.
func (c *Conversation) Assign(agentID int64, now Instant) error {
	if c.State != StateQueued {
		return c.wrongState()
	}
	c.own(agentID, now)
	return nil
}

// Transfer gives an active conversation to another agent.
func (c *Conversation) Transfer(agentID int64, now Instant) error {
	if c.State != StateActive {
		return c.wrongState()
	}
	if c.AgentID == agentID {
		return Errorf(KindNotEligible, "this agent already has the conversation")
	}
	c.own(agentID, now)
	return nil
}

// TakeOver gives somebody else's conversation, active or ringing, to an agent.
func (c *Conversation) TakeOver(agentID int64, now Instant) error {
	if c.State != StateActive && c.State != StateOffered {
		return c.wrongState()
	}
	if c.State == StateActive && c.AgentID == agentID {
		return Errorf(KindNotEligible, "this agent already has the conversation")
	}
	c.own(agentID, now)
	return nil
}

// Requeue puts an active conversation back into the queue of a department, at the place of its
// first arrival. It forgets who was tried.
func (c *Conversation) Requeue(departmentID int64, now Instant) error {
	if c.State != StateActive {
		return c.wrongState()
	}
	c.wait(now)
	c.State, c.AgentID, c.DepartmentID = StateQueued, 0, departmentID
	c.Tried, c.AskAgainAt = nil, 0
	c.Fence++
	return nil
}

// Overflow moves a waiting conversation to the queue of another department. Who is to get it back when
// nobody takes it still is.
func (c *Conversation) Overflow(departmentID int64, now Instant) error {
	if c.State != StateQueued {
		return c.wrongState()
	}
	if c.DepartmentID == departmentID {
		return Errorf(KindNotEligible, "the conversation waits in this department already")
	}
	back, until := c.BackID, c.Deadlines[DueBack]
	c.wait(now)
	c.BackID, c.DepartmentID = back, departmentID
	c.SetDue(DueBack, until)
	c.Tried, c.AskAgainAt = nil, 0
	c.Fence++
	return nil
}

// GiveUp puts an active conversation back into the queue because its owner does not answer.
// They are not asked again before askAgain, as long as others may have it.
func (c *Conversation) GiveUp(now, askAgain Instant) error {
	owner, tried := c.AgentID, c.Tried
	if err := c.Requeue(c.DepartmentID, now); err != nil {
		return err
	}
	c.Tried = tried
	c.giveBack(owner, askAgain)
	return nil
}

// Keep turns a waiting conversation into a message.
func (c *Conversation) Keep(now Instant) error {
	if c.State != StateQueued {
		return c.wrongState()
	}
	if c.Kind == KindMessage {
		return Errorf(KindConflict, "this conversation is a message already")
	}
	c.Kind = KindMessage
	c.setDeadlines(nil)
	c.Fence++
	return nil
}

// Revive turns a message that waits into a chat whose visitor waits from now on. It forgets who was
// tried.
func (c *Conversation) Revive(now Instant) error {
	if c.State != StateQueued || c.Kind != KindMessage {
		return c.wrongState()
	}
	c.Kind, c.ArrivedAt = KindChat, now
	c.Tried, c.AskAgainAt = nil, 0
	c.wait(now)
	c.Fence++
	return nil
}

// Close ends a conversation.
func (c *Conversation) Close(now Instant) error {
	if c.State == StateClosed {
		return c.wrongState()
	}
	if c.State == StateOffered {
		c.AgentID = 0 // it was not theirs yet
	}
	c.State, c.ClosedAt = StateClosed, now
	c.setDeadlines(nil)
	c.Fence++
	return nil
}

// HasTried reports whether an agent gave this conversation back, or did not answer it, since somebody
// last did.
func (c *Conversation) HasTried(agentID int64) bool { return slices.Contains(c.Tried, agentID) }

// own makes an agent the owner.
func (c *Conversation) own(agentID int64, now Instant) {
	c.State, c.AgentID, c.AssignedAt = StateActive, agentID, now
	c.PreferID, c.BackID = 0, 0
	c.Guests = slices.DeleteFunc(slices.Clone(c.Guests), func(id int64) bool { return id == agentID }) // an owner is no guest
	if len(c.Guests) == 0 {
		c.Guests = nil
	}
	c.setDeadlines(nil)
	c.Fence++
}

// wait begins another wait.
func (c *Conversation) wait(now Instant) {
	c.QueuedAt, c.PreferID, c.BackID, c.Guests = now, 0, 0, nil
	c.setDeadlines(nil)
}

func (c *Conversation) giveBack(agentID int64, askAgain Instant) {
	if !c.HasTried(agentID) {
		c.Tried = append(slices.Clone(c.Tried), agentID)
	}
	c.AskAgainAt = askAgain
	c.SetDue(DueAskAgain, askAgain)
}

func (c *Conversation) wrongState() error {
	switch c.State {
	case StateClosed:
		return Errorf(KindConflict, "this conversation is closed")
	case StateQueued:
		return Errorf(KindConflict, "this conversation is waiting in the queue: take it first")
	case StateOffered:
		return Errorf(KindConflict, "this conversation rings at an agent just now")
	default:
		return Errorf(KindConflict, "this conversation already has an agent")
	}
}

// Add gives the next event of the log its numbers and counts it.
func (c *Conversation) Add(m *Message) {
	c.LastSeq++
	m.Seq, m.ConversationID, m.AccountID = c.LastSeq, c.ID, c.AccountID
	if m.ForVisitors() {
		c.LastVisibleSeq++
		m.VisibleSeq = c.LastVisibleSeq
	}
	if !m.Kind.Line() {
		return
	}
	c.LastLineSeq = m.Seq
	switch m.AuthorType {
	case ByVisitor:
		c.Unread++
	case ByAgent:
		c.VisitorUnread++
	}
}

// Summary is a conversation with the names that go with it, as lists show it.
type Summary struct {
	Conversation
	VisitorPublicID    string
	VisitorName        string
	SitePublicID       string
	SiteName           string
	AgentPublicID      string
	AgentName          string
	DepartmentPublicID string
	DepartmentName     string

	GuestAgents []Agent `gorm:"-"` // who Guests are; only their ids and names are set

	LineText           string // the last message
	LineAt             Instant
	LineAuthorType     AuthorType
	LineAuthorPublicID string
	LineAuthorName     string
	LineVisibleSeq     int64
}

// ShowLine makes a message the last line. Only the visitor, the owner and guests write messages.
func (s *Summary) ShowLine(m *Message) {
	s.LineText, s.LineAt, s.LineAuthorType, s.LineVisibleSeq = m.Text, m.At, m.AuthorType, m.VisibleSeq
	s.LineAuthorPublicID, s.LineAuthorName = s.VisitorPublicID, s.VisitorName
	if m.AuthorType != ByAgent {
		return
	}
	s.LineAuthorPublicID, s.LineAuthorName = s.AgentPublicID, s.AgentName
	for _, g := range s.GuestAgents {
		if g.ID == m.AuthorID {
			s.LineAuthorPublicID, s.LineAuthorName = g.PublicID, g.Name
		}
	}
}
