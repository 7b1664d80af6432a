package store

import (
	"fmt"

	"pgregory.net/rapid"

	"foyer/models"
)

// to lets the model follow a change of state or owner: the fence grows, one interval ends and,
// unless that was the end, another begins at the same moment.
func (m *machine) to(c *talk, state models.State, agent int64, why models.EndReason, told models.Message) {
	now := m.clock.instant()
	c.seen = append(c.seen, c.Conversation)
	last := &c.spans[len(c.spans)-1]
	last.to, last.why = now, why
	c.State, c.Fence = state, c.Fence+1
	switch state {
	case models.StateActive:
		c.AgentID, c.AssignedAt, c.Tried = agent, now, nil
		c.spans = append(c.spans, span{who: fmt.Sprint("agent ", agent), from: now})
	case models.StateQueued:
		c.AgentID, c.QueuedAt = 0, now
		c.spans = append(c.spans, span{who: fmt.Sprint("department ", c.DepartmentID), from: now})
	case models.StateClosed:
		c.ClosedAt = now
	}
	told.AuthorType = models.BySystem
	m.append(c, told)
}

func (m *machine) full(agent models.Agent) bool { return m.load(agent.ID) >= agent.ChatLimit }

func (m *machine) anAssign(c *talk) step {
	agent := m.anAgent()
	var err error
	return step{
		run: func() { err = m.assign(c.PublicID, agent.ID) },
		judge: func() {
			kind := models.Kind("")
			switch {
			case m.full(agent):
				kind = models.KindAtCapacity
			case c.State != models.StateQueued:
				kind = models.KindConflict
			}
			if m.want("assign", err, kind) {
				told := models.Message{Kind: models.EventAssigned, AgentID: agent.ID}
				m.to(c, models.StateActive, agent.ID, models.EndAssigned, told)
			}
		},
	}
}

func (m *machine) aTransfer(c *talk) step {
	agent := m.anAgent()
	var err error
	return step{
		run: func() { err = m.transfer(c.PublicID, agent.ID) },
		judge: func() {
			kind := models.Kind("")
			switch {
			case m.full(agent):
				kind = models.KindAtCapacity
			case c.State != models.StateActive:
				kind = models.KindConflict
			case c.AgentID == agent.ID:
				kind = models.KindNotEligible
			}
			if m.want("transfer", err, kind) {
				told := models.Message{Kind: models.EventTransferred, AgentID: agent.ID}
				m.to(c, models.StateActive, agent.ID, models.EndTransferred, told)
			}
		},
	}
}

func (m *machine) aRequeue(c *talk) step {
	why := rapid.SampledFrom([]models.EndReason{models.EndAgentLost, models.EndTransferred}).Draw(m.T, "why")
	var err error
	return step{
		run: func() { err = m.requeue(c.PublicID, why) },
		judge: func() {
			kind := models.Kind("")
			if c.State != models.StateActive {
				kind = models.KindConflict
			}
			if m.want("requeue", err, kind) {
				c.Tried = nil
				if why == models.EndTransferred {
					c.Tried = []int64{c.AgentID}
				}
				told := models.Message{Kind: models.EventAgentLost, AgentID: c.AgentID, DepartmentID: c.DepartmentID}
				m.to(c, models.StateQueued, 0, why, told)
			}
		},
	}
}

func (m *machine) aClose(c *talk) step {
	var err error
	return step{
		run: func() { err = m.close(c.PublicID) },
		judge: func() {
			kind := models.Kind("")
			if c.State == models.StateClosed {
				kind = models.KindConflict
			}
			if m.want("close", err, kind) {
				m.to(c, models.StateClosed, 0, models.EndClosed, models.Message{Kind: models.EventClosed})
			}
		},
	}
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
