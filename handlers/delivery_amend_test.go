package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"foyer/app/chat"
	"foyer/app/store"
	"foyer/models"
)

// amendment is a change of a line that was answered with ok. text is "" for a delete.
type amendment struct{ conv, cid, text string }

// says reports whether an event is this line as it was said, or what is left of it when it was deleted.
func (l *entry) says(e chat.Event) bool {
	switch {
	case e.Deleted:
		return l.deleting && e.Text == "" && e.File == nil
	case l.file != "":
		return e.Text == "" && e.File != nil && e.File.ID == l.file
	default:
		return e.File == nil && e.Text == l.text
	}
}

// sends adds a line that is a file. Its bytes are of no concern here.
func (m *delivery) sends() {
	ctx := context.Background()
	p := m.someone(func(p *person) bool { return p.agent == "" && p.conv != "" || p.agent != "" && len(p.logs) > 0 })
	f := models.File{AuthorType: models.ByAgent, AuthorID: m.agents[p.agent].ID, Name: "cat.png", Type: "image/png", Size: 9, Blob: "b"}
	m.mu.Lock()
	conv := p.conv
	m.mu.Unlock()
	if p.agent != "" {
		conv = m.aConv(p)
	} else {
		v, err := m.web.Identity.Visitor(ctx, m.site, p.tab.token)
		if err != nil {
			m.Skip("the visitor is of before a restore")
		}
		f.AuthorType, f.AuthorID = models.ByVisitor, v.ID
	}
	err := m.db.For(m.site.AccountID).AddFile(ctx, conv, &f, store.Quota{Visitor: 1 << 40, Site: 1 << 40})
	if models.KindOf(err) != "" {
		m.Skip("may not write there")
	}
	m.need(err)
	m.mu.Lock()
	defer m.mu.Unlock()
	p.keep(&entry{conv: conv, file: f.PublicID})
}

