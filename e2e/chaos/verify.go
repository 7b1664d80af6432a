package main

import (
	"slices"
)

// entry is a row of the log in the database.
type entry struct {
	line           // numbered as agents see it
	visible int64  // the visitor's number, 0 when hidden
	author  string // visitor, agent or system
}

// log is a conversation's, in order.
type log struct {
	conv    string
	entries []entry
}

// seenBy is the log as visitors or agents see it.
func (g log) seenBy(visitor bool) (seen []line) {
	for _, e := range g.entries {
		switch {
		case !visitor:
			seen = append(seen, e.line)
		case e.visible > 0:
			l := e.line
			l.Seq = e.visible
			seen = append(seen, l)
		}
	}
	return seen
}

// verify compares everything the clients know with the logs. With final, nothing is under way any
// more: every line said is stored, and a reader for whom current is true has shown all there is.
func (l *ledger) verify(logs []log, final bool, current func(side) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := map[string]*log{}
	for i, g := range logs {
		known[g.conv] = &logs[i]
		l.verifyNumbers(g)
	}
	authors := map[string]line{} // every line anybody said, by cid
	for s, r := range l.records {
		for _, said := range r.said {
			authors[said.CID] = said
		}
		g := known[s.conv]
		if g == nil {
			if len(r.acked)+len(r.shown) > 0 {
				l.broken("%s knows the conversation %s, which is gone", s.who, s.conv)
			}
			continue
		}
		l.verifySide(s, r, g.seenBy(isVisitor(s.who)), final)
		if all := len(g.seenBy(isVisitor(s.who))); final && current(s) && len(r.shown) != all {
			l.broken("%s showed %d of %d events of %s", s.who, len(r.shown), all, s.conv)
		}
	}
	for _, g := range logs {
		l.verifyNothingInvented(g, authors)
	}
}

// verifyNumbers demands both counts to be dense, and no cid twice.
func (l *ledger) verifyNumbers(g log) {
	visible := int64(0)
	first := map[string]int64{}
	for i, e := range g.entries {
		if e.Seq != int64(i)+1 {
			l.broken("%s has %d where %d belongs", g.conv, e.Seq, i+1)
		}
		if e.visible > 0 {
			if visible++; e.visible != visible {
				l.broken("%s has the visitor's %d where %d belongs", g.conv, e.visible, visible)
			}
		}
		if (e.visible == 0) != (e.Kind == "note") {
			l.broken("%s: %d is a %s and the visitor's number of it is %d", g.conv, e.Seq, e.Kind, e.visible)
		}
		if e.CID == "" {
			continue
		}
		if was, ok := first[e.CID]; ok {
			l.broken("%s: doubled, %s is %d and %d", g.conv, e.CID, was, e.Seq)
		}
		first[e.CID] = e.Seq
	}
}

// verifySide compares one client's side with the log as it may see it.
func (l *ledger) verifySide(s side, r *record, seen []line, final bool) {
	at := map[string]line{}
	for _, e := range seen {
		if e.CID != "" {
			at[e.CID] = e
		}
	}
	for cid, seq := range r.acked {
		if found, ok := at[cid]; !ok {
			l.broken("%s: lost, %s was acknowledged as %d and is not there", s.who, cid, seq)
		} else if found.Seq != seq {
			l.broken("%s: %s was acknowledged as %d and is %d", s.who, cid, seq, found.Seq)
		}
	}
	for i, shown := range r.shown {
		if i >= len(seen) {
			l.broken("%s: lost, %s showed %d events and there are %d", s.conv, s.who, len(r.shown), len(seen))
			break
		}
		if shown != seen[i] {
			l.broken("%s showed %+v, the log has %+v", s.who, shown, seen[i])
			break
		}
	}
	last := int64(0)
	for _, said := range r.said {
		found, ok := at[said.CID]
		switch {
		case !ok && final && r.refused[said.CID] == "":
			l.broken("%s: %s was said and never stored", s.who, said.CID)
		case ok && found.Seq <= last:
			l.broken("%s: out of order, %s is %d and something said before it is %d", s.who, said.CID, found.Seq, last)
		case ok:
			last = found.Seq
		}
	}
}

// verifyNothingInvented demands that every line was said by somebody, as it stands there.
func (l *ledger) verifyNothingInvented(g log, authors map[string]line) {
	for _, e := range g.entries {
		if !slices.Contains([]string{"message", "note"}, e.Kind) {
			continue
		}
		if said, ok := authors[e.CID]; !ok || said.Text != e.Text || said.Kind != e.Kind {
			l.broken("%s: %d is a line nobody said: %+v", g.conv, e.Seq, e.line)
		}
	}
}

func isVisitor(who string) bool { return who[0] == 'v' }
