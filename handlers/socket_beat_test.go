package handlers

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"foyer/app/hub"
)

func TestNoHelloInTime(t *testing.T) {
	limits := testLimits
	limits.Hello = 100 * time.Millisecond
	limits.Dead = time.Hour
	s := serveSockets(t, limits)
	t.Run("nothing at all", func(t *testing.T) {
		p, _ := s.open(t)
		p.isClosed(4301)
	})
	t.Run("a byte now and then does not put it off", func(t *testing.T) {
		p, _ := s.open(t)
		p.write(masked(opText, []byte(`{"t"`))) // the rest never comes
		p.isClosed(4301)
	})
}

func TestSilentSocketEnds(t *testing.T) {
	limits := testLimits
	limits.Dead = 500 * time.Millisecond
	s := serveSockets(t, limits)
	tests := map[string]func(*rawPeer){
		"from the start":       func(*rawPeer) {},
		"within a message":     func(p *rawPeer) { p.write(masked(opText, []byte(`{"t":`))) },
		"within a header":      func(p *rawPeer) { p.write([]byte{0x81}) },
		"after many signs":     func(p *rawPeer) { stayAlive(p, 3*limits.Dead, sendPing) },
		"after a long message": trickle,
	}
	for name, before := range tests {
		t.Run(name, func(t *testing.T) {
			p, other := s.greet(t, "")
			before(p)
			begin := time.Now()
			p.isClosed(4102)
			if took := time.Since(begin); took < limits.Dead/2 {
				t.Errorf("ended after %v of silence, want %v", took, limits.Dead)
			}
			other.gone(t)
		})
	}
}

// stayAlive gives signs of life for a while; each waits for an answer.
func stayAlive(p *rawPeer, period time.Duration, sign func(*rawPeer)) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(period); time.Now().Before(end); <-tick.C {
		sign(p)
	}
}

func sendPing(p *rawPeer) {
	p.t.Helper()
	p.write(masked(0x80|opPing, []byte("are you there")))
	if opcode, payload, err := p.next(); err != nil || opcode != opPong || string(payload) != "are you there" {
		p.t.Fatalf("the ping was answered %x %q, %v", opcode, payload, err)
	}
}

// trickle sends one message a byte at a time, in more time than a silent peer has.
func trickle(p *rawPeer) {
	p.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for _, b := range textFrames(`{"t":"say", "text":"slow but alive"}`) {
		<-tick.C
		p.write([]byte{b})
	}
	p.hears("slow but alive")
}

func TestServerPings(t *testing.T) {
	limits := testLimits
	limits.Ping = 20 * time.Millisecond
	p, other := serveSockets(t, limits).greet(t, "")
	for n := range 5 {
		p.hears(fmt.Sprintf(`{"t":"ping","n":%d}`, n+1))
		p.say(fmt.Sprintf(`{"t":"pong","n":%d}`, n+1))
	}
	p.Close()
	other.gone(t)
}

// idleConn counts what it is given.
type idleConn struct{ frames int }

func (c *idleConn) WriteFrames(payloads [][]byte) error { c.frames += len(payloads); return nil }
func (c *idleConn) Shut(int, string)                    {}

func TestPingsEndWithTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := &idleConn{}
		client := hub.NewClient(conn, testLimits.Queue)
		beat := &heartbeat{client: client, every: time.Second}
		beat.start()
		<-time.After(10 * time.Second)
		synctest.Wait()
		if conn.frames != 10 {
			t.Errorf("%d pings in ten seconds, want 10", conn.frames)
		}
		client.Close(1000, "")
		client.Wait()
		<-time.After(10 * time.Second)
		if synctest.Wait(); beat.n != 10 {
			t.Errorf("the timer has fired %d times, want 10", beat.n)
		}
	})
}

// TestPingsShareTheirMoments has many sockets that said hello at once, as after a restart.
func TestPingsShareTheirMoments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sockets, every, turns = 2000, 20 * time.Second, 5
		begin := time.Now()
		conns := make([]*pingedConn, sockets)
		for i := range conns {
			conns[i] = &pingedConn{begin: begin}
			client := hub.NewClient(conns[i], testLimits.Queue)
			beat := &heartbeat{client: client, every: every}
			beat.start()
			defer func() { client.Close(1000, ""); beat.stop(); client.Wait() }()
		}
		<-time.After(turns * every)
		synctest.Wait()
		perMoment := map[time.Duration]int{}
		for _, c := range conns {
			if len(c.at) < turns {
				t.Fatalf("%d pings in %v, want %d", len(c.at), turns*every, turns)
			}
			for turn, at := range c.at[1:] { // the first may be due at once
				if at-c.at[1] != time.Duration(turn)*every {
					t.Fatalf("pinged at %v, want every %v", c.at, every)
				}
			}
			perMoment[c.at[1]]++
		}
		if n := len(perMoment); n > int(every/beatGrid)+1 {
			t.Errorf("%d sockets were pinged at %d moments", sockets, n)
		}
		for at, n := range perMoment {
			if n > sockets/20 {
				t.Errorf("%d of %d sockets were pinged at %v", n, sockets, at)
			}
		}
	})
}

// pingedConn notes when it is given frames.
type pingedConn struct {
	begin time.Time
	at    []time.Duration
}

func (c *pingedConn) WriteFrames([][]byte) error {
	c.at = append(c.at, time.Since(c.begin))
	return nil
}
func (c *pingedConn) Shut(int, string) {}

func TestCloseWakesABlockedReader(t *testing.T) {
	s := serveSockets(t, testLimits)
	p, other := s.greet(t, "session")
	begin := time.Now()
	s.hub.CloseTopic("session", 4005, "signed out")
	other.gone(t) // although the peer has not answered
	if took := time.Since(begin); took > time.Second {
		t.Errorf("the reader ended after %v", took)
	}
	if reason := p.isClosed(4005); reason != "signed out" {
		t.Errorf("the reason is %q", reason)
	}
}
