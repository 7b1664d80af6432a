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

// Offer is one stretch of time in which a conversation rang at an agent. EndedAt is 0 while it lasts.
type Offer struct {
	ID             int64
	AccountID      int64
	ConversationID int64
	DepartmentID   int64
	AgentID        int64
	StartedAt      Instant
	EndedAt        Instant
	EndReason      EndReason
}

// EndReason says how an assignment, an offer or a wait ended.
type EndReason string

// How they end.
const (
	EndAssigned    EndReason = "assigned"    // a wait: somebody has it; an offer: it was accepted
	EndDeclined    EndReason = "declined"    // an offer: by the agent
	EndMissed      EndReason = "missed"      // an offer: it rang in vain
	EndTransferred EndReason = "transferred" // to another agent or department
	EndOverflow    EndReason = "overflow"    // a wait: to another department
	EndAgentLost   EndReason = "agent_lost"  // connection gone past the grace
	EndSilent      EndReason = "silent"      // an assignment: no first reply in time
	EndAbandoned   EndReason = "abandoned"   // a wait: the visitor left
	EndMessage     EndReason = "message"     // a wait: kept as a message
	EndIdle        EndReason = "idle"        // the visitor was silent for too long
	EndClosed      EndReason = "closed"
)
