package main

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// fact is something a client did or heard, told to the ledger.
type fact struct {
	What string // see ledger.note
	Who  string // the client's name
	Conv string
	Line line
	Dup  bool   // of an ack: the line had been stored before
	Code string // of a refusal or a close
}

// What can be told.
const (
	factSaid    = "said"    // a line was written down to be sent, in this order, before its first try
	factAck     = "ack"     // the server promised to keep it, at Line.Seq
	factRefused = "refused" // the server refused it for good
	factShown   = "shown"   // a reader showed an event
	factAgain   = "again"   // an event came that was shown before
	factGap     = "gap"     // a connection that was complete left something out
	factReset   = "reset"   // the server disowned what was shown
	factEnd     = "end"     // a connection ended
	// somebody came or left: Code is an agent's status, or a visitor's as "visitor true" or "visitor false"
	factPresence = "presence"
)

// line is an event as one side sees it; Seq is that side's number.
type line struct {
	Seq  int64
	Kind string
	CID  string
	Text string
}

// record is one client's side of one conversation.
type record struct {
	said    []line
	acked   map[string]int64 // number by cid
	refused map[string]string
	shown   []line
}

// side is a client in a conversation.
type side struct{ who, conv string }

// ledger is the one checker: it keeps what every client was promised and showed, and compares it
// with what the server and its database say in the end.
type ledger struct {
	// Guarded by mu.
	mu      sync.Mutex
	records map[side]*record
	wrong   []string // what broke a promise, the first ones
	acks    int
	resent  int // acks of lines the server had already
	ends    map[string]int

	watching []func(fact) // called with each fact, the lock held
}

func newLedger() *ledger {
	return &ledger{records: map[side]*record{}, ends: map[string]int{}}
}

func (l *ledger) of(s side) *record {
	r := l.records[s]
	if r == nil {
		r = &record{acked: map[string]int64{}, refused: map[string]string{}}
		l.records[s] = r
	}
	return r
}

const maxWrong = 20

func (l *ledger) broken(format string, values ...any) {
	if len(l.wrong) < maxWrong {
		l.wrong = append(l.wrong, fmt.Sprintf(format, values...))
	}
}

// note takes down a fact, and sees at once what can't be right whatever comes later.
func (l *ledger) note(f fact) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.watching {
		w(f)
	}
	switch f.What {
	case factEnd:
		l.ends[f.Code]++
		return
	case factPresence:
		return
	}
	r := l.of(side{f.Who, f.Conv})
	switch f.What {
	case factSaid:
		r.said = append(r.said, f.Line)
	case factAck:
		l.acks++
		if f.Dup {
			l.resent++
		}
		if was, ok := r.acked[f.Line.CID]; ok && was != f.Line.Seq {
			l.broken("%s was acknowledged %s as %d and then as %d", f.Who, f.Line.CID, was, f.Line.Seq)
		}
		r.acked[f.Line.CID] = f.Line.Seq
	case factRefused:
		r.refused[f.Line.CID] = f.Code
	case factShown:
		if f.Line.Seq != int64(len(r.shown))+1 {
			l.broken("%s showed %d after %d events", f.Who, f.Line.Seq, len(r.shown))
		}
		r.shown = append(r.shown, f.Line)
	case factAgain:
		if f.Line.Seq < 1 || f.Line.Seq > int64(len(r.shown)) {
			l.broken("%s was sent %d again and had never shown it", f.Who, f.Line.Seq)
		} else if was := r.shown[f.Line.Seq-1]; was != f.Line {
			l.broken("%s was sent another %d: %+v, first %+v", f.Who, f.Line.Seq, f.Line, was)
		}
	case factGap:
		l.broken("%s was sent %d after %d, on a connection that was complete", f.Who, f.Line.Seq, len(r.shown))
	case factReset:
		l.broken("%s was told to drop %s, of which it had shown %d", f.Who, f.Conv, len(r.shown))
	}
}

// trouble returns the first promises that were broken, or nil.
func (l *ledger) trouble() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.wrong) == 0 {
		return nil
	}
	text := ""
	for _, w := range l.wrong {
		text += "\n  " + w
	}
	return fmt.Errorf("promises broken:%s", text)
}

// numbers are what a fault prints.
type numbers struct {
	said, acked, resent, shown, refused int
	ends                                map[string]int
}

func (l *ledger) numbers() numbers {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := numbers{resent: l.resent, ends: map[string]int{}}
	for _, r := range l.records {
		n.said += len(r.said)
		n.acked += len(r.acked)
		n.shown += len(r.shown)
		n.refused += len(r.refused)
	}
	for code, times := range l.ends {
		n.ends[code] = times
	}
	return n
}

// first returns a channel that gets the time of the next fact that is so.
func (l *ledger) first(so func(fact) bool) <-chan time.Time {
	seen := make(chan time.Time, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watching = append(l.watching, func(f fact) {
		if so(f) {
			select {
			case seen <- time.Now():
			default:
			}
		}
	})
	return seen
}

// under is how many lines of everybody have neither ack nor refusal.
func (l *ledger) under() int {
	n := l.numbers()
	return n.said - n.acked - n.refused
}

// shown is how many events a side has shown.
func (l *ledger) shown(s side) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(len(l.of(s).shown))
}

// hasShown tells whether a client has shown an event of a kind.
func (l *ledger) hasShown(who, kind string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s, r := range l.records {
		if s.who == who && slices.ContainsFunc(r.shown, func(e line) bool { return e.Kind == kind }) {
			return true
		}
	}
	return false
}

// sides are all clients in all their conversations.
func (l *ledger) sides() []side {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Keys(l.records))
}

// seen counts the ends of connections of a kind.
func (l *ledger) seen(end string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ends[end]
}
