package handlers

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"foyer/app/chat"
	"foyer/models"
)

// catchUp is within what time everybody must have everything, once nothing is in the way (M11).
const catchUp = 5 * time.Second

func kindOf(frame string) models.EventKind {
	var e chat.Event
	_ = json.Unmarshal([]byte(frame), &e)
	return e.Kind
}

// moves changes who has a conversation, or ends it.
func (m *delivery) moves() {
	ctx := context.Background()
	p := m.someone(func(p *person) bool { return len(p.logs) > 0 })
	conv := m.aConv(p)
	if p.agent == "" {
		m.mu.Lock()
		defer m.mu.Unlock()
		p.send(map[string]any{"t": "end", "id": "end", "conv": conv})
		return
	}
	agent := m.agents[p.agent]
	other := m.agents[map[string]string{"anna": "ben", "ben": "anna"}[p.agent]]
	departments, err := m.web.Chat.Departments(ctx, agent)
	m.need(err)
	support, desk := departments[0].ID, m.web.Chat
	do := rapid.SampledFrom([]func() (chat.Summary, error){
		func() (chat.Summary, error) { return desk.Close(ctx, agent, conv, "done") },
		func() (chat.Summary, error) { return desk.Take(ctx, agent, conv) },
		func() (chat.Summary, error) {
			return desk.Transfer(ctx, agent, conv, chat.Destination{Agent: other.PublicID, Note: "yours"})
		},
		func() (chat.Summary, error) {
			return desk.Transfer(ctx, agent, conv, chat.Destination{Department: support})
		},
		func() (chat.Summary, error) { return desk.Accept(ctx, agent, conv) },
		func() (chat.Summary, error) { return desk.Decline(ctx, agent, conv) },
		func() (chat.Summary, error) { return desk.Invite(ctx, agent, conv, other.PublicID) },
		func() (chat.Summary, error) { return desk.Leave(ctx, agent, conv, other.PublicID) },
		func() (chat.Summary, error) {
			return desk.SetPriority(ctx, agent, conv, rapid.IntRange(-9, 9).Draw(m.T, "priority"))
		},
	}).Draw(m.T, "move")
	if _, err := do(); err != nil && models.KindOf(err) == "" {
		m.Fatalf("a move failed: %v", err)
	}
}

// modes changes how conversations get to agents.
func (m *delivery) modes() {
	mode := rapid.SampledFrom([]models.Mode{models.ModeAuto, models.ModeOffer, models.ModePull}).Draw(m.T, "mode")
	m.arrange(m.T, m.agents["anna"], func(d *chat.DepartmentSettings) { d.Mode = mode })
}

// leaves lets a visitor leave a message instead of waiting on. Where nobody waits any more it is a line.
func (m *delivery) leaves() {
	may := func(p *person) bool { // it waits its turn like any other line
		return p.agent == "" && p.conv != "" && p.session != nil && p.session.synced &&
			!slices.ContainsFunc(p.outbox, func(l *entry) bool { return !l.acked && l.refused == "" })
	}
	p := m.someone(may)
	m.mu.Lock()
	defer m.mu.Unlock()
	if may(p) {
		l := p.note(&entry{conv: p.conv, text: "instead"})
		p.send(map[string]any{"t": "start", "id": l.cid, "cid": l.cid, "text": l.text, "kind": "message"})
	}
}

// cuts ends a connection now, or in the middle of what is sent next.
func (m *delivery) cuts() {
	p := m.someone(func(p *person) bool { return p.session != nil })
	bytes := rapid.Int64Range(-1, 300).Draw(m.T, "bytes that still go out")
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case p.session == nil:
	case bytes < 0:
		p.leave()
	default:
		p.session.wire.left.Store(bytes)
	}
}

// reloads loads a visitor's page anew: it shows nothing yet, and while the long log is on its way to it
// the conversation goes on.
func (m *delivery) reloads() {
	p := m.someone(func(p *person) bool {
		return p.agent == "" && p.logs[p.conv] != nil && len(p.logs[p.conv].shown) > 14 && !m.isClosed(p.logs[p.conv])
	})
	m.mu.Lock()
	conv := p.conv
	p.leave()
	p.logs = map[string]*heardLog{}
	p.connect(true)
	late := time.AfterFunc(catchUp, m.news.Broadcast)
	defer late.Stop()
	for begin := time.Now(); p.session != nil && !p.session.stalled && time.Since(begin) < catchUp; {
		m.news.Wait()
	}
	m.mu.Unlock()
	anna := m.agents["anna"]
	departments, err := m.web.Chat.Departments(context.Background(), anna)
	m.need(err)
	_, _ = m.web.Chat.Take(context.Background(), anna, conv)
	_, _ = m.web.Chat.Transfer(context.Background(), anna, conv, chat.Destination{Department: departments[0].ID})
}

func (m *delivery) cutAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.people {
		p.leave()
	}
}

// stalls lets a client stop reading, or go on.
func (m *delivery) stalls() {
	p := m.someone(func(p *person) bool { return p.session != nil })
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case p.session == nil:
	case p.session.stalled:
		p.flow(p.session)
	default:
		p.stall()
	}
}

