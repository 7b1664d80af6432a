package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// person is a visitor or agent as PROTOCOL.md wants their client: they keep what they have said until
// it is acknowledged, come back after a restart when they were told to, and ask for what they missed.
type person struct {
	// Static after construction.
	n      int
	addr   string
	path   string
	cookie string
	agent  bool
	all    *people

	// Guarded by mu.
	mu     sync.Mutex
	peer   *peer // nil while away
	token  string
	epoch  string
	logs   map[string]*heard // by conversation
	outbox []draft           // not acknowledged, in order
}

// draft is something said that is not acknowledged yet.
type draft struct{ conv, cid string }

// heard is what a client has of a conversation.
type heard struct {
	seqs  map[int64]bool
	last  int64    // everything up to here has come
	acked []string // what was said here and acknowledged
}

// connect dials, says hello with what the client knows, and hears until the server says it is all.
func (one *person) connect(ctx context.Context) error {
	ws, err := dial(ctx, one.addr, one.path, one.cookie, one.n)
	if err != nil {
		return err
	}
	one.mu.Lock()
	hello, syncs := one.hello()
	one.mu.Unlock()
	if err := ws.say(hello); err != nil {
		ws.close()
		return err
	}
	_ = ws.ws.SetReadDeadline(time.Now().Add(patience))
	for greeted := false; !greeted || syncs > 0; {
		t, frame, err := ws.hear()
		if err == nil {
			err = one.note(string(t), frame)
		}
		if err != nil {
			ws.close()
			return err
		}
		switch string(t) {
		case "welcome":
			greeted = true
		case "sync":
			syncs--
		}
	}
	_ = ws.ws.SetReadDeadline(time.Time{})
	return one.resend(ws)
}

// hello returns the first frame and how many syncs end the answer. mu must be held.
func (one *person) hello() (frame []byte, syncs int) {
	if one.epoch == "" && !one.agent {
		return visitorHello(one.n), 1
	}
	type hello struct {
		T     string `json:"t"`
		Token string `json:"token,omitempty"`
		Epoch string `json:"epoch,omitempty"`
		Conv  string `json:"conv,omitempty"`
		After any    `json:"after,omitempty"`
	}
	h := hello{T: "hello", Token: one.token, Epoch: one.epoch}
	syncs = 1
	if one.agent {
		after := map[string]int64{}
		for conv, log := range one.logs {
			after[conv] = log.last
		}
		h.After, syncs = after, len(after)
	} else {
		for conv, log := range one.logs {
			h.Conv, h.After = conv, log.last
		}
	}
	frame, err := json.Marshal(h)
	if err != nil {
		panic(err) // texts and numbers
	}
	return frame, syncs
}

// resend offers again what is not acknowledged, in order, and from then on lets say speak.
func (one *person) resend(ws *peer) error {
	one.mu.Lock()
	defer one.mu.Unlock()
	for _, l := range one.outbox {
		if err := ws.say(l.frame()); err != nil {
			return err
		}
	}
	one.peer = ws
	return nil
}

func (l draft) frame() []byte {
	return fmt.Appendf(nil, `{"t":"send","conv":"%s","cid":"%s","text":"%s"}`, l.conv, l.cid, said)
}

// say keeps a line and sends it if the client is connected.
func (one *person) say(conv string) {
	one.mu.Lock()
	defer one.mu.Unlock()
	l := draft{conv, newCID()}
	one.outbox = append(one.outbox, l)
	if one.peer != nil {
		_ = one.peer.say(l.frame()) // if it fails the reader notices, and it is sent again
	}
}

// note takes in one frame.
func (one *person) note(t string, frame []byte) error {
	switch t {
	case "welcome", "event", "ack":
	case "err", "reset":
		if string(field(frame, "code")) == "unavailable" {
			return nil // a close follows, and it is sent again
		}
		return fmt.Errorf("%s heard %s", one.path, frame)
	default:
		return nil
	}
	var in struct {
		Token, Epoch, Conv, CID string
		Seq                     int64
	}
	if t == "welcome" {
		in.Token, in.Epoch = string(field(frame, "token")), string(field(frame, "epoch"))
	} else if err := json.Unmarshal(frame, &in); err != nil {
		return err
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	switch t {
	case "welcome":
		one.epoch = in.Epoch
		if in.Token != "" {
			one.token = in.Token
		}
	case "event":
		one.log(in.Conv).add(in.Seq)
	case "ack":
		if len(one.outbox) == 0 || one.outbox[0].cid != in.CID {
			return fmt.Errorf("an ack out of order: %s", frame)
		}
		one.outbox = one.outbox[1:]
		log := one.log(in.Conv)
		log.acked = append(log.acked, in.CID)
	}
	return nil
}

// log returns what is known of a conversation. mu must be held.
func (one *person) log(conv string) *heard {
	if one.logs[conv] == nil {
		one.logs[conv] = &heard{seqs: map[int64]bool{}}
	}
	return one.logs[conv]
}

func (h *heard) add(seq int64) {
	h.seqs[seq] = true
	for h.seqs[h.last+1] {
		h.last++
	}
}

// live hears until the connection ends, and comes back when it does.
func (one *person) live(ctx context.Context) {
	for {
		wait := one.listen()
		one.mu.Lock()
		one.peer.close()
		one.peer = nil
		one.mu.Unlock()
		if one.all.isOver() || !one.comeBack(ctx, wait) {
			return
		}
	}
}

// listen hears until the connection ends, and returns how long to stay away.
func (one *person) listen() (wait time.Duration) {
	wait = backOff(0)
	for {
		t, frame, err := one.peer.hear()
		if err != nil {
			return wait
		}
		if string(t) == "bye" {
			var bye struct {
				RetryMS [2]int64 `json:"retry_ms"`
			}
			if err := json.Unmarshal(frame, &bye); err != nil {
				one.all.failure(err)
				return wait
			}
			low, high := time.Duration(bye.RetryMS[0])*time.Millisecond, time.Duration(bye.RetryMS[1])*time.Millisecond
			wait = low + rand.N(high-low+1)
			one.all.told(high)
			continue
		}
		if err := one.note(string(t), frame); err != nil {
			one.all.failure(err)
		}
	}
}

// backOff is how long a client waits before the n-th attempt after one that failed.
func backOff(n int) time.Duration {
	return rand.N(min(30*time.Second, 500*time.Millisecond<<min(n, 10)))
}

// comeBack waits and tries until the client has resumed.
func (one *person) comeBack(ctx context.Context, wait time.Duration) bool {
	for n := 0; ; n++ {
		if rest(ctx, wait) != nil {
			return false
		}
		begin := time.Now()
		err := one.connect(ctx)
		one.all.resumed(begin, err)
		if err == nil {
			return true
		}
		if n == 10 {
			one.all.failure(fmt.Errorf("%s %d cannot come back: %w", one.path, one.n, err))
			return false
		}
		wait = backOff(n)
	}
}
