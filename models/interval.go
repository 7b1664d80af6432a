package models

// Assignment is one stretch of time in which a conversation was an agent's. EndedAt is 0 while it
// lasts.
type Assignment struct {
	ID             int64
	AccountID      int64
	ConversationID int64
	AgentID        int64
	StartedAt      Instant
	EndedAt        Instant
	EndReason      EndReason
}

// QueueInterval is one stretch of time in which a conversation waited. EndedAt is 0 while it lasts.
type QueueInterval struct {
	ID             int64
	AccountID      int64
	ConversationID int64
	DepartmentID   int64
	StartedAt      Instant
	EndedAt        Instant
	EndReason      EndReason
}

// PresenceInterval is one stretch of time in which an agent was online or away; between them
// the agent was offline. EndedAt is 0 while it lasts.
type PresenceInterval struct {
	ID        int64
	AccountID int64
	AgentID   int64
	Status    Availability
	StartedAt Instant
	EndedAt   Instant
}

// EndReason says how an assignment or a wait ended.
type EndReason string

// How assignments and waits end.
const (
	EndAssigned    EndReason = "assigned"    // a wait: somebody took it
	EndTransferred EndReason = "transferred" // to another agent or department
	EndAgentLost   EndReason = "agent_lost"  // connection gone past the grace
	EndClosed      EndReason = "closed"
)
