package main

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Two hundred conversations, four with each agent, as many as a new agent may have at once.
const (
	pathAgents = 50
	pathPairs  = 200
)

// said is the text of every message, 115 bytes.
const said = "Hello, I have a question about the cast iron teapot: is the enamel on the inside safe for acidic fruit tea, please?"

// pair is a visitor and the agent they talk to.
type pair struct {
	// Static after construction.
	n       int
	conv    string
	visitor *peer
	of      *pairs

	saying sync.Mutex // held while a message is sent, so that they go out in the order of their numbers

	// Guarded by mu.
	mu        sync.Mutex
	sent      []message
	acked     int
	delivered int
	acks      []time.Duration // from meant to acked
	arrivals  []time.Duration // from meant to heard by the agent
}

// message is one that was sent.
type message struct {
	cid   string
	meant time.Time // when it was to be sent
}

// pairs are all conversations of a run.
type pairs struct {
	list   []*pair
	agents []*peer
	byConv map[string]*pair

	open   atomic.Int64  // acks and deliveries that are still to come
	window atomic.Bool   // whoever hears an ack says the next
	over   atomic.Bool   // no errors count any more
	failed chan struct{} // closed on the first error
	fail   sync.Once
	err    error // after failed
}

func newPairs() *pairs {
	return &pairs{byConv: map[string]*pair{}, failed: make(chan struct{})}
}

func (p *pairs) add(conv string, visitor *peer) {
	one := &pair{n: len(p.list), conv: conv, visitor: visitor, of: p}
	p.list = append(p.list, one)
	p.byConv[conv] = one
}

// listen begins to read from everybody; no pair may be added after it.
func (p *pairs) listen() {
	for _, one := range p.list {
		go p.read(one.visitor, one.hearAsVisitor)
	}
	for _, agent := range p.agents {
		go p.read(agent, p.hearAsAgent)
	}
}

func (p *pairs) read(from *peer, heard func(t, frame []byte) error) {
	for {
		t, frame, err := from.hear()
		if err == nil {
			err = heard(t, frame)
		}
		if err != nil {
			p.failure(err)
			return
		}
	}
}

func (p *pairs) failure(err error) {
	if p.over.Load() {
		return
	}
	p.fail.Do(func() { p.err = err; close(p.failed) })
}

func (p *pairs) close() {
	p.over.Store(true)
	for _, one := range p.list {
		one.visitor.close()
	}
	for _, agent := range p.agents {
		agent.close()
	}
}

// newCID makes a client's id as browsers do, a random UUID.
func newCID() string {
	a, b := rand.Uint64(), rand.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0xfff, b&0xffffffffffff)
}

// send says the pair's next message. meant is when it was to be sent.
func (one *pair) send(meant time.Time) {
	one.saying.Lock()
	defer one.saying.Unlock()
	cid := newCID()
	one.mu.Lock()
	one.sent = append(one.sent, message{cid, meant})
	one.mu.Unlock()
	one.of.open.Add(2)
	frame := fmt.Appendf(nil, `{"t":"send","conv":"%s","cid":"%s","text":"%s"}`, one.conv, cid, said)
	if err := one.visitor.say(frame); err != nil {
		one.of.failure(err)
	}
}

func (one *pair) hearAsVisitor(t, frame []byte) error {
	switch string(t) {
	case "err", "bye":
		return fmt.Errorf("visitor %d heard %s", one.n, frame)
	case "ack":
		now := time.Now()
		one.mu.Lock()
		if want := one.next(one.acked); string(field(frame, "cid")) != want {
			one.mu.Unlock()
			return fmt.Errorf("visitor %d expects the ack of %s and hears %s", one.n, want, frame)
		}
		one.acks = append(one.acks, now.Sub(one.sent[one.acked].meant))
		one.acked++
		one.mu.Unlock()
		if one.of.window.Load() {
			one.send(now)
		}
		one.of.open.Add(-1) // after the next: at 0 all is over
	}
	return nil
}

func (p *pairs) hearAsAgent(t, frame []byte) error {
	switch string(t) {
	case "err", "bye":
		return fmt.Errorf("an agent heard %s", frame)
	case "event":
		now := time.Now()
		one := p.byConv[string(field(frame, "conv"))]
		if one == nil || string(field(frame, "kind")) != "message" {
			return nil
		}
		one.mu.Lock()
		defer one.mu.Unlock()
		if want := one.next(one.delivered); string(field(frame, "cid")) != want {
			if one.delivered == 0 {
				return nil // what the conversation began with
			}
			return fmt.Errorf("the agent of visitor %d expects %s and hears %s", one.n, want, frame)
		}
		one.arrivals = append(one.arrivals, now.Sub(one.sent[one.delivered].meant))
		one.delivered++
		p.open.Add(-1)
	}
	return nil
}

// settle waits until nothing is under way.
func (p *pairs) settle() error {
	for late := time.After(patience); p.open.Load() > 0; {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-p.failed:
			return p.err
		case <-late:
			return fmt.Errorf("%d acks and deliveries have not come within %s", p.open.Load(), patience)
		}
	}
	return nil
}

// next returns the client's id of the k-th message, "" if it was not sent. mu must be held.
func (one *pair) next(k int) string {
	if k < len(one.sent) {
		return one.sent[k].cid
	}
	return ""
}

// acknowledged returns the client's ids of everything the visitor was told is kept.
func (one *pair) acknowledged() (cids []string) {
	one.mu.Lock()
	defer one.mu.Unlock()
	for _, m := range one.sent[:one.acked] {
		cids = append(cids, m.cid)
	}
	return cids
}

// check compares what was acknowledged with the database.
func (p *pairs) check(path string) (lost, doubled int, err error) {
	db, err := readDB(path)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = db.Close() }()
	for _, one := range p.list {
		l, d, err := checkLog(db, one.conv, "visitor", one.acknowledged())
		if err != nil {
			return lost, doubled, err
		}
		lost, doubled = lost+l, doubled+d
	}
	return lost, doubled, nil
}
