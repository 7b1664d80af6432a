package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// childCommand makes this program one client, which its parent can stop as a laptop's lid would.
const childCommand = "client"

// errand is what a child is told on its standard input.
type errand struct {
	Who, Server, Cookie string
	Habits              habits
}

// child is one client: it prints a fact a line, and is quiet once there is more on its standard input.
func child([]string) int {
	in := json.NewDecoder(os.Stdin)
	var e errand
	if err := in.Decode(&e); err != nil {
		return 1
	}
	out := json.NewEncoder(os.Stdout)
	c := newClient(e.Who, e.Server, direct(e.Server), e.Cookie, e.Habits, func(f fact) { _ = out.Encode(f) })
	c.speak(true)
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_ = in.Decode(&struct{}{})
		c.speak(false)
		_, _ = io.Copy(io.Discard, os.Stdin) // until the parent is gone
		stop()
	}()
	c.run(ctx)
	return 0
}

// puppet is a child of ours.
type puppet struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	ended chan struct{}
}

// spawn starts a client in a process of its own, which tells the crowd's ledger.
func (w *crowd) spawn(e errand) (*puppet, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &puppet{cmd: exec.Command(self, childCommand), ended: make(chan struct{})}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		facts := json.NewDecoder(bufio.NewReader(out))
		for {
			var f fact
			if facts.Decode(&f) != nil {
				return
			}
			w.ledger.note(f)
		}
	}()
	return p, json.NewEncoder(p.in).Encode(e)
}

func (p *puppet) hush() error { return json.NewEncoder(p.in).Encode(struct{}{}) }

func (p *puppet) end() {
	_ = p.cmd.Process.Kill()
	<-p.ended
	_ = p.cmd.Wait() // by the kill
}

// frozen stops the processes of an agent and a visitor while their connections stay open.
func frozen(ctx context.Context, c *chaos) (figures, error) {
	s, err := c.newServer(filepath.Join(c.folder, "frozen"), pick(c, shortBeat, nil)...)
	if err != nil {
		return nil, err
	}
	defer s.kill()
	if _, err := s.start(ctx); err != nil {
		return nil, err
	}
	w := c.gather(ctx, s, 1, nil, calm, func(string) func(context.Context) (net.Conn, error) { return direct(s.addr) })
	defer w.leave()
	var puppets []*puppet
	for _, who := range []string{"anna", "v2"} {
		p, err := w.spawn(errand{Who: who, Server: s.addr, Cookie: c.seed.cookies[who], Habits: calm})
		if err != nil {
			return nil, err
		}
		defer p.end()
		puppets = append(puppets, p)
	}
	signal := func(which syscall.Signal) func() error {
		return func() error {
			return errors.Join(puppets[0].cmd.Process.Signal(which), puppets[1].cmd.Process.Signal(which))
		}
	}
	return w.lose(&loss{
		cut: signal(syscall.SIGSTOP), mend: signal(syscall.SIGCONT), beat: pick(c, quickBeat, realBeat),
		dial: direct(s.addr), hush: func() error { return errors.Join(puppets[0].hush(), puppets[1].hush()) },
	})
}

// calm clients say a few lines a second, and come back as the protocol says.
var calm = habits{Window: 4, Pace: 100 * time.Millisecond, Hurry: 500 * time.Millisecond, Longest: 4 * time.Second, Pad: 100}

// beat is when silence is noticed.
type beat struct{ agent, visitor, grace time.Duration }

var (
	realBeat  = beat{18 * time.Second, 35 * time.Second, 12 * time.Second}
	quickBeat = beat{1200 * time.Millisecond, 4 * time.Second, time.Second} // of shortBeat
)

const (
	late = 500 * time.Millisecond  // how late a silence may be noticed
	slow = 1500 * time.Millisecond // how late the grace's end may be: one sweep of the database more
)

// loss is a way to lose the agent anna and the visitor v2, who are there already.
type loss struct {
	cut, mend func() error
	hush      func() error
	beat      beat
	dial      func(context.Context) (net.Conn, error) // of those who stay
	notice    bool                                    // the lost ones can notice it themselves
	quiet     bool                                    // they say nothing, so that only silence tells them
}

// sign is something that has to happen in time.
type sign struct {
	what  string
	seen  <-chan time.Time
	limit time.Duration
}

// lose loses an agent and a visitor, and demands that the server notices in time, that the agent's
// conversations go to a colleague, and that everybody has everything in the end.
func (w *crowd) lose(l *loss) (f figures, err error) {
	err = until(w.ctx, 10*time.Second, "both visitors with the agent who will be lost", func() bool {
		return w.ledger.hasShown("v1", "assigned") && w.ledger.hasShown("v2", "assigned")
	})
	if err != nil {
		return f, errors.Join(err, errors.New(w.describe()))
	}
	w.join(newClient("ben", w.server.addr, l.dial, w.chaos.seed.cookies["ben"], calm, w.ledger.note))
	w.speak(true)
	wait(w.ctx, 2*time.Second)
	if l.quiet {
		for _, one := range w.all() {
			one.speak(one.who == "v1" || one.who == "ben")
		}
		wait(w.ctx, time.Second) // the last acks
	}
	event := func(who, what, kind, code string) <-chan time.Time {
		return w.ledger.first(func(f fact) bool {
			return f.Who == who && f.What == what && (kind == "" || f.Line.Kind == kind) && (code == "" || f.Code == code)
		})
	}
	signs := []sign{
		{"server noticed the agent", event("ben", factPresence, "", "offline"), l.beat.agent + late},
		{"requeued", event("v1", factShown, "agent_lost", ""), l.beat.agent + l.beat.grace + slow},
		{"with a colleague", event("v1", factShown, "assigned", ""), l.beat.agent + l.beat.grace + slow},
		{"server noticed the visitor", event("ben", factPresence, "", "visitor false"), l.beat.visitor + slow},
	}
	if l.notice {
		signs = append(signs, sign{"agent noticed", event("anna", factEnd, "", ""), l.beat.agent + late},
			sign{"visitor noticed", event("v2", factEnd, "", ""), l.beat.visitor + late})
	}
	began := time.Now()
	if err := l.cut(); err != nil {
		return f, err
	}
	for _, e := range signs {
		if err := until(w.ctx, time.Until(began.Add(e.limit+5*time.Second)), e.what, func() bool { return len(e.seen) > 0 }); err != nil {
			return f, errors.Join(err, errors.New(w.describe()))
		}
		took := (<-e.seen).Sub(began)
		f.add("%s after %s", e.what, took.Round(10*time.Millisecond))
		if took > e.limit {
			return f, fmt.Errorf("%s after %s, at most %s was promised", e.what, took, e.limit)
		}
	}
	if err := l.mend(); err != nil {
		return f, err
	}
	w.speak(true)
	wait(w.ctx, 2*time.Second)
	if err := errors.Join(l.hush(), w.finish()); err != nil {
		return f, err
	}
	n := w.ledger.numbers()
	f.add("%d acked, %d resends absorbed, 0 lost", n.acked, n.resent)
	return f, w.server.stop()
}
