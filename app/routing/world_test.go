package routing_test

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"foyer/app/routing"
	"foyer/models"
)

// world is an account with its conversations as they are stored, and those who work on them. Nothing
// in it happens at the same time: what is torn apart is reading, deciding and writing.
type world struct {
	rules
	rng         *rand.Rand
	now         models.Instant
	departments []routing.Department
	agents      []routing.Agent // as stored: Open and LastAssignedAt are not kept here
	talks       []models.Conversation
	machines    []machine
	pending     []*deed

	closed               int // conversations of which somebody was told that they have closed them
	claims, lost, quiets int
	broken               broken
	traced               bool
	trace                string
}

// machine is one of those who serve the queue.
type machine struct {
	name   int
	kicked bool
	stage  stage
	queue  []models.Conversation // as it was when it was read
	agents []routing.Agent       // as they were, a little later
	pairs  []routing.Pairing
	missed bool // a claim of this round was lost
	made   bool // another was not
}

type stage int

const (
	idle stage = iota
	readQueue
	claiming
)

// deed is something somebody is about to do to a conversation that they have read.
type deed struct {
	name   string
	before models.Conversation
	to     int64 // the agent who is to have it afterwards, 0 for nobody
	given  bool  // by somebody else: then they must want it
	do     func(c *models.Conversation) error
}

func newWorld(r rules, rng *rand.Rand) *world {
	w := &world{rules: r, rng: rng, now: 1000}
	modes := []models.Mode{models.ModeAuto, models.ModeAuto, models.ModeOffer, models.ModePull}
	strategies := []models.Strategy{models.LeastBusy, models.RoundRobin, models.ByTiers}
	for id := range int64(1 + rng.IntN(3)) {
		w.departments = append(w.departments, routing.Department{
			ID: id + 1, Mode: modes[rng.IntN(len(modes))], Strategy: strategies[rng.IntN(len(strategies))],
		})
	}
	for id := range int64(1 + rng.IntN(4)) {
		a := routing.Agent{ID: id + 1, Status: models.Online, Accepting: true, Limit: rng.IntN(4)}
		for _, d := range w.departments {
			if rng.IntN(4) > 0 {
				m := routing.Member{Department: d.ID, Tier: models.TierNormal, Limit: models.NoLimit}
				if rng.IntN(4) == 0 {
					m.Tier, m.Limit = models.TierLast, rng.IntN(3)
				}
				a.Members = append(a.Members, m)
			}
		}
		w.agents = append(w.agents, a)
	}
	if w.assigners == 0 {
		w.assigners = 2
	}
	for i := range w.assigners {
		w.machines = append(w.machines, machine{name: i})
	}
	return w
}

// kick wakes the assigner of the machine on which something has just happened.
func (w *world) kick() { w.machines[w.rng.IntN(len(w.machines))].kicked = true }

func (w *world) agent(id int64) *routing.Agent { return &w.agents[id-1] }

func (w *world) department(id int64) *routing.Department { return &w.departments[id-1] }

// open counts what an agent has, in all and of a department.
func (w *world) open(agent, department int64) (all, here int) {
	for i := range w.talks {
		if c := &w.talks[i]; c.AgentID == agent && (c.State == models.StateOffered || c.State == models.StateActive) {
			all++
			if c.DepartmentID == department {
				here++
			}
		}
	}
	return all, here
}

// room reports whether an agent may be given one more of a department.
func (w *world) room(agent, department int64) bool {
	a := w.agent(agent)
	all, here := w.open(agent, department)
	i := slices.IndexFunc(a.Members, func(m routing.Member) bool { return m.Department == department })
	return all < a.Limit && (i < 0 || a.Members[i].Limit == models.NoLimit || here < a.Members[i].Limit)
}

func (w *world) accepts(agent int64) bool {
	a := w.agent(agent)
	return a.Status == models.Online && a.Accepting
}

func answersFor(a *routing.Agent, department int64) bool {
	return slices.ContainsFunc(a.Members, func(m routing.Member) bool { return m.Department == department })
}

