package models

import "maps"

// DueWhat names what happens when a deadline of a conversation passes.
type DueWhat string

// The deadlines.
const (
	DueNothing    DueWhat = ""
	DueAgentGrace DueWhat = "agent_grace" // the owner, or the agent it rings at, has been gone for too long
	DueOffer      DueWhat = "offer"       // it has rung for long enough
	DueSilent     DueWhat = "silent"      // the owner should have given a first reply
	DueIdle       DueWhat = "idle"        // the visitor may have been silent for long
	DueIdleClose  DueWhat = "idle_close"  // and was warned
	DueAbandoned  DueWhat = "abandoned"   // the visitor has been gone from the queue for too long
	DueWait       DueWhat = "wait"        // the visitor has waited for as long as the department lets them
	DueClosing    DueWhat = "closing"     // the department closes while the visitor waits
	DueAskAgain   DueWhat = "ask_again"   // those who gave it back may be asked again
	DueBack       DueWhat = "back"        // nobody has taken what was transferred
)

// Deadlines are what happens to a conversation, and when, unless something else does before.
type Deadlines map[DueWhat]Instant

// SetDue sets a deadline, or takes it back when at is 0.
func (c *Conversation) SetDue(what DueWhat, at Instant) {
	due := Deadlines{} // a new one: copies of the conversation share the old
	maps.Copy(due, c.Deadlines)
	if due[what] = at; at.IsZero() {
		delete(due, what)
	}
	c.setDeadlines(due)
}

// setDeadlines puts others in their place.
func (c *Conversation) setDeadlines(due Deadlines) {
	if len(due) == 0 {
		due = nil
	}
	c.Deadlines, c.DueAt, c.DueWhat = due, 0, DueNothing
	for what, at := range due {
		if c.DueAt.IsZero() || at < c.DueAt || at == c.DueAt && what < c.DueWhat {
			c.DueAt, c.DueWhat = at, what
		}
	}
}
