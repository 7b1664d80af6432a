package store

import (
	"slices"

	"pgregory.net/rapid"

	"foyer/models"
)

func (m *machine) anOffer(c *talk) step {
	agent, until := m.anAgent(), m.soon()
	return m.aMove(c, "offer", models.EndTransferred, func() error { return m.offer(c.PublicID, agent.ID, until) },
		func() models.Kind { return m.toAgent(c, agent, models.StateQueued, models.StateActive) },
		func(now *models.Conversation) models.Message {
			if now.State == models.StateActive {
				now.QueuedAt, now.Guests = m.clock.instant(), nil
				forget(now)
			}
			now.State, now.AgentID = models.StateOffered, agent.ID
			plan(now, models.DueOffer, until)
			return models.Message{Kind: models.EventOffered, AgentID: agent.ID, Until: until}
		})
}

func (m *machine) anAccept(c *talk) step {
	agent := m.anAgent()
	return m.aMove(c, "accept", models.EndAssigned, func() error { return m.accept(c.PublicID, agent.ID) },
		func() models.Kind {
			if c.AgentID != agent.ID {
				return models.KindConflict
			}
			return only(c, models.StateOffered)
		},
		func(now *models.Conversation) models.Message {
			m.given(now, agent.ID)
			return models.Message{Kind: models.EventAssigned, AgentID: agent.ID}
		})
}

func (m *machine) aWithdrawal(c *talk) step {
	why := rapid.SampledFrom([]models.EndReason{models.EndDeclined, models.EndMissed, models.EndAgentLost}).Draw(m.T, "why")
	askAgain := m.soon()
	return m.aMove(c, "withdraw", why, func() error { return m.withdraw(c.PublicID, why, askAgain) },
		func() models.Kind { return only(c, models.StateOffered) },
		func(now *models.Conversation) models.Message {
			agent := now.AgentID
			now.State, now.AgentID = models.StateQueued, 0
			plan(now, models.DueOffer, 0)
			plan(now, models.DueAgentGrace, 0)
			tried(now, now.Tried, agent, askAgain)
			return models.Message{Kind: models.EventDeclined, AgentID: agent}
		})
}

func (m *machine) aGiveUp(c *talk) step {
	askAgain := m.soon()
	return m.aMove(c, "give up", models.EndSilent, func() error { return m.giveUp(c.PublicID, askAgain) },
		func() models.Kind { return only(c, models.StateActive) },
		func(now *models.Conversation) models.Message {
			agent, before := now.AgentID, now.Tried
			m.queued(now, now.DepartmentID)
			tried(now, before, agent, askAgain)
			return models.Message{Kind: models.EventAgentSilent, AgentID: agent, DepartmentID: now.DepartmentID}
		})
}

func (m *machine) anOverflow(c *talk) step {
	to := rapid.SampledFrom([]int64{m.support.ID, m.orders.ID}).Draw(m.T, "department")
	return m.aMove(c, "overflow", models.EndOverflow, func() error { return m.overflow(c.PublicID, to) },
		func() models.Kind {
			if c.State == models.StateQueued && c.DepartmentID == to {
				return models.KindNotEligible
			}
			return only(c, models.StateQueued)
		},
		func(now *models.Conversation) models.Message {
			m.queued(now, to)
			return models.Message{Kind: models.EventTransferred, DepartmentID: to}
		})
}

func (m *machine) aKeep(c *talk) step {
	return m.aMove(c, "keep", models.EndMessage, func() error { return m.keep(c.PublicID) },
		func() models.Kind {
			if c.Kind == models.KindMessage {
				return models.KindConflict
			}
			return only(c, models.StateQueued)
		},
		func(now *models.Conversation) models.Message {
			now.Kind = models.KindMessage
			forget(now)
			return models.Message{Kind: models.EventMissed}
		})
}

func (m *machine) aRevival(c *talk) step {
	return m.aMove(c, "revive", "", func() error { return m.revive(c.PublicID) },
		func() models.Kind {
			if c.Kind == models.KindChat {
				return models.KindConflict
			}
			return only(c, models.StateQueued)
		},
		func(now *models.Conversation) models.Message {
			now.Kind, now.ArrivedAt, now.QueuedAt = models.KindChat, m.clock.instant(), m.clock.instant()
			now.Tried, now.AskAgainAt = nil, 0
			forget(now)
			return models.Message{Kind: models.EventQueued, DepartmentID: now.DepartmentID}
		})
}

func (m *machine) anInvitation(c *talk) step {
	agent := m.anAgent()
	return m.aMove(c, "invite", "", func() error { return m.invite(c.PublicID, agent.ID) },
		func() models.Kind {
			if c.AgentID == agent.ID || slices.Contains(c.Guests, agent.ID) {
				return models.KindConflict
			}
			return only(c, models.StateActive)
		},
		func(now *models.Conversation) models.Message {
			now.Guests = append(slices.Clone(now.Guests), agent.ID)
			return models.Message{Kind: models.EventJoined, AgentID: agent.ID}
		})
}

func (m *machine) aLeave(c *talk) step {
	agent := m.anAgent()
	return m.aMove(c, "leave", "", func() error { return m.leave(c.PublicID, agent.ID) },
		func() models.Kind {
			if !slices.Contains(c.Guests, agent.ID) {
				return models.KindNotFound
			}
			return only(c, models.StateActive)
		},
		func(now *models.Conversation) models.Message {
			now.Guests = slices.DeleteFunc(slices.Clone(now.Guests), func(id int64) bool { return id == agent.ID })
			return models.Message{Kind: models.EventLeft, AgentID: agent.ID}
		})
}

// aSaving sets or takes back a deadline, or sets the priority: the fence stays.
func (m *machine) aSaving(c *talk) step {
	what := rapid.SampledFrom([]models.DueWhat{
		models.DueAgentGrace, models.DueSilent, models.DueIdle, models.DueWait, models.DueAbandoned,
	}).Draw(m.T, "deadline")
	at := rapid.SampledFrom([]models.Instant{0, m.soon(), m.soon()}).Draw(m.T, "at")
	priority := rapid.IntRange(-1, 1).Draw(m.T, "priority")
	var err error
	return step{
		run: func() {
			err = m.save(c.PublicID, func(now *models.Conversation) {
				now.Priority = priority
				now.SetDue(what, at)
			})
		},
		judge: func() {
			m.want("save", err, "")
			c.Priority = priority
			plan(&c.Conversation, what, at)
			m.dirty[c] = true
		},
	}
}

// recover is a start after the last run ended: everybody gets time to come back.
func (m *machine) recover() {
	m.restart(m.T)
	back := Return{Agents: m.soon(), Visitors: m.soon()}
	must(m.T, m.Recover(background, back))
	for _, c := range m.talks {
		if c.State == models.StateClosed || c.State == models.StateQueued && c.Kind == models.KindMessage {
			continue // nobody waits for anybody
		}
		for what, at := range c.Deadlines {
			switch what {
			case models.DueIdle, models.DueIdleClose:
				plan(&c.Conversation, what, max(at, back.Visitors))
			case models.DueOffer, models.DueSilent, models.DueWait, models.DueClosing, models.DueBack:
				plan(&c.Conversation, what, max(at, back.Agents))
			}
		}
		if c.State == models.StateOffered || c.State == models.StateActive {
			plan(&c.Conversation, models.DueAgentGrace, back.Agents)
		}
		if waits(c.Conversation) != "" {
			plan(&c.Conversation, models.DueAbandoned, back.Visitors)
		}
	}
	m.all()
}
