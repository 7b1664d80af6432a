package chat

import (
	"bytes"
	"encoding/json"

	"foyer/app/store"
	"foyer/models"
)

// What goes out has its own shapes, listed field by field: nothing leaks by being added to a row.

// Named is somebody or something by public id, with the name to show.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Author is who said or did something. The system has neither id nor name.
type Author struct {
	Type models.AuthorType `json:"type" enum:"visitor,agent,system"`
	ID   string            `json:"id"`
	Name string            `json:"name"`
}

// Event is one entry of a conversation's log.
type Event struct {
	T          string           `json:"t" enum:"event"`
	Conv       string           `json:"conv" doc:"the conversation"`
	Seq        int64            `json:"seq" doc:"1, 2, 3... without a hole"`
	Kind       models.EventKind `json:"kind" enum:"message,note,file,queued,offered,declined,assigned,transferred,agent_lost,agent_silent,returned,joined,left,idle,missed,closed,edited,deleted"`
	At         models.Instant   `json:"at" format:"date-time"`
	From       Author           `json:"from"`
	Text       string           `json:"text,omitempty" doc:"what was said"`
	CID        string           `json:"cid,omitempty" doc:"the sender's own id of the line"`
	File       *File            `json:"file,omitempty" doc:"what was sent"`
	Agent      *Named           `json:"agent,omitempty" doc:"who has it now, was lost, was asked, came or left"`
	Department *Named           `json:"department,omitempty" doc:"where it waits now"`
	Reason     string           `json:"reason,omitempty" doc:"why it was closed, in the agent's words"`
	Cause      models.Cause     `json:"cause,omitempty" doc:"why it happened: see docs/protocol.md"`
	Until      *models.Instant  `json:"until,omitempty" format:"date-time" doc:"how long an offer rings, or when a silent visitor's conversation closes"`
	Target     int64            `json:"target,omitempty" doc:"the number of the line that was edited or deleted"`
	Deleted    bool             `json:"deleted,omitempty" doc:"its author took it back later: there is no text any more"`
}

// LastLine is the last message of a conversation.
type LastLine struct {
	Seq  int64          `json:"seq"`
	Text string         `json:"text" doc:"the first 200 characters"`
	At   models.Instant `json:"at" format:"date-time"`
	From Author         `json:"from"`
}

// VisitorRef is the visitor of a conversation.
type VisitorRef struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Online bool   `json:"online"`
}

// Summary is a conversation as agents see it in lists.
type Summary struct {
	ID         string                  `json:"id"`
	Kind       models.ConversationKind `json:"kind" enum:"chat,message" doc:"a message was left while nobody could answer"`
	State      models.State            `json:"state" enum:"queued,offered,active,closed"`
	Owner      *Named                  `json:"owner" doc:"null while nobody has it; who it rings at while offered"`
	Guests     []Named                 `json:"guests,omitempty" doc:"agents invited beside the owner"`
	OfferUntil *models.Instant         `json:"offer_until,omitempty" format:"date-time" doc:"how long it rings, while offered"`
	ClosesAt   *models.Instant         `json:"closes_at,omitempty" format:"date-time" doc:"after a silent visitor was warned"`
	Priority   int                     `json:"priority" doc:"-9 to 9: who waits with a higher one is served first"`
	Fence      int64                   `json:"fence" doc:"grows with every change of state, owner or priority"`
	Department *Named                  `json:"department,omitempty"`
	Visitor    VisitorRef              `json:"visitor"`
	Site       Named                   `json:"site"`
	QueuedAt   models.Instant          `json:"queued_at" format:"date-time" doc:"first arrival"`
	AssignedAt *models.Instant         `json:"assigned_at,omitempty" format:"date-time"`
	ClosedAt   *models.Instant         `json:"closed_at,omitempty" format:"date-time"`
	Last       *LastLine               `json:"last" doc:"the last message"`
	LastSeq    int64                   `json:"last_seq"`
	Unread     int64                   `json:"unread" doc:"lines of the visitor the owner has not read"`
	Received   int64                   `json:"received_seq" doc:"the visitor's browser has everything up to here"`
	ReadSeq    int64                   `json:"read_seq" doc:"the visitor has read up to here"`
}

// VisitorSummary is a conversation as its visitor sees it; numbers are in the visitor's count.
type VisitorSummary struct {
	ID         string                  `json:"id"`
	Kind       models.ConversationKind `json:"kind"`
	State      models.State            `json:"state"`
	Owner      *Named                  `json:"owner"`
	ClosesAt   *models.Instant         `json:"closes_at,omitempty"`
	Department *Named                  `json:"department,omitempty"`
	QueuedAt   models.Instant          `json:"queued_at"`
	AssignedAt *models.Instant         `json:"assigned_at,omitempty"`
	ClosedAt   *models.Instant         `json:"closed_at,omitempty"`
	LastSeq    int64                   `json:"last_seq"`
	Unread     int64                   `json:"unread"`
	Received   int64                   `json:"received_seq"`
	ReadSeq    int64                   `json:"read_seq"`
}

