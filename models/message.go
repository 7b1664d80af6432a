package models

import (
	"strings"
	"time"
	"unicode/utf8"
)

// EventKind names what happened in a conversation.
type EventKind string

// The kinds of events in a conversation's log.
const (
	EventMessage     EventKind = "message"
	EventNote        EventKind = "note" // among agents only
	EventFile        EventKind = "file"
	EventQueued      EventKind = "queued"
	EventAssigned    EventKind = "assigned"
	EventTransferred EventKind = "transferred"
	EventOffered     EventKind = "offered"  // it rings at an agent; among agents only
	EventDeclined    EventKind = "declined" // and was not accepted; among agents only
	EventAgentLost   EventKind = "agent_lost"
	EventAgentSilent EventKind = "agent_silent" // the owner had not answered in time
	EventReturned    EventKind = "returned"     // nobody took the transfer: it is back with who had it
	EventJoined      EventKind = "joined"       // a second agent was invited
	EventLeft        EventKind = "left"
	EventIdle        EventKind = "idle"   // the visitor has been silent for long
	EventMissed      EventKind = "missed" // nobody could answer: kept as a message
	EventClosed      EventKind = "closed"
	EventEdited      EventKind = "edited"  // an earlier line has another text now
	EventDeleted     EventKind = "deleted" // an earlier line is gone
)

// Moves reports whether an event of this kind changes a conversation's state or owner.
func (k EventKind) Moves() bool {
	switch k {
	case EventMessage, EventNote, EventFile, EventEdited, EventDeleted:
		return false
	default:
		return true
	}
}

// Line reports whether events of this kind are what somebody said, in words or by a file.
func (k EventKind) Line() bool { return k == EventMessage || k == EventFile }

// Cause says more closely why something happened.
type Cause string

// The causes, by the kind of event they go with.
const (
	CauseBack     Cause = "back"     // queued: the visitor of a message came back
	CauseOverflow Cause = "overflow" // queued, transferred: the department had too many, or too long

	CauseAuto     Cause = "auto"     // assigned: by the assigner
	CauseAccepted Cause = "accepted" // assigned: the agent accepted the offer
	CauseTaken    Cause = "taken"    // assigned: the agent picked it

	CauseTakeOver Cause = "takeover" // transferred: a supervisor took it

	CauseDeclined Cause = "declined" // declined: by the agent
	CauseMissed   Cause = "missed"   // declined: rang in vain
	CauseLost     Cause = "lost"     // declined: the agent's connection

	CauseClosed Cause = "closed" // missed: outside opening hours
	CauseFull   Cause = "full"   // missed: too many wait
	CauseWaited Cause = "waited" // missed: nobody in time
	CauseLeft   Cause = "left"   // missed: the visitor chose to leave a message

	CauseAgent     Cause = "agent"     // closed: by an agent
	CauseVisitor   Cause = "visitor"   // closed: by the visitor
	CauseIdle      Cause = "idle"      // closed: the visitor was silent for too long
	CauseAbandoned Cause = "abandoned" // closed: the visitor left the queue
)

// AuthorType says what sort of author an event has.
type AuthorType string

// The sorts of authors.
const (
	ByVisitor AuthorType = "visitor"
	ByAgent   AuthorType = "agent"
	BySystem  AuthorType = "system"
)

// Author is who did something: the visitor or agent with that id, or the system with id 0.
type Author struct {
	Type AuthorType
	ID   int64
}

// Message is one event of a conversation's log. Seq runs 1, 2, 3... without a hole; VisibleSeq
// does the same over what visitors may see and is 0 for the rest.
type Message struct {
	ConversationID int64 `gorm:"primaryKey;autoIncrement:false"`
	Seq            int64 `gorm:"primaryKey;autoIncrement:false"`
	VisibleSeq     int64
	AccountID      int64
	Kind           EventKind
	AuthorType     AuthorType
	AuthorID       int64
	CID            string `gorm:"column:cid"` // the sender's own id of a line, "" for other events
	Text           string // what was said, the name of a `file`, or the reason of a `closed`
	Cause          Cause
	Until          Instant // of an `offered`: how long it rings; of an `idle`: when the conversation closes
	FileID         int64   // what a `file` is
	AgentID        int64   // whom an event about an agent is about
	DepartmentID   int64   // where a `queued` or `transferred` conversation waits
	TargetSeq      int64   // Seq of the line that an `edited` or `deleted` is about,
	TargetVisible  int64   // which is this one in the visitor's count, 0 for a note
	AmendedSeq     int64   // Seq of the last `edited` or `deleted` about this line, 0 when there is none
	Deleted        bool    // its author took it back: Text is empty
	At             Instant
}

// ForVisitors reports whether a visitor may know of the event.
func (m Message) ForVisitors() bool {
	switch m.Kind {
	case EventNote, EventOffered, EventDeclined:
		return false
	case EventEdited, EventDeleted:
		return m.TargetVisible > 0
	default:
		return true
	}
}

// MayAmend says why somebody may not edit or delete a line any more, or never might. within is how
// long after it was said they may.
func (m Message) MayAmend(by Author, now Instant, within time.Duration) error {
	switch {
	case !m.Kind.Line() && m.Kind != EventNote:
		return Errorf(KindInvalid, "event %d is not a line that was said", m.Seq)
	case m.Author() != by:
		return Errorf(KindForbidden, "only who said it may change it")
	case within <= 0:
		return Errorf(KindForbidden, "what was said cannot be changed here")
	case now > m.At.Add(within):
		return Errorf(KindForbidden, "it was said more than %s ago: it cannot be changed any more", strings.Replace(within.String(), "m0s", "m", 1))
	}
	return nil
}

// Author returns who is behind the event.
func (m Message) Author() Author { return Author{Type: m.AuthorType, ID: m.AuthorID} }

// Limits of a message.
const (
	MaxMessage = 4000 // characters
	MaxCID     = 64   // bytes
)

// CheckText says what is wrong with a text somebody wants to send, if anything.
func CheckText(text string) error {
	switch n := utf8.RuneCountInString(text); {
	case n > MaxMessage:
		return Errorf(KindTooLong, "the message has %d characters: at most %d are allowed", n, MaxMessage)
	case blank(text):
		return Errorf(KindInvalid, "text must not be empty")
	case !storable(text):
		return Errorf(KindInvalid, "text must be UTF-8 without NUL")
	}
	return nil
}

// CheckCID says what is wrong with a client's id of a message, if anything.
func CheckCID(cid string) error {
	if cid == "" || len(cid) > MaxCID || !storable(cid) {
		return Errorf(KindInvalid, "cid must be a UUID made by the client, at most %d bytes", MaxCID)
	}
	return nil
}

// storable reports whether every database can keep a text: PostgreSQL takes neither NUL nor what
// is not UTF-8.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