func (w *world) arrive() {
	w.now++
	c := models.Conversation{
		ID: int64(len(w.talks)) + 1, State: models.StateQueued, Kind: models.KindChat, Fence: 1, ArrivedAt: w.now, QueuedAt: w.now,
		DepartmentID: w.departments[w.rng.IntN(len(w.departments))].ID,
	}
	if w.rng.IntN(6) == 0 {
		c.Priority = w.rng.IntN(3) - 1
	}
	if w.rng.IntN(6) == 0 {
		c.PreferID = w.anyAgent()
	}
	w.talks = append(w.talks, c)
	w.note("conversation %d arrives in department %d", c.ID, c.DepartmentID)
	w.kick()
}

func (w *world) anyAgent() int64 { return w.agents[w.rng.IntN(len(w.agents))].ID }

// changeAgent lets an agent come, go, pause, or be given another limit.
func (w *world) changeAgent() {
	a := w.agent(w.anyAgent())
	switch w.rng.IntN(6) {
	case 0:
		a.Status = models.Offline
	case 1, 2:
		a.Status = models.Online
	case 3:
		a.Accepting = !a.Accepting
	case 4:
		a.Limit = w.rng.IntN(4)
	case 5:
		if len(a.Members) > 0 {
			a.Members = slices.Clone(a.Members) // whoever has read them keeps what they were
			a.Members[w.rng.IntN(len(a.Members))].Limit = w.rng.IntN(4) - 1
		}
	}
	w.note("agent %d is now %s, accepting %t, limit %d, %v", a.ID, a.Status, a.Accepting, a.Limit, a.Members)
	w.kick()
}

// pass lets time pass; those whose agents may be asked again are seen to.
func (w *world) pass() {
	before := w.now
	w.now += models.Instant(w.rng.IntN(8))
	for _, c := range w.talks {
		if at := c.Deadlines[models.DueAskAgain]; at > before && at <= w.now {
			w.kick()
		}
	}
}

// begin lets somebody read a conversation and make up their mind what to do.
func (w *world) begin() {
	if len(w.talks) == 0 || len(w.pending) > 5 {
		return
	}
	c := w.talks[w.rng.IntN(len(w.talks))]
	d := w.deed(c)
	if d == nil {
		return
	}
	d.before = c
	w.note("somebody is about to %s %d, owner %d", d.name, c.ID, c.AgentID)
	w.pending = append(w.pending, d)
}

// finish carries out one of the things that somebody was about to do.
func (w *world) finish() {
	if len(w.pending) == 0 {
		return
	}
	i := w.rng.IntN(len(w.pending))
	d := w.pending[i]
	w.pending = slices.Delete(w.pending, i, i+1)
	stored := &w.talks[d.before.ID-1]
	if !w.unguarded && stored.Fence != d.before.Fence {
		return // somebody was faster
	}
	if d.to != 0 && d.to != stored.AgentID && !w.unchecked {
		if all, _ := w.open(d.to, 0); all >= w.agent(d.to).Limit || d.given && (!w.accepts(d.to) || !w.room(d.to, stored.DepartmentID)) {
			return
		}
	}
	c := d.before
	if d.do(&c) != nil {
		return
	}
	w.note("somebody does %s %d", d.name, c.ID)
	w.write(d.before, c)
	if c.State == models.StateClosed {
		w.closed++
		if w.deaf {
			return
		}
	}
	w.kick()
}

