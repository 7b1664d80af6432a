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

// DueWhat names what happens when a conversation's deadline passes.
type DueWhat string

// The deadlines.
const (
	DueNothing    DueWhat = ""
	DueAgentGrace DueWhat = "agent_grace" // the owner has been gone for too long
)

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
	Priority     int
	ArrivedAt    Instant // first arrival; decides the place in the queue, also after a return
	QueuedAt     Instant // beginning of the wait that goes on, or of the last one
	AssignedAt   Instant
	ClosedAt     Instant
	Tried        []int64 `gorm:"serializer:json"` // agents who gave it back since it last began to wait
	DueAt        Instant
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

// Requeue puts an active conversation back into the queue of a department, at the place of its
// first arrival. The agent who had it is not asked again for as long as it waits when tried is set.
func (c *Conversation) Requeue(departmentID int64, tried bool, now Instant) error {
	if c.State != StateActive {
		return c.wrongState()
	}
	c.Tried = nil
	if tried {
		c.Tried = []int64{c.AgentID}
	}
	c.State, c.AgentID, c.DepartmentID, c.QueuedAt = StateQueued, 0, departmentID, now
	c.DueAt, c.DueWhat = 0, DueNothing
	c.Fence++
	return nil
}

// Close ends a conversation.
func (c *Conversation) Close(now Instant) error {
	if c.State == StateClosed {
		return c.wrongState()
	}
	c.State, c.ClosedAt = StateClosed, now
	c.DueAt, c.DueWhat = 0, DueNothing
	c.Fence++
	return nil
}

// HasTried reports whether an agent gave this conversation back since it last began to wait.
func (c *Conversation) HasTried(agentID int64) bool { return slices.Contains(c.Tried, agentID) }

func (c *Conversation) own(agentID int64, now Instant) {
	c.State, c.AgentID, c.AssignedAt, c.Tried = StateActive, agentID, now, nil
	c.DueAt, c.DueWhat = 0, DueNothing
	c.Fence++
}

func (c *Conversation) wrongState() error {
	switch c.State {
	case StateClosed:
		return Errorf(KindConflict, "this conversation is closed")
	case StateQueued:
		return Errorf(KindConflict, "this conversation is waiting in the queue: take it first")
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

	LineText           string // the last message
	LineAt             Instant
	LineAuthorType     AuthorType
	LineAuthorPublicID string
	LineAuthorName     string
	LineVisibleSeq     int64
}

// ShowLine makes a message the last line. Only the visitor and the owner write messages.
func (s *Summary) ShowLine(m *Message) {
	s.LineText, s.LineAt, s.LineAuthorType, s.LineVisibleSeq = m.Text, m.At, m.AuthorType, m.VisibleSeq
	s.LineAuthorPublicID, s.LineAuthorName = s.VisitorPublicID, s.VisitorName
	if m.AuthorType == ByAgent {
		s.LineAuthorPublicID, s.LineAuthorName = s.AgentPublicID, s.AgentName
	}
}
