package handlers

import (
	"time"

	"foyer/app/hub"
)

const (
	closeTooMany = 4007
	closeTooFast = 4100

	// Whoever is refused more often than this in such a time does not wait as they are told.
	refusalLimit  = 50
	refusalPeriod = 10 * time.Second

	// offerAgain is how long after its wait a refused line may be offered again before others may
	// pass it: by then a client has given the connection up.
	offerAgain = 10 * time.Second

	newVisitorWeight = 5 // of connects
)

// visitorWeights is what each frame of a visitor counts against the limits. typing has its own.
var visitorWeights = map[string]int{
	"start": 10, "send": 1, "edit": 2, "delete": 2, "get": 2, "read": 1, "received": 1, "end": 1, "page": 1, "typing": 0,
}

// agentWeights is the same for agents.
var agentWeights = map[string]int{
	"send": 1, "get": 1, "read": 1, "received": 1, "watch": 1, "unwatch": 1, "typing": 0,
}

// flow holds one socket within the limits. It belongs to the reader.
type flow struct {
	client *hub.Client
	take   func(weight int, now time.Time) time.Duration

	refusals int
	since    time.Time // the first of refusals

	// The line that was refused last. None may pass it: a later one that found a token would overtake it.
	waits string // its cid
	until time.Time
}

// pass lets a frame through, or returns why not. cid is that of a line, else empty.
func (f *flow) pass(weight int, cid string, now time.Time) error {
	if weight == 0 {
		return nil
	}
	if cid != "" && f.waits != "" && cid != f.waits && now.Before(f.until) {
		return f.refuse(max(f.until.Sub(now)-offerAgain, 0), now)
	}
	if wait := f.take(weight, now); wait > 0 {
		if cid != "" {
			f.waits, f.until = cid, now.Add(wait+offerAgain)
		}
		return f.refuse(wait, now)
	}
	if cid != "" {
		f.waits = ""
	}
	return nil
}

// refuse counts the refusals, and ends it when they do not help.
func (f *flow) refuse(wait time.Duration, now time.Time) error {
	if now.Sub(f.since) > refusalPeriod {
		f.refusals, f.since = 0, now
	}
	if f.refusals++; f.refusals > refusalLimit {
		return tooFastClose(f.client)
	}
	return &rateError{wait}
}

// tooFastClose says for how long to stay away, and returns the close that follows.
func tooFastClose(client *hub.Client) error {
	client.Reply(bye("rate_limited", 5*time.Second, 15*time.Second))
	return &closeError{closeTooFast, "too much in too short a time"}
}

// lineID is the cid of a frame that says a line, else empty.
func lineID(about envelope) string {
	if about.T != "send" && about.T != "start" {
		return ""
	}
	return string(about.CID)
}

// takeVisitor counts against the visitor, their address and their site: all or none.
func (p *visitorProtocol) takeVisitor(weight int, now time.Time) time.Duration {
	u := p.web.usage
	if wait := u.visitors.Take(p.visitor.ID, weight, now); wait > 0 {
		return wait
	}
	wait := u.takeAddress(p.address, weight, now)
	if wait == 0 {
		if wait = u.sites.Take(p.site.ID, weight, now); wait == 0 {
			return 0
		}
		u.giveAddress(p.address, weight, now)
	}
	u.visitors.Give(p.visitor.ID, weight, now)
	return wait
}