// deed is something that may be done to a conversation as it is; nil for nothing.
func (w *world) deed(c models.Conversation) *deed {
	to, now := w.anyAgent(), w.now
	department := w.departments[w.rng.IntN(len(w.departments))].ID
	askAgain := now + models.Instant(1+w.rng.IntN(10))
	end := &deed{name: "close", do: func(c *models.Conversation) error { return c.Close(now) }}
	var can []*deed
	switch c.State {
	case models.StateQueued:
		can = []*deed{
			end,
			{name: "take", to: to, do: func(c *models.Conversation) error { return c.Assign(to, now) }},
			{name: "overflow", do: func(c *models.Conversation) error { return c.Overflow(department, now) }},
			{name: "keep", do: func(c *models.Conversation) error { return c.Keep(now) }},
			{name: "revive", do: func(c *models.Conversation) error { return c.Revive(now) }},
		}
	case models.StateOffered:
		rings := c.AgentID
		withdraw := &deed{name: "decline", do: func(c *models.Conversation) error { return c.Withdraw(askAgain) }}
		accept := &deed{name: "accept", to: rings, do: func(c *models.Conversation) error { return c.Accept(rings, now) }}
		can = []*deed{
			end, accept, accept, withdraw, withdraw,
			{name: "take over", to: to, do: func(c *models.Conversation) error { return c.TakeOver(to, now) }},
		}
	case models.StateActive:
		can = []*deed{
			end, end,
			{name: "transfer", to: to, given: true, do: func(c *models.Conversation) error { return c.Transfer(to, now) }},
			{name: "offer", to: to, given: true, do: func(c *models.Conversation) error { return c.Offer(to, now, now+20) }},
			{name: "take over", to: to, do: func(c *models.Conversation) error { return c.TakeOver(to, now) }},
			{name: "requeue", do: func(c *models.Conversation) error { return c.Requeue(department, now) }},
			{name: "give up", do: func(c *models.Conversation) error { return c.GiveUp(now, askAgain) }},
		}
	default:
		return nil
	}
	return can[w.rng.IntN(len(can))]
}

// assigner lets one who serves the queue do the next thing.
func (w *world) assigner(m *machine) {
	switch m.stage {
	case idle:
		if m.kicked {
			m.kicked, m.missed, m.made, m.stage = false, false, false, readQueue
			m.queue = w.queue()
		}
	case readQueue:
		m.agents = w.floor()
		var waiting []routing.Waiting
		for _, c := range m.queue {
			if c.State == models.StateQueued {
				waiting = append(waiting, w.waiting(c))
			}
		}
		m.pairs, m.stage = routing.Match(waiting, m.agents, w.departments), claiming
	case claiming:
		if len(m.pairs) > 0 && (w.goesOn || !m.missed) {
			w.claim(m, m.pairs[0])
			m.pairs = m.pairs[1:]
			return
		}
		m.stage = idle
		m.kicked = m.kicked || m.missed && !w.forgets && (m.made || !w.patient)
	}
}

func (w *world) waiting(c models.Conversation) routing.Waiting {
	return routing.Waiting{
		ID: c.ID, Department: c.DepartmentID, Prefer: c.PreferID, Tried: c.Tried, AskAgain: !c.AskAgainAt.IsZero() && c.AskAgainAt <= w.now,
	}
}