// amends edits or deletes a line that is shown: mostly one of one's own, now and then another's.
func (m *delivery) amends(remove bool) {
	p := m.someone(func(p *person) bool {
		return len(p.amendable()) > 0 && (p.agent != "" || p.session != nil && p.session.synced)
	})
	m.mu.Lock()
	lines := p.amendable()
	m.mu.Unlock()
	if len(lines) == 0 {
		m.Skip("nothing to amend")
	}
	e := rapid.SampledFrom(lines).Draw(m.T, "line")
	again := rapid.IntRange(0, 3).Draw(m.T, "say the same again") == 0
	m.mu.Lock()
	l := m.said[e.CID]
	text := ""
	if !remove {
		m.cids++
		if text = fmt.Sprintf("edit %d of %s", m.cids, l.cid); again && len(l.edits) > 0 {
			text = l.edits[len(l.edits)-1]
		}
	}
	mine := l.by.agent == p.agent && l.by.tab == p.tab
	if mine && remove {
		l.deleting = true
	} else if mine {
		l.edits = append(l.edits, text)
	}
	done := func(ok bool) {
		if ok && !mine {
			m.fault("M7: %s changed %s, which they did not say", p.name, l.cid)
		}
		if ok {
			m.amended[amendment{e.Conv, e.CID, text}] = true
		}
	}
	if p.agent == "" {
		frame := map[string]any{"t": "edit", "conv": e.Conv, "seq": e.Seq, "text": text}
		if remove {
			frame["t"] = "delete"
		}
		p.request(frame, done)
		m.mu.Unlock()
		return
	}
	m.mu.Unlock()
	var err error
	if agent := m.agents[p.agent]; remove {
		err = m.web.Chat.DeleteAsAgent(context.Background(), agent, e.Conv, e.Seq)
	} else {
		err = m.web.Chat.EditAsAgent(context.Background(), agent, e.Conv, e.Seq, text)
	}
	if models.KindOf(err) == "" {
		m.need(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	done(err == nil)
}

// amendable lists what people said in the logs that a client shows, as far as the server that runs
// now knows these logs. m.mu must be held.
func (p *person) amendable() (lines []chat.Event) {
	for _, conv := range slices.Sorted(maps.Keys(p.logs)) {
		log := p.logs[conv]
		if log.epoch != p.m.db.Epoch() || p.agent == "" && conv != p.conv {
			continue
		}
		for _, frame := range log.shown {
			var e chat.Event
			if err := json.Unmarshal([]byte(frame), &e); err == nil && p.m.said[e.CID] != nil {
				lines = append(lines, e)
			}
		}
	}
	return lines
}

// request sends a frame under an id of its own; done hears of its answer. m.mu must be held.
func (p *person) request(frame map[string]any, done func(ok bool)) {
	p.m.cids++
	id := fmt.Sprint("request ", p.m.cids)
	frame["id"] = id
	if p.session != nil {
		p.session.pending[id] = done
	}
	p.send(frame)
}

// keptAmendment reports whether a log holds what an ok promised: the text among the edits of the
// line, unless it was deleted since; of a deleted one nothing.
func keptAmendment(log []chat.Event, a amendment) bool {
	i := slices.IndexFunc(log, func(e chat.Event) bool { return e.CID == a.cid })
	return i >= 0 && (log[i].Deleted || a.text != "" && slices.ContainsFunc(log, func(e chat.Event) bool {
		return e.Kind == models.EventEdited && e.Target == log[i].Seq && e.Text == a.text
	}))
}

// deleted lists what an ok said is gone. A line offered again to the next conversation may be in two
// and be deleted in one. m.mu must be held.
func (m *delivery) deleted() map[promise]bool {
	gone := map[promise]bool{}
	for a := range m.amended {
		if a.text == "" {
			gone[promise{a.conv, a.cid}] = true
		}
	}
	return gone
}

// since is an event that was shown, without what a later delete has taken out of the log's.
func since(shown, log chat.Event) chat.Event {
	if log.Deleted {
		shown.Text, shown.File, shown.Deleted = "", nil, true
	}
	return shown
}

// shows reports whether a client shows an event of a log with the bytes it has there, or had there
// before it was deleted.
func shows(frame string, log chat.Event) bool {
	if frame == string(log.Encode()) {
		return true
	}
	var e chat.Event
	return json.Unmarshal([]byte(frame), &e) == nil && string(since(e, log).Encode()) == string(log.Encode())
}

// checkAmended looks at the edits and deletes of a log. m.mu must be held.
func (m *delivery) checkAmended(log []chat.Event) {
	texts, deleted := map[int64]string{}, map[int64]bool{}
	for _, e := range log {
		if e.Target == 0 {
			if e.Kind == models.EventEdited || e.Kind == models.EventDeleted {
				m.Fatalf("M7: of no line: %s", e.Encode())
			}
			texts[e.Seq] = e.Text
			continue
		}
		if e.Target < 0 || e.Target >= e.Seq || m.said[log[e.Target-1].CID] == nil {
			m.Fatalf("M7: %s is of no line\n%s", e.Encode(), written(log))
		}
		line := log[e.Target-1]
		l := m.said[line.CID]
		switch {
		case e.From != line.From:
			m.Fatalf("M7: not by who said it: %s", e.Encode())
		case deleted[e.Target]:
			m.Fatalf("M2: changed after it was deleted: %s\n%s", e.Encode(), written(log))
		case e.Kind == models.EventDeleted:
			if !l.deleting || e.Text != "" || e.Deleted {
				m.Fatalf("M7: nobody said %s", e.Encode())
			}
			deleted[e.Target] = true
		case e.Deleted != line.Deleted || e.Deleted && e.Text != "":
			m.Fatalf("M7: text of a deleted line is left, or of another gone: %s\n%s", e.Encode(), written(log))
		case e.Deleted:
		case !slices.Contains(l.edits, e.Text):
			m.Fatalf("M7: nobody said %s", e.Encode())
		case texts[e.Target] == e.Text:
			m.Fatalf("M2: it says what was said before: %s\n%s", e.Encode(), written(log))
		default:
			texts[e.Target] = e.Text
		}
	}
	for _, e := range log {
		if e.CID != "" && e.Deleted != deleted[e.Seq] {
			m.Fatalf("M7: deleted without an event, or an event without effect: %s\n%s", e.Encode(), written(log))
		}
	}
}
