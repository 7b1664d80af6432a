package models

import "slices"

// Has reports whether an agent may speak in a conversation: it is theirs, or they were invited.
func (c *Conversation) Has(agentID int64) bool {
	return c.State == StateActive && (c.AgentID == agentID || slices.Contains(c.Guests, agentID))
}

// Invite lets another agent speak in an active conversation.
func (c *Conversation) Invite(agentID int64) error {
	switch {
	case c.State != StateActive:
		return c.wrongState()
	case c.Has(agentID):
		return Errorf(KindConflict, "this agent is in the conversation already")
	case len(c.Guests) >= MaxGuests:
		return Errorf(KindInvalid, "there are %d agents in this conversation already: that is the most", len(c.Guests)+1)
	}
	c.Guests = append(slices.Clone(c.Guests), agentID)
	c.Fence++
	return nil
}

// MaxGuests is how many agents may be invited into one conversation.
const MaxGuests = 5

// Leave takes a guest out of an active conversation.
func (c *Conversation) Leave(agentID int64) error {
	i := slices.Index(c.Guests, agentID)
	if i < 0 {
		return Errorf(KindNotFound, "this agent was not invited into the conversation")
	}
	if c.State != StateActive { // who was in it when it was closed was in it
		return c.wrongState()
	}
	c.Guests = slices.Delete(slices.Clone(c.Guests), i, i+1)
	if len(c.Guests) == 0 {
		c.Guests = nil
	}
	c.Fence++
	return nil
}