func named(id, name string) *Named {
	if id == "" {
		return nil
	}
	return &Named{ID: id, Name: name}
}

func unlessNever(i models.Instant) *models.Instant {
	if i.IsZero() {
		return nil
	}
	return &i
}

func (s *Service) summary(c models.Summary) Summary {
	out := Summary{
		ID: c.PublicID, Kind: c.Kind, State: c.State, Fence: c.Fence, Priority: c.Priority,
		OfferUntil: unlessNever(c.Deadlines[models.DueOffer]), ClosesAt: unlessNever(c.Deadlines[models.DueIdleClose]),
		Owner:      named(c.AgentPublicID, c.AgentName),
		Department: named(c.DepartmentPublicID, c.DepartmentName),
		Visitor:    VisitorRef{ID: c.VisitorPublicID, Name: c.VisitorName, Online: s.presence.Visitor(c.VisitorID)},
		Site:       Named{ID: c.SitePublicID, Name: c.SiteName},
		QueuedAt:   c.ArrivedAt, AssignedAt: unlessNever(c.AssignedAt), ClosedAt: unlessNever(c.ClosedAt),
		LastSeq: c.LastSeq, Unread: c.Unread,
		Received: max(c.VisitorReceivedSeq, c.VisitorReadSeq), ReadSeq: c.VisitorReadSeq,
	}
	for _, g := range c.GuestAgents {
		out.Guests = append(out.Guests, Named{g.PublicID, g.Name})
	}
	if c.LastLineSeq > 0 {
		out.Last = &LastLine{
			Seq: c.LastLineSeq, Text: beginning(c.LineText), At: c.LineAt,
			From: Author{Type: c.LineAuthorType, ID: c.LineAuthorPublicID, Name: c.LineAuthorName},
		}
	}
	return out
}

// maxGlimpse is how much of a line a summary shows, in characters: an agent is welcomed with a
// summary of everything that is open.
const maxGlimpse = 200

func beginning(text string) string {
	n := 0
	for i := range text {
		if n++; n > maxGlimpse {
			return text[:i]
		}
	}
	return text
}

func visitorSummary(c models.Summary) VisitorSummary {
	state, owner := c.State, named(c.AgentPublicID, c.AgentName)
	if state == models.StateOffered { // whom it rings at is not theirs to know
		state, owner = models.StateQueued, nil
	}
	return VisitorSummary{
		ID: c.PublicID, Kind: c.Kind, State: state, Owner: owner, ClosesAt: unlessNever(c.Deadlines[models.DueIdleClose]),
		Department: named(c.DepartmentPublicID, c.DepartmentName),
		QueuedAt:   c.ArrivedAt, AssignedAt: unlessNever(c.AssignedAt), ClosedAt: unlessNever(c.ClosedAt),
		LastSeq: c.LastVisibleSeq, Unread: c.VisitorUnread,
		Received: max(c.AgentReceivedSeen, c.AgentReadSeen), ReadSeq: c.AgentReadSeen,
	}
}

// eventFor turns an entry of the log into what agents see, or what visitors do.
func eventFor(conv string, e store.Event, visitor bool) Event {
	out := Event{
		T: "event", Conv: conv, Seq: e.Seq, Kind: e.Kind, At: e.At, CID: e.CID,
		From:       Author{Type: e.AuthorType, ID: e.AuthorPublicID, Name: e.AuthorName},
		Agent:      named(e.AgentPublicID, e.AgentName),
		Department: named(e.DepartmentPublicID, e.DepartmentName),
		Target:     e.TargetSeq, Deleted: e.Deleted, Cause: e.Cause, Until: unlessNever(e.Until),
	}
	if visitor {
		out.Seq, out.Target = e.VisibleSeq, e.TargetVisible
	}
	switch e.Kind {
	case models.EventClosed:
		out.Reason = e.Text
	case models.EventFile:
		out.File = fileOf(e)
	default:
		out.Text = e.Text
	}
	return out
}

// frame encodes what goes out. Every shape here can be encoded.
func frame(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // no page is made of it, and a line of "<" would be six times as long
	if err := e.Encode(v); err != nil {
		panic(err) // strings, numbers and times
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

type convFrame struct {
	T string `json:"t"`
	Summary
}

type typingFrame struct {
	T    string `json:"t"`
	Conv string `json:"conv"`
	From Author `json:"from"`
	Text string `json:"text,omitempty"`
}

// readFrame is `read` and `received`.
type readFrame struct {
	T    string `json:"t"`
	Conv string `json:"conv"`
	Seq  int64  `json:"seq"`
	By   Author `json:"by"`
}

type agentPresenceFrame struct {
	T         string              `json:"t"`
	Agent     string              `json:"agent"`
	Status    models.Availability `json:"status"`
	Accepting bool                `json:"accepting"`
}

type visitorPresenceFrame struct {
	T       string `json:"t"`
	Visitor string `json:"visitor"`
	Online  bool   `json:"online"`
}

type resetFrame struct {
	T     string `json:"t"`
	Epoch string `json:"epoch"`
	Conv  string `json:"conv,omitempty"`
}
