package handlers

import (
	"slices"

	"foyer/app/chat"
	"foyer/models"
)

// hear is the client's message handler.
func (p *person) hear(s *session, frame []byte) {
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	if p.session != s { // it has been given up
		return
	}
	defer p.m.news.Broadcast()
	about := decode[struct{ T string }](p, frame)
	if about.T == "welcome" {
		p.welcomed(frame)
		if s.hesitant {
			p.stall()
		}
		return
	}
	f := decode[struct {
		ID, CID, Conv, Code string
		More                bool
		N                   int64
	}](p, frame)
	if done, ok := s.pending[f.ID]; ok && slices.Contains([]string{"ok", "err", "sync"}, about.T) {
		delete(s.pending, f.ID)
		done(about.T != "err")
		return
	}
	switch about.T {
	case "received", "read":
		p.marked(about.T, frame)
	case "ping":
		p.send(map[string]any{"t": "pong", "n": f.N})
	case "reset":
		p.forget(f.Conv)
	case "event":
		p.event(s, decode[chat.Event](p, frame), string(frame))
	case "ack":
		p.acked(decode[chat.Ack](p, frame))
	case "ok":
		p.started(f.ID, f.Conv)
	case "err":
		p.refused(f.CID, f.ID, f.Code)
	case "sync":
		p.sync(s, f.ID, f.Conv, f.More)
	}
}

// sync ends a replay. The one without an id is hello's.
func (p *person) sync(s *session, id, conv string, more bool) {
	if id != "" {
		delete(s.asked, conv)
		if more {
			p.ask(s, conv)
		}
		p.fill(s, conv)
		return
	}
	if p.agent == "" && !s.synced {
		s.synced = true
		p.offer()
	}
}

// fill asks for what is missing before what came early.
func (p *person) fill(s *session, conv string) {
	if log := p.logs[conv]; log != nil && len(log.early) > 0 {
		p.ask(s, conv)
	}
}

func (p *person) ask(s *session, conv string) {
	if !s.asked[conv] {
		s.asked[conv] = true
		p.send(map[string]any{"t": "get", "id": "gap", "conv": conv, "after": len(p.log(conv).shown), "limit": 200})
	}
}

func (p *person) welcomed(frame []byte) {
	w := decode[struct {
		Epoch, Token string
		Conv         *chat.VisitorSummary
		Convs        []chat.Summary
	}](p, frame)
	p.epoch = w.Epoch
	if p.agent == "" {
		if w.Token != "" {
			p.tab.token = w.Token
		}
		p.shows(w.Conv)
		return
	}
	p.session.synced = true
	p.offer()
	for _, c := range w.Convs {
		mine := c.Owner != nil && c.Owner.Name == p.agent
		if known := p.logs[c.ID] != nil; mine && !known {
			p.ask(p.session, c.ID)
		}
	}
}

// shows turns to the conversation the server names: the open one, or the one asked for.
func (p *person) shows(c *chat.VisitorSummary) {
	now := ""
	if c != nil {
		now = c.ID
	}
	if now == p.conv {
		return
	}
	for _, l := range p.outbox { // what was to go to another waits for this one
		if l.conv == p.conv && !l.acked && l.refused == "" {
			if l.conv = now; now == "" && l.file != "" { // it was uploaded to what is no more
				l.refused = "gone"
			}
		}
	}
	p.conv = now
}

// forget drops what is not the server's: of one conversation, or of all.
func (p *person) forget(conv string) {
	if conv != "" {
		delete(p.logs, conv)
		return
	}
	p.logs = map[string]*heardLog{}
	if p.session.synced {
		p.offer()
	}
}

// event drops what is shown already, shows what comes next, and holds what comes early.
func (p *person) event(s *session, e chat.Event, frame string) {
	if p.agent == "" && e.Conv != p.conv {
		if p.conv != "" && !p.m.isClosed(p.logs[p.conv]) {
			return // a late word of a conversation that is over
		}
		p.conv = e.Conv // another tab has begun it
	}
	log := p.log(e.Conv)
	if log.epoch != p.epoch {
		p.m.fault("M10: %s continues a log of %s with an event of %s: %s", p.name, log.epoch, p.epoch, frame)
	}
	if s.gone[promise{e.Conv, e.CID}] && !e.Deleted {
		p.m.fault("M7: deleted before %s connected: %s", p.name, frame)
	}
	if e.Seq <= int64(len(log.shown)) {
		return
	}
	log.early[e.Seq] = frame
	for next, ok := log.early[int64(len(log.shown))+1]; ok; next, ok = log.early[int64(len(log.shown))+1] {
		log.shown = append(log.shown, next)
		delete(log.early, int64(len(log.shown)))
	}
	p.fill(s, e.Conv)
}

func (p *person) acked(a chat.Ack) {
	p.m.ack(p, a)
	if a.Dup {
		p.codes[a.CID] = "dup"
	}
	for _, l := range p.outbox {
		if l.cid == a.CID {
			l.acked, l.refused = true, "" // offered twice, it may have been refused once
		}
	}
}

// started is the ok of a start: its first line is stored, and those behind it may follow.
func (p *person) started(id, conv string) {
	if p.agent != "" || conv == "" {
		return
	}
	for _, l := range p.outbox {
		if l.cid == id && !l.acked {
			l.acked, l.conv = true, conv
			p.m.stored(p, l)
		}
	}
	if p.conv != conv && (p.conv == "" || p.m.isClosed(p.logs[p.conv])) {
		p.conv = conv
	}
	for _, l := range p.outbox {
		if l.conv == "" && !l.acked && l.refused == "" {
			l.conv = conv
			p.transmit(l)
		}
	}
}

func (p *person) refused(cid, id, code string) {
	for _, key := range []string{cid, id} {
		if key != "" {
			p.codes[key] = code
		}
	}
	if code == string(models.KindUnavailable) || code == string(models.KindCIDConflict) {
		return
	}
	for _, l := range p.outbox {
		if l.cid == cid && !l.acked {
			l.refused = code
		}
	}
}
