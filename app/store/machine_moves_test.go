package store

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"foyer/models"
)

// becomes says what a move makes of a conversation, beside the fence, and which event tells of it.
type becomes func(c *models.Conversation) models.Message

// to lets the model follow a move: the fence grows, and what the conversation no longer is ends at the
// moment at which what it is now begins. What it goes on being goes on.
func (m *machine) to(c *talk, why models.EndReason, change becomes) {
	before := c.Conversation
	c.seen = append(c.seen, before)
	told := change(&c.Conversation)
	told.AuthorType = models.BySystem
	c.Fence++
	wait, now := why, m.clock.instant()
	if c.State == models.StateActive {
		wait = models.EndAssigned
	}
	if why == models.EndAssigned && c.AgentID != before.AgentID {
		why = models.EndTransferred // for whoever had it, or at whom it rang
	}
	c.spans = goOn(c.spans, waits(before), waits(c.Conversation), wait, now)
	c.spans = goOn(c.spans, during(before, models.StateActive), during(c.Conversation, models.StateActive), why, now)
	c.rings = goOn(c.rings, during(before, models.StateOffered), during(c.Conversation, models.StateOffered), why, now)
	m.append(c, told)
}

// goOn ends the span of what was and begins one of what is, unless they are the same.
func goOn(list []span, was, is string, why models.EndReason, now models.Instant) []span {
	for i := range list {
		if was != is && list[i].to == 0 && list[i].who == was {
			list[i].to, list[i].why = now, why
		}
	}
	if was != is && is != "" {
		list = append(list, span{who: is, from: now})
	}
	return list
}

// waits is where a conversation waits to be answered now, "" for nowhere.
func waits(c models.Conversation) string {
	if c.Kind == models.KindChat && (c.State == models.StateQueued || c.State == models.StateOffered) {
		return fmt.Sprint("department ", c.DepartmentID)
	}
	return ""
}

// during is the agent with whom a conversation is in a state, "" when it is in another.
func during(c models.Conversation, state models.State) string {
	if c.State == state {
		return fmt.Sprint("agent ", c.AgentID)
	}
	return ""
}

// aMove is a step that is refused with a kind, or else follows change.
func (m *machine) aMove(c *talk, name string, why models.EndReason, run func() error, refused func() models.Kind, change becomes) step {
	var err error
	return step{
		run: func() { err = run() },
		judge: func() {
			if m.want(name, err, refused()) {
				m.to(c, why, change)
			}
		},
	}
}

// only says of which states a move is.
func only(c *talk, states ...models.State) models.Kind {
	if slices.Contains(states, c.State) {
		return ""
	}
	return models.KindConflict
}

func (m *machine) full(agent models.Agent) bool { return m.load(agent.ID) >= agent.ChatLimit }

// toAgent is why a conversation can't become an agent's, of those it can in some states.
func (m *machine) toAgent(c *talk, agent models.Agent, states ...models.State) models.Kind {
	switch {
	case m.full(agent):
		return models.KindAtCapacity
	case only(c, states...) != "":
		return models.KindConflict
	case c.State == models.StateActive && c.AgentID == agent.ID:
		return models.KindNotEligible
	}
	return ""
}

// forget empties what the beginning of another wait, or of an agent's time, makes void.
func forget(c *models.Conversation) { c.Deadlines, c.DueAt, c.DueWhat = nil, 0, "" }

func (m *machine) given(c *models.Conversation, agent int64) {
	c.State, c.AgentID, c.AssignedAt = models.StateActive, agent, m.clock.instant()
	c.Guests = slices.DeleteFunc(slices.Clone(c.Guests), func(id int64) bool { return id == agent })
	forget(c)
}

func (m *machine) queued(c *models.Conversation, department int64) {
	c.State, c.AgentID, c.DepartmentID, c.QueuedAt = models.StateQueued, 0, department, m.clock.instant()
	c.Guests, c.Tried, c.AskAgainAt = nil, nil, 0
	forget(c)
}

func tried(c *models.Conversation, list []int64, agent int64, askAgain models.Instant) {
	if !slices.Contains(list, agent) {
		list = append(slices.Clone(list), agent)
	}
	c.Tried, c.AskAgainAt = list, askAgain
	plan(c, models.DueAskAgain, askAgain)
}

