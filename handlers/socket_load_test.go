package handlers

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"foyer/app/hub"
)

// TestNobodyHearsAnother opens sockets one after another while everything that is kept of the
// sockets before is still written to. contrib and fasthttp both pool what they wrap around a
// connection, so a writer that outlives its socket would reach the next person's.
func TestNobodyHearsAnother(t *testing.T) {
	const rounds, kept = 10_000, 5
	s := serveSockets(t, testLimits)
	var stale []*hub.Client
	end := time.Now().Add(10 * time.Second)
	n := 0
	for ; n < rounds && time.Now().Before(end); n++ {
		topic := hub.Topic(fmt.Sprint("person ", n))
		p, other := s.greet(t, topic)
		for i, client := range stale {
			client.Send([]byte("a secret"))
			client.Close(4005, "a secret")
			s.hub.Publish([]byte("a secret"), hub.Topic(fmt.Sprint("person ", n-1-i)))
		}
		s.hub.Publish([]byte("yours"), topic)
		p.hears("yours") // and nothing before
		p.Close()
		other.gone(t)
		stale = append([]*hub.Client{other.client}, stale[:min(len(stale), kept-1)]...)
	}
	t.Logf("%d rounds", n)
	if n < rounds/20 {
		t.Errorf("only %d rounds in 10 s", n)
	}
}

// connOf digs out what a client writes to. Nothing but a test needs it.
func connOf(client *hub.Client) hub.Conn {
	field := reflect.ValueOf(client).Elem().FieldByName("conn")
	return *(*hub.Conn)(unsafe.Pointer(field.UnsafeAddr()))
}

// TestStaleConnectionWritesNowhere does what a bug would: it writes to connections whose handler
// has returned.
func TestStaleConnectionWritesNowhere(t *testing.T) {
	s := serveSockets(t, testLimits)
	for range 200 {
		alice, hers := s.greet(t, "")
		conn := connOf(hers.client)
		alice.Close()
		hers.gone(t)
		hers.client.Wait()
		bob, _ := s.greet(t, "")
		if err := conn.WriteFrames([][]byte{[]byte("a secret for alice")}); err == nil {
			t.Error("a write to a connection that has ended succeeded")
		}
		conn.Shut(4005, "a secret for alice")
		bob.say(`{"t":"say","text":"mine"}`)
		bob.hears("mine")
		bob.Close()
	}
}

func TestSlowReaderIsCutAndOthersAreNot(t *testing.T) {
	s := serveSockets(t, testLimits)
	slow, its := s.greet(t, "news")
	quick, _ := s.greet(t, "news")
	if err := slow.Conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	frame := strings.Repeat("x", 16<<10)
	sent := 0
	for { // slow does not read
		s.hub.Publish([]byte(frame), "news")
		begin := time.Now()
		quick.hears(frame)
		if took := time.Since(begin); took > 3*time.Second {
			t.Fatalf("the quick one waited %v", took)
		}
		if sent += len(frame); sent > 32<<20 {
			t.Fatal("32 MiB were taken for a reader that does not read")
		}
		select {
		case <-its.client.Done():
			its.gone(t)
			if code, _ := its.client.Closed(); code != hub.CodeSlow {
				t.Errorf("closed with %d, want %d", code, hub.CodeSlow)
			}
			t.Logf("closed after %d KiB", sent>>10)
			return
		default:
		}
	}
}

func TestWriteHasADeadline(t *testing.T) {
	limits := testLimits
	limits.Write = 200 * time.Millisecond
	limits.Queue.Bytes = 64 << 20 // so that it isn't the queue that ends it
	s := serveSockets(t, limits)
	_, its := s.greet(t, "")
	begin := time.Now()
	for range 200 {
		its.client.Send(make([]byte, 100<<10))
	}
	its.gone(t)
	if code, _ := its.client.Closed(); code != hub.CodeSlow {
		t.Errorf("closed with %d, want %d", code, hub.CodeSlow)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestFramesOfEverySizeArrive(t *testing.T) {
	p, other := serveSockets(t, testLimits).greet(t, "")
	for _, size := range []int{0, 1, 125, 126, 127, 65_535, 65_536, 500_000} {
		frame := strings.Repeat("é", size/2) + strings.Repeat("x", size%2)
		other.client.Send([]byte(frame))
		p.hears(frame)
	}
}

// countingConn counts writes, as system calls would be.
type countingConn struct {
	net.Conn
	writes int
	out    bytes.Buffer
}

func (c *countingConn) Write(b []byte) (int, error)      { c.writes++; return c.out.Write(b) }
func (c *countingConn) SetWriteDeadline(time.Time) error { return nil }

func TestManyFramesAreOneWrite(t *testing.T) {
	under := &countingConn{}
	conn := &socketConn{tcp: under, timeout: time.Second, writing: make(chan struct{}, 1)}
	if err := conn.WriteFrames([][]byte{[]byte("one"), []byte("two"), bytes.Repeat([]byte("x"), 200)}); err != nil {
		t.Fatal(err)
	}
	want := "\x81\x03one\x81\x03two\x81\x7e\x00\xc8" + strings.Repeat("x", 200)
	if under.writes != 1 || under.out.String() != want {
		t.Errorf("%d writes of %q", under.writes, under.out.String())
	}
}

func TestShutdownClosesEverySocket(t *testing.T) {
	s := serveSockets(t, testLimits)
	var peers []*rawPeer
	for range 50 {
		p, _ := s.greet(t, "")
		peers = append(peers, p)
	}
	late, _ := s.open(t) // has not said hello
	ctx, cancel := context.WithTimeout(t.Context(), testWait)
	defer cancel()
	if err := s.hub.Shutdown(ctx, []byte("bye")); err != nil {
		t.Error(err)
	}
	for _, p := range append(peers, late) {
		p.hears("bye")
		p.isClosed(1012)
	}
	p := s.connect(t)
	p.write([]byte(s.request(nil)))
	if res := p.response(); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("a newcomer is answered %s %v", res.Status, res.Header)
	}
}

// TestSocketsLeaveNothingBehind is for the race detector too: closes come from both sides at once.
func TestSocketsLeaveNothingBehind(t *testing.T) {
	s := serveSockets(t, testLimits)
	s.greet(t, "") // what is started once has started
	before := runtime.NumGoroutine()
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 50 {
				p, other := s.open(t) // other may be another worker's
				p.say(`{"t":"hello","topic":"everyone"}`)
				p.next() // welcome, news or a close
				switch (worker + i) % 4 {
				case 0:
					p.Close()
				case 1:
					go other.client.Close(4005, "revoked")
					p.Write(masked(0x80|opClose, nil))
				case 2:
					s.hub.CloseTopic("everyone", 4005, "all of them")
				case 3:
					p.Write(textFrames(`{"t":"fail","fail":"panic"}`))
				}
				other.client.Wait()
				p.Close()
			}
		})
		all.Go(func() {
			for range 200 {
				s.hub.Publish([]byte("news"), "everyone")
			}
		})
	}
	all.Wait()
	settled := time.After(testWait)
	for tick := time.Tick(time.Millisecond); s.hub.Len() > 1 || runtime.NumGoroutine() > before+30; {
		select {
		case <-tick:
		case <-settled:
			t.Fatalf("%d sockets and %d goroutines more are left", s.hub.Len()-1, runtime.NumGoroutine()-before)
		}
	}
}
