package handlers

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"foyer/app/chat"
	"foyer/models"
)

func (m *delivery) need(err error) {
	m.Helper()
	if err != nil {
		m.Fatalf("%v", err)
	}
}

// fault notes what a client saw that must not be. mu must be held.
func (m *delivery) fault(format string, args ...any) {
	m.faults = append(m.faults, fmt.Sprintf(format, args...))
}

// ack notes what was promised. mu must be held.
func (m *delivery) ack(p *person, a chat.Ack) {
	key, s := promise{a.Conv, a.CID}, stored{a.Seq, a.At, p.agent == ""}
	if first, ok := m.acks[key]; ok && first.seq != 0 && first != s {
		m.fault("M5: %s was acked as %+v, then as %+v", a.CID, first, s)
	}
	m.acks[key] = s
}

// stored notes that the first line of a start was taken. mu must be held.
func (m *delivery) stored(p *person, l *entry) {
	if _, ok := m.acks[promise{l.conv, l.cid}]; !ok {
		m.acks[promise{l.conv, l.cid}] = stored{visitor: p.agent == ""}
	}
}

// logOf reads the whole log of a conversation as it was at one moment; nil when it is not there.
func (m *delivery) logOf(conv string) []chat.Event {
	log := m.pagesOf(conv)
	for len(log) > chat.MaxPage {
		again := m.pagesOf(conv)
		if len(again) == len(log) { // while it was read nothing happened, so nothing was deleted
			return again
		}
		log = again
	}
	return log
}

func (m *delivery) pagesOf(conv string) (all []chat.Event) {
	for more := true; more; {
		var page []chat.Event
		var err error
		page, more, err = m.web.Chat.Log(context.Background(), m.agents["anna"], conv, chat.Slice{After: int64(len(all))})
		if models.KindOf(err) == models.KindNotFound {
			return nil
		}
		m.need(err)
		all = append(all, page...)
	}
	return all
}

// visible is what a visitor may see of a log, counted their way. It is written here anew, so that it
// does not repeat a mistake of the store's.
func visible(log []chat.Event) (out []chat.Event) {
	counts := map[int64]int64{}
	for _, e := range log {
		if !hiddenIn(log, e) {
			counts[e.Seq] = int64(len(out)) + 1
			e.Seq, e.Target = counts[e.Seq], counts[e.Target]
			out = append(out, e)
		}
	}
	return out
}

// hiddenIn reports whether an event of a log is a note, or about one, or tells of an offer.
func hiddenIn(log []chat.Event, e chat.Event) bool {
	return e.Kind == models.EventNote || e.Kind == models.EventOffered || e.Kind == models.EventDeclined ||
		e.Target > 0 && log[e.Target-1].Kind == models.EventNote
}

// sameLines reports whether what was said in a conversation is the same after something happened to
// it, but for lines that were deleted.
func sameLines(before, after []chat.Event) bool {
	said := func(e chat.Event) bool { return e.CID == "" }
	before, after = slices.DeleteFunc(slices.Clone(before), said), slices.DeleteFunc(slices.Clone(after), said)
	return len(before) == len(after) && !slices.ContainsFunc(before, func(e chat.Event) bool {
		return !slices.ContainsFunc(after, func(now chat.Event) bool { return now.Seq == e.Seq && shows(string(e.Encode()), now) })
	})
}

// kept reports whether a log holds what was promised.
func (m *delivery) kept(log []chat.Event, p promise, s stored) bool {
	if s.visitor {
		log = visible(log)
	}
	i := slices.IndexFunc(log, func(e chat.Event) bool { return e.CID == p.cid })
	return i >= 0 && m.said[p.cid].says(log[i]) && (s.seq == 0 || log[i].Seq == s.seq && log[i].At == s.at)
}

