package main

import (
	"crypto/rand"
	"fmt"
	"slices"
	"time"
)

// hear does what a client does on a frame. The lock is held.
func (c *client) hear(f frame) error {
	switch f.T {
	case "ping":
		return c.say(map[string]any{"t": "pong", "n": f.N})
	case "welcome":
		return c.welcomed(f.welcome)
	case "conv":
		c.owned(*f.summary)
	case "ok":
		if f.Conv != "" {
			c.thread(f.Conv)
		}
	case "event":
		return c.event(c.thread(f.Conv), f.line)
	case "sync":
		return c.synced(f)
	case "ack":
		c.acknowledged(f)
	case "err":
		c.refused(f)
	case "presence":
		code := f.Status
		if f.Visitor != nil {
			code = fmt.Sprintf("visitor %t", f.Online)
		}
		c.tell(fact{What: factPresence, Who: c.who, Code: code})
	case "reset":
		c.tell(fact{What: factReset, Who: c.who, Conv: f.Conv})
	}
	return nil
}

func (c *client) welcomed(w *welcome) error {
	c.epoch, c.me, c.dead = w.Epoch, w.Me.ID, time.Duration(w.Dead)*time.Millisecond
	if w.Token != "" {
		c.token = w.Token
	}
	if w.Conv != nil { // a visitor's
		c.thread(w.Conv.ID).owed = true
	}
	if isVisitor(c.who) {
		return nil // sync always comes
	}
	for _, t := range c.threads {
		t.mine = false
	}
	for _, s := range w.Convs {
		c.owned(s)
	}
	return c.back()
}

// owned takes down who has a conversation now.
func (c *client) owned(s summary) {
	mine := s.Owner != nil && s.Owner.ID == c.me && s.State != "closed"
	if t := c.threads[s.ID]; t != nil && t.mine && !mine {
		t.complete = false
	}
	if c.threads[s.ID] != nil || mine {
		c.thread(s.ID).mine = mine
	}
}

// event shows the next event, and keeps what comes early until the missing ones have come.
func (c *client) event(t *thread, e line) error {
	if e.Seq <= t.last {
		c.tell(fact{What: factAgain, Who: c.who, Conv: t.conv, Line: e})
		return nil
	}
	t.early[e.Seq] = e
	for {
		next, ok := t.early[t.last+1]
		if !ok {
			break
		}
		delete(t.early, next.Seq)
		t.last = next.Seq
		c.tell(fact{What: factShown, Who: c.who, Conv: t.conv, Line: next})
	}
	if len(t.early) == 0 {
		t.complete = t.complete || !t.owed
		return nil
	}
	if t.owed {
		return nil
	}
	if t.complete {
		c.tell(fact{What: factGap, Who: c.who, Conv: t.conv, Line: e})
	}
	return c.get(t)
}

func (c *client) get(t *thread) error {
	t.owed = true
	return c.say(map[string]any{"t": "get", "id": rand.Text(), "conv": t.conv, "after": t.last, "limit": 200})
}

// synced is the end of a replay: whatever is still missing should have come with it.
func (c *client) synced(f frame) error {
	if f.Conv == "" {
		return c.back()
	}
	t := c.thread(f.Conv)
	if f.More {
		return c.get(t)
	}
	t.owed, t.complete = false, true
	for _, e := range t.early {
		c.tell(fact{What: factGap, Who: c.who, Conv: t.conv, Line: e})
		return c.get(t)
	}
	return c.back()
}

func (c *client) acknowledged(f frame) {
	t := c.thread(f.Conv)
	i := slices.IndexFunc(t.unacked, func(u *unacked) bool { return u.CID == f.CID })
	if i >= 0 {
		c.acked = append(c.acked, time.Since(t.unacked[i].first))
		t.unacked = slices.Delete(t.unacked, i, i+1)
	}
	c.tell(fact{What: factAck, Who: c.who, Conv: f.Conv, Line: f.line, Dup: f.Dup})
}

// refused forgets what the server will never take. What it can't take now is kept.
func (c *client) refused(f frame) {
	if f.Code == "unavailable" || f.Code == "rate_limited" {
		c.tell(fact{What: factEnd, Who: c.who, Code: "err " + f.Code})
		return
	}
	for _, t := range c.threads {
		i := slices.IndexFunc(t.unacked, func(u *unacked) bool { return u.CID == f.CID })
		if i >= 0 {
			c.tell(fact{What: factRefused, Who: c.who, Conv: t.conv, Line: t.unacked[i].line, Code: f.Code})
			t.unacked = slices.Delete(t.unacked, i, i+1)
		}
	}
}