// restarts stops the server in one of the three ways.
func (m *delivery) restarts() {
	how := rapid.SampledFrom([]string{"stop", "kill", "put back a backup"}).Draw(m.T, "how")
	if how == "stop" {
		m.mu.Lock()
		for _, p := range m.people { // a shutdown waits for those who do not read
			if p.session != nil {
				p.flow(p.session)
			}
		}
		m.mu.Unlock()
		m.restart(m.T)
		return
	}
	m.cutAll()
	if how == "kill" {
		m.crash(m.T)
		return
	}
	m.restore(m.T)
	m.voidAcks()
}

// voidAcks takes back what was promised after the backup was made: a restore is the one thing that
// loses it, and the epoch tells.
func (m *delivery) voidAcks() {
	m.mu.Lock()
	acks, amended := maps.Clone(m.acks), maps.Clone(m.amended)
	clear(m.noted)
	m.mu.Unlock()
	for a := range amended {
		if !keptAmendment(m.logOf(a.conv), a) {
			m.mu.Lock()
			delete(m.amended, a)
			m.mu.Unlock()
		}
	}
	for p, s := range acks {
		if !m.kept(m.logOf(p.conv), p, s) {
			m.mu.Lock()
			delete(m.acks, p)
			m.mu.Unlock()
		}
	}
}

// quiet waits, without any more faults, until everybody has everything (M11) and every line its answer (M8).
func (m *delivery) quiet() {
	late := time.After(catchUp)
	for tick := time.Tick(5 * time.Millisecond); ; {
		why := m.behind()
		if why == "" {
			break
		}
		select {
		case <-tick:
		case <-late:
			m.Fatalf("M11: %v after the last fault %s", catchUp, why)
		}
	}
	m.answered()
}

// behind says who still lacks something, if anybody does. It ends every fault, and those who are away come back.
func (m *delivery) behind() string {
	m.mu.Lock()
	for _, p := range m.people {
		p.connect(false)
		if s := p.session; s != nil {
			s.wire.left.Store(-1)
			p.flow(s)
		}
	}
	open := slices.Clone(m.people)
	convs := slices.Collect(maps.Keys(m.convs))
	m.mu.Unlock()
	logs, owners := map[string][]chat.Event{}, map[string]string{}
	for _, conv := range convs {
		logs[conv] = m.logOf(conv)
		if c, err := m.web.Chat.Summary(context.Background(), m.agents["anna"], conv); err == nil && c.Owner != nil && c.State == models.StateActive {
			owners[conv] = c.Owner.Name
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range open {
		if why := p.behind(logs, owners); why != "" {
			return why
		}
	}
	return ""
}

func (p *person) behind(logs map[string][]chat.Event, owners map[string]string) string {
	if p.session == nil || !p.session.synced {
		return p.name + " is not connected"
	}
	for _, l := range p.outbox {
		if !l.acked && l.refused == "" {
			return "line " + l.cid + " of " + p.name + " has no answer"
		}
	}
	if len(p.session.pending) > 0 {
		return p.name + " has asked something that has no answer"
	}
	for conv, log := range p.logs {
		if log.epoch != p.m.db.Epoch() {
			return "M10: " + p.name + " still shows " + conv + " of " + log.epoch
		}
	}
	for conv, log := range logs {
		concerned := conv == p.conv
		if p.agent != "" {
			concerned = owners[conv] == p.agent
		} else {
			log = visible(log)
		}
		if shown := p.logs[conv]; concerned && len(log) > 0 && (shown == nil || len(shown.shown) < len(log)) {
			return p.name + " does not show all of " + conv
		}
	}
	return ""
}

// conflicts says something else under a cid that was taken (M9).
func (m *delivery) conflicts() {
	m.quiet()
	p := m.someone(func(p *person) bool { return len(p.taken()) > 0 })
	l := rapid.SampledFrom(p.taken()).Draw(m.T, "line")
	before := m.logOf(l.conv)
	frame, want := map[string]any{"t": "send", "conv": l.conv, "cid": l.cid, "text": "something else", "note": l.note}, string(models.KindCIDConflict)
	if slices.ContainsFunc(before, func(e chat.Event) bool { return e.CID == l.cid && e.Deleted }) {
		frame["text"], frame["file"], want = l.text, l.file, "dup" // what it said is not known any more: a late resend
	}
	m.mu.Lock()
	delete(p.codes, l.cid)
	p.send(frame)
	late := time.AfterFunc(catchUp, m.news.Broadcast)
	defer late.Stop()
	for begin := time.Now(); p.codes[l.cid] == "" && p.session != nil && time.Since(begin) < catchUp; {
		m.news.Wait()
	}
	code, lost := p.codes[l.cid], p.session == nil
	m.mu.Unlock()
	if code == "" && lost {
		m.Skip("the connection ended")
	}
	if code != want {
		m.Fatalf("M9: %v was answered %q, not %q", frame, code, want)
	}
	if !sameLines(before, m.logOf(l.conv)) {
		m.Fatalf("M9: a refused line changed %s", l.conv)
	}
}

// taken lists lines of a person that the server has, in the conversation they show.
func (p *person) taken() (lines []*entry) {
	for _, l := range p.outbox {
		if _, ok := p.m.acks[promise{l.conv, l.cid}]; ok && (p.agent != "" || l.conv == p.conv) {
			lines = append(lines, l)
		}
	}
	return lines
}