// plan sets a deadline, and looks for the first of all.
func plan(c *models.Conversation, what models.DueWhat, at models.Instant) {
	due := models.Deadlines{}
	for w, t := range c.Deadlines {
		due[w] = t
	}
	if due[what] = at; at == 0 {
		delete(due, what)
	}
	forget(c)
	for w, t := range due {
		if c.DueAt == 0 || t < c.DueAt || t == c.DueAt && w < c.DueWhat {
			c.DueAt, c.DueWhat = t, w
		}
	}
	if c.Deadlines = due; len(due) == 0 {
		c.Deadlines = nil
	}
}

func (m *machine) anAssign(c *talk) step {
	agent := m.anAgent()
	return m.aMove(c, "assign", models.EndAssigned, func() error { return m.assign(c.PublicID, agent.ID) },
		func() models.Kind { return m.toAgent(c, agent, models.StateQueued) },
		func(now *models.Conversation) models.Message {
			m.given(now, agent.ID)
			return models.Message{Kind: models.EventAssigned, AgentID: agent.ID}
		})
}

func (m *machine) aTransfer(c *talk) step {
	agent := m.anAgent()
	return m.aMove(c, "transfer", models.EndTransferred, func() error { return m.transfer(c.PublicID, agent.ID) },
		func() models.Kind { return m.toAgent(c, agent, models.StateActive) },
		func(now *models.Conversation) models.Message {
			m.given(now, agent.ID)
			return models.Message{Kind: models.EventTransferred, AgentID: agent.ID}
		})
}

func (m *machine) aTakeOver(c *talk) step {
	agent := m.anAgent()
	return m.aMove(c, "take over", models.EndAssigned, func() error { return m.takeOver(c.PublicID, agent.ID) },
		func() models.Kind {
			if c.State == models.StateOffered && c.AgentID == agent.ID {
				return ""
			}
			return m.toAgent(c, agent, models.StateActive, models.StateOffered)
		},
		func(now *models.Conversation) models.Message {
			m.given(now, agent.ID)
			return models.Message{Kind: models.EventTransferred, AgentID: agent.ID}
		})
}

func (m *machine) aRequeue(c *talk) step {
	why := rapid.SampledFrom([]models.EndReason{models.EndAgentLost, models.EndTransferred}).Draw(m.T, "why")
	return m.aMove(c, "requeue", why, func() error { return m.requeue(c.PublicID, why) },
		func() models.Kind { return only(c, models.StateActive) },
		func(now *models.Conversation) models.Message {
			told := models.Message{Kind: models.EventAgentLost, AgentID: now.AgentID, DepartmentID: now.DepartmentID}
			m.queued(now, now.DepartmentID)
			return told
		})
}

func (m *machine) aClose(c *talk) step {
	return m.aMove(c, "close", models.EndClosed, func() error { return m.close(c.PublicID) },
		func() models.Kind { return only(c, models.StateQueued, models.StateOffered, models.StateActive) },
		func(now *models.Conversation) models.Message {
			if now.State == models.StateOffered {
				now.AgentID = 0
			}
			now.State, now.ClosedAt = models.StateClosed, m.clock.instant()
			forget(now)
			return models.Message{Kind: models.EventClosed}
		})
}

// aStaleMove was decided on a conversation as it was before it last moved: nothing may come of it.
func (m *machine) aStaleMove(c *talk) step {
	if len(c.seen) == 0 {
		m.Skip("it never moved")
	}
	old := rapid.SampledFrom(c.seen).Draw(m.T, "as it was")
	var err error
	return step{
		run: func() {
			err = m.account().Change(background, func(tx *Tx) error {
				now := old
				if err := now.Close(tx.Now()); err != nil {
					return err
				}
				now.LastSeq, now.LastVisibleSeq = c.LastSeq+100, c.LastVisibleSeq+100 // numbers nobody has
				return tx.Move(old, &now, &models.Message{Kind: models.EventClosed}, models.EndClosed)
			}, nil)
		},
		judge: func() {
			m.want("a stale move", err, models.KindConflict)
			m.dirty[c] = true
		},
	}
}

// soon is a moment not far from now.
func (m *machine) soon() models.Instant {
	return m.clock.instant().Add(time.Duration(rapid.IntRange(-5, 60).Draw(m.T, "seconds")) * time.Second)
}
