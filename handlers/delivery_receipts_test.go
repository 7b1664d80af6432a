package handlers

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"pgregory.net/rapid"

	"foyer/app/chat"
	"foyer/models"
)

// side is one of the two who receive and read a conversation.
type side struct {
	conv, kind string // kind is received or read
	visitor    bool
}

// receipt is a `received` or `read` that a client heard.
type receipt struct {
	of      side
	seq     int64
	visitor bool // heard by the visitor, in their count
	epoch   string
}

// marks tells how far a client has got, or had got some time ago.
func (m *delivery) marks() {
	p := m.someone(func(p *person) bool { return p.session != nil && p.session.synced && len(p.logs) > 0 })
	conv := m.aConv(p)
	kind := rapid.SampledFrom([]string{"received", "read"}).Draw(m.T, "kind")
	ago := rapid.IntRange(0, 9).Draw(m.T, "events ago")
	m.mu.Lock()
	defer m.mu.Unlock()
	log := p.logs[conv]
	if p.session == nil || log == nil || log.epoch != m.db.Epoch() {
		m.Skip("what is shown is of before a restore")
	}
	of, seq := side{conv, kind, p.agent == ""}, int64(max(0, len(log.shown)-ago))
	m.told[of] = append(m.told[of], seq)
	p.send(map[string]any{"t": kind, "conv": conv, "seq": seq})
	p.request(map[string]any{"t": "get", "conv": conv, "after": 1 << 30}, func(ok bool) { // frames are handled in turn
		if ok && of.visitor { // of two tabs that came at once with no token, one shows what is not theirs any more
			m.noted[of] = max(m.noted[of], seq)
		}
	})
}

// marked notes what is heard of the other side. m.mu must be held.
func (p *person) marked(kind string, frame []byte) {
	f := decode[struct {
		Conv string
		Seq  int64
		By   chat.Author
	}](p, frame)
	p.m.heard = append(p.m.heard, receipt{side{f.Conv, kind, f.By.Type == models.ByVisitor}, f.Seq, p.agent == "", p.epoch})
}

// numbers is the visitor's count of each event of a log; a hidden one has that of the last before it
// that they see. seqs is the other way round.
func numbers(log []chat.Event) (visible, seqs []int64) {
	visible, seqs = []int64{0}, []int64{0}
	shown := 0
	for i, e := range log {
		if !hiddenIn(log, e) {
			shown++
			seqs = append(seqs, int64(i)+1)
		}
		visible = append(visible, int64(shown))
	}
	return visible, seqs
}

// marksNow is how far everybody had got, and what was heard of it, at one moment.
type marksNow struct {
	noted map[side]int64
	heard []receipt
	convs []models.Conversation
}

// marksOf reads how far everybody has got. The logs are read afterwards, so they reach as far.
func (m *delivery) marksOf(convs []string) (now marksNow) {
	m.mu.Lock()
	now.noted, now.heard = maps.Clone(m.noted), m.heard
	m.heard = nil
	m.mu.Unlock()
	for _, conv := range convs {
		c, err := m.db.For(m.site.AccountID).Conversation(context.Background(), conv)
		if models.KindOf(err) != models.KindNotFound {
			m.need(err)
			now.convs = append(now.convs, c)
		}
	}
	return now
}

// checkMarks looks whether what was received and read are numbers that this side has told, in the
// count of whoever reads them, and whether what is unread is counted right.
func (m *delivery) checkMarks(now marksNow, logs map[string][]chat.Event) {
	for _, c := range now.convs {
		conv, log, noted := c.PublicID, logs[c.PublicID], now.noted
		visible, seqs := numbers(log)
		m.checkMark(side{conv, "received", true}, c.VisitorReceivedSeq, seqs, noted)
		m.checkMark(side{conv, "read", true}, c.VisitorReadSeq, seqs, noted)
		m.checkMark(side{conv, "received", false}, c.AgentReceivedSeq, nil, noted)
		m.checkMark(side{conv, "read", false}, c.AgentReadSeq, nil, noted)
		if c.AgentReceivedSeen != visible[c.AgentReceivedSeq] || c.AgentReadSeen != visible[c.AgentReadSeq] {
			m.Fatalf("the visitor is told of %d received and %d read, which are %d and %d of\n%s",
				c.AgentReceivedSeen, c.AgentReadSeen, c.AgentReceivedSeq, c.AgentReadSeq, written(log))
		}
		for _, r := range now.heard {
			if r.of.conv == conv && r.epoch == m.db.Epoch() {
				m.checkHeard(r, visible, seqs)
			}
		}
		m.checkUnread(&c, log)
	}
}

// checkMark looks at a number of the agents' count. seqs turns the visitor's numbers into those.
func (m *delivery) checkMark(of side, now int64, seqs []int64, noted map[side]int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	seqOf := func(n int64) int64 {
		switch {
		case seqs == nil:
			return n
		case n < int64(len(seqs)):
			return seqs[n]
		}
		return -1
	}
	if now != 0 && !slices.ContainsFunc(m.told[of], func(n int64) bool { return seqOf(n) == now }) {
		m.Fatalf("%+v is %d; told were %v", of, now, m.told[of])
	}
	if least := seqOf(noted[of]); now < least {
		m.Fatalf("%+v is %d, though %d was told", of, now, least)
	}
}

// checkHeard looks whether a number that was heard is one that the other side has told.
func (m *delivery) checkHeard(r receipt, visible, seqs []int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	theirs := func(n int64) int64 {
		from := map[bool][]int64{true: seqs, false: visible}[r.of.visitor]
		switch {
		case r.of.visitor == r.visitor:
			return n
		case n < int64(len(from)):
			return from[n]
		}
		return -1
	}
	if !slices.ContainsFunc(m.told[r.of], func(n int64) bool { return theirs(n) == r.seq }) {
		m.Fatalf("heard was %+v; told were %v", r, m.told[r.of])
	}
}

// checkUnread counts what is unread, unless something was said meanwhile.
func (m *delivery) checkUnread(before *models.Conversation, log []chat.Event) {
	c, err := m.db.For(m.site.AccountID).Conversation(context.Background(), before.PublicID)
	m.need(err)
	if !reflect.DeepEqual(c, *before) {
		return
	}
	var agents, visitors int64
	for _, e := range log {
		if e.Kind.Line() && !e.Deleted {
			if e.From.Type == models.ByVisitor && e.Seq > c.AgentReadSeq {
				agents++
			}
			if e.From.Type == models.ByAgent && e.Seq > c.VisitorReadSeq {
				visitors++
			}
		}
	}
	if c.Unread != agents || c.VisitorUnread != visitors {
		m.Fatalf("unread are %d and %d, but the log read up to %d and %d is\n%s", c.Unread, c.VisitorUnread, c.AgentReadSeq, c.VisitorReadSeq, written(log))
	}
}