// queue reads those who wait, in the order they are served.
func (w *world) queue() (list []models.Conversation) {
	for _, c := range w.talks {
		if c.InQueue() {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b models.Conversation) int {
		return cmp.Or(b.Priority-a.Priority, cmp.Compare(a.ArrivedAt, b.ArrivedAt), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// floor reads who could answer.
func (w *world) floor() []routing.Agent {
	list := slices.Clone(w.agents)
	for i := range list {
		a := &list[i]
		a.Open, _ = w.open(a.ID, 0)
		a.Members = slices.Clone(a.Members)
		for j := range a.Members {
			_, a.Members[j].Open = w.open(a.ID, a.Members[j].Department)
		}
		for _, c := range w.talks {
			if c.AgentID == a.ID {
				a.LastAssignedAt = max(a.LastAssignedAt, c.AssignedAt)
			}
		}
	}
	return list
}

// claim gives a conversation to an agent as it was decided, if everything that spoke for it holds.
func (w *world) claim(m *machine, p routing.Pairing) {
	i := slices.IndexFunc(m.queue, func(c models.Conversation) bool { return c.ID == p.Conversation })
	before, stored := m.queue[i], &w.talks[p.Conversation-1]
	w.claims++
	if !w.unguarded && stored.Fence != before.Fence || !w.unchecked && (!w.accepts(p.Agent) || !w.room(p.Agent, before.DepartmentID)) {
		w.note("assigner %d loses %d for agent %d", m.name, p.Conversation, p.Agent)
		w.lost++
		m.missed = true
		return
	}
	c := before
	var err error
	if p.Offer {
		err = c.Offer(p.Agent, w.now, w.now+20)
	} else {
		err = c.Assign(p.Agent, w.now)
	}
	if err != nil {
		return
	}
	w.note("assigner %d gives %d to agent %d", m.name, p.Conversation, p.Agent)
	for _, ahead := range m.queue[:i] {
		if ahead.Priority == before.Priority && w.stillWaitsFor(ahead, m, p.Agent) {
			w.fail(overtaken, "%d by %d, for agent %d", ahead.ID, c.ID, p.Agent)
		}
	}
	m.made = true
	for i := range m.agents[p.Agent-1].Members { // what it knows of itself
		if as := &m.agents[p.Agent-1].Members[i]; as.Department == c.DepartmentID {
			as.Open++
		}
	}
	w.write(before, c)
}

// stillWaitsFor reports whether somebody has waited since an assigner read the queue, and could have
// had an agent, then and now.
func (w *world) stillWaitsFor(c models.Conversation, m *machine, agent int64) bool {
	a := &m.agents[agent-1]
	i := slices.IndexFunc(a.Members, func(m routing.Member) bool { return m.Department == c.DepartmentID })
	return c.State == models.StateQueued && w.talks[c.ID-1].Fence == c.Fence && w.department(c.DepartmentID).Mode != models.ModePull &&
		!c.HasTried(agent) && i >= 0 && (a.Members[i].Limit == models.NoLimit || a.Members[i].Open < a.Members[i].Limit) &&
		answersFor(w.agent(agent), c.DepartmentID) && w.room(agent, c.DepartmentID)
}

// write stores what somebody made of a conversation that they had read, and keeps the books.
func (w *world) write(before, c models.Conversation) {
	stored := &w.talks[c.ID-1]
	had := stored.AgentID
	if stored.State == models.StateClosed {
		had = 0
	}
	if had != 0 && had != before.AgentID && c.AgentID != had && c.State != models.StateClosed {
		w.fail(doubleOwner, "agent %d has %d, agent %d is given it", had, c.ID, c.AgentID)
	}
	if stored.State == models.StateClosed {
		w.fail(lost, "%d is closed and made %s", c.ID, c.State)
	}
	if c.Fence <= stored.Fence && !w.unguarded {
		w.fail(oldFence, "of %d from %d to %d", c.ID, stored.Fence, c.Fence)
	}
	*stored = c
	if owns := c.State == models.StateOffered || c.State == models.StateActive; owns && c.AgentID != had {
		if all, _ := w.open(c.AgentID, 0); all > w.agent(c.AgentID).Limit {
			w.fail(overLimit, "agent %d has %d of %d", c.AgentID, all, w.agent(c.AgentID).Limit)
		}
	}
}

// check looks, while nothing happens, whether everything is where it should be.
func (w *world) check() {
	open := 0
	for _, c := range w.talks {
		owned := c.State == models.StateOffered || c.State == models.StateActive
		if c.State != models.StateClosed {
			open++
			if owned != (c.AgentID != 0) {
				w.fail(lost, "%d is %s and agent %d's", c.ID, c.State, c.AgentID)
			}
		}
		if c.State == models.StateQueued && c.Kind == models.KindChat && w.department(c.DepartmentID).Mode != models.ModePull {
			w.servable(c)
		}
	}
	if len(w.talks) != open+w.closed {
		w.fail(lost, "%d were made, %d are open, %d were closed", len(w.talks), open, w.closed)
	}
}

// servable looks whether somebody waits in vain.
func (w *world) servable(c models.Conversation) {
	for i := range w.agents {
		a := &w.agents[i]
		if !answersFor(a, c.DepartmentID) || !w.accepts(a.ID) || !w.room(a.ID, c.DepartmentID) {
			continue
		}
		if !c.HasTried(a.ID) || !c.AskAgainAt.IsZero() && c.AskAgainAt <= w.now {
			w.fail(waits, "%d while agent %d has room", c.ID, a.ID)
		}
	}
}