// check looks at everything that holds at all times.
func (m *delivery) check() {
	m.mu.Lock()
	acks, amended, convs, faults := maps.Clone(m.acks), maps.Clone(m.amended), slices.Sorted(maps.Keys(m.convs)), slices.Clone(m.faults)
	type view struct {
		who   string
		note  bool
		conv  string
		shown []string
	}
	var views []view
	for _, p := range m.people {
		for conv, log := range p.logs {
			if log.epoch == m.db.Epoch() {
				views = append(views, view{p.name, p.agent != "", conv, slices.Clone(log.shown)})
			}
		}
	}
	m.mu.Unlock()
	for _, f := range faults {
		m.Fatalf("%s", f)
	}
	marks, logs := m.marksOf(convs), map[string][]chat.Event{}
	for _, conv := range convs {
		logs[conv] = m.logOf(conv)
		m.checkLog(conv, logs[conv])
	}
	for p, s := range acks {
		if logs[p.conv] == nil {
			logs[p.conv] = m.logOf(p.conv)
		}
		if !m.kept(logs[p.conv], p, s) {
			m.Fatalf("M1: %s was acked as %+v, but the log is\n%s", p.cid, s, written(logs[p.conv]))
		}
	}
	for a := range amended {
		if !keptAmendment(logs[a.conv], a) {
			m.Fatalf("M1: ok was said to %+v, but the log is\n%s", a, written(logs[a.conv]))
		}
	}
	for _, v := range views {
		log := logs[v.conv]
		if !v.note {
			log = visible(log)
		}
		for i, frame := range v.shown {
			if i >= len(log) || !shows(frame, log[i]) {
				m.Fatalf("M4, M7: %s shows, as %d,\n%s\nbut the log is\n%s", v.who, i+1, frame, written(log))
			}
		}
	}
	m.checkOrder(logs)
	m.checkMarks(marks, logs)
}

// checkLog looks at a log by itself.
func (m *delivery) checkLog(conv string, log []chat.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := map[string]bool{}
	for i, e := range log {
		if e.Seq != int64(i)+1 {
			m.Fatalf("M3: event %d of %s has number %d", i+1, conv, e.Seq)
		}
		if e.CID == "" {
			continue
		}
		l := m.said[e.CID]
		switch {
		case seen[e.CID]:
			m.Fatalf("M2: %s is there twice\n%s", e.CID, written(log))
		case l == nil || !l.says(e) || l.note != (e.Kind == models.EventNote):
			m.Fatalf("M7: nobody said %s", e.Encode())
		case (l.by.agent == "") != (e.From.Type == models.ByVisitor) || l.by.agent != "" && l.by.agent != e.From.Name:
			m.Fatalf("M7: %s was not said by %+v", e.CID, e.From)
		}
		seen[e.CID] = true
	}
	m.checkAmended(log)
}

// checkOrder looks whether each client's lines were stored in the order they were said in (M6).
func (m *delivery) checkOrder(logs map[string][]chat.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.people {
		last := map[string]int{}
		for _, l := range p.outbox {
			at := slices.IndexFunc(logs[l.conv], func(e chat.Event) bool { return e.CID == l.cid })
			if at < 0 {
				continue
			}
			if at < last[l.conv] {
				m.Fatalf("M6: %s of %s came before what they had said before it\n%s", l.cid, p.name, written(logs[l.conv]))
			}
			last[l.conv] = at
		}
	}
}

// answered looks, when every line has its answer, whether the answers are true (M8).
func (m *delivery) answered() {
	m.mu.Lock()
	var refused []entry
	for _, p := range m.people {
		for _, l := range p.outbox {
			if l.refused != "" {
				refused = append(refused, *l)
			}
		}
	}
	m.mu.Unlock()
	for _, l := range refused {
		if slices.ContainsFunc(m.logOf(l.conv), func(e chat.Event) bool { return e.CID == l.cid }) {
			m.Fatalf("M8: %s was refused (%s), but it is there", l.cid, l.refused)
		}
	}
	m.check()
}

func written(log []chat.Event) string {
	var b bytes.Buffer
	for _, e := range log {
		b.Write(e.Encode())
		b.WriteByte('\n')
	}
	return b.String()
}
