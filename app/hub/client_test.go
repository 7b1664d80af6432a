package hub_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"foyer/app/hub"
)

func TestRepliesGoBeforeWhatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, peer := hub.New(), newConn()
		c := join(t, h, peer, "a")
		h.Publish([]byte("before"), "a")
		c.Hold()
		h.Publish([]byte("live 1"), "a")
		c.Reply([]byte("welcome"))
		h.Hint([]byte("typing"), "a")
		c.Send([]byte("live 2"))
		if err := c.SendWait(t.Context(), []byte("replay")); err != nil {
			t.Fatal(err)
		}
		same(t, "before Release the peer", peer.got(), "before", "welcome", "replay")
		c.Release()
		h.Publish([]byte("live 3"), "a")
		same(t, "the peer", peer.got(), "before", "welcome", "replay", "live 1", "typing", "live 2", "live 3")
	})
}

// TestReplyHereWaitsForItsPeerAlone has a peer that does not read: whoever writes to it waits, and
// whoever only has something for it doesn't.
func TestReplyHereWaitsForItsPeerAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer := stalledConn()
		c := hub.NewClient(peer, limits)
		wrote := make(chan struct{})
		go func() { c.ReplyHere([]byte("1")); close(wrote) }()
		synctest.Wait()
		select {
		case <-wrote:
			t.Error("somebody else writes")
		default:
		}
		c.Send([]byte("2"))
		c.ReplyHere([]byte("3"))
		close(peer.stalled)
		<-wrote
		c.ReplyHere([]byte("4"))
		if got := len(peer.frames); got != 4 { // without waiting for anybody
			t.Errorf("%d frames were written", got)
		}
		c.Close(4000, "")
		c.Wait()
		c.ReplyHere([]byte("5"))
		same(t, "the peer", peer.got(), "1", "2", "3", "4")
		if peer.closedWith() != 4000 {
			t.Errorf("closed with %d", peer.code)
		}
	})
}

func TestHeldFramesCountAsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer := newConn()
		c := hub.NewClient(peer, limits)
		c.Hold()
		for range limits.Frames + 1 {
			c.Send([]byte("live"))
		}
		if peer.closedWith() != hub.CodeSlow {
			t.Errorf("closed with %d, want %d", peer.code, hub.CodeSlow)
		}
		c.Release()
		same(t, "the peer", peer.got())
	})
}

// What is held waits for the replay: it must not keep the replay waiting.
func TestReplayGoesOnHoweverMuchIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer := newConn()
		c := hub.NewClient(peer, limits)
		c.Hold()
		for range limits.Frames - 1 {
			c.Send([]byte("live"))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 3 * limits.Frames {
			if err := c.SendWait(ctx, []byte("replayed")); err != nil {
				t.Fatal(err)
			}
		}
		c.Release()
		synctest.Wait()
		if got := len(peer.got()); got != 4*limits.Frames-1 {
			t.Errorf("%d frames arrived", got)
		}
		c.Close(1000, "")
		c.Wait()
	})
}

func TestQueueIsBoundedInBytes(t *testing.T) {
	tests := map[string]struct {
		sizes []int
		code  int
	}{
		"all of it":                   {[]int{1 << 19, 1 << 19}, 0},
		"a byte more":                 {[]int{1 << 19, 1 << 19, 1}, hub.CodeSlow},
		"one large frame alone":       {[]int{2 << 20}, 0},
		"one large frame with others": {[]int{1 << 19, 2 << 20}, 0},
		"and a byte more":             {[]int{1 << 19, 2 << 20, 1}, hub.CodeSlow},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				peer := stalledConn()
				c := hub.NewClient(peer, limits)
				for _, size := range tt.sizes {
					c.Send(make([]byte, size))
					synctest.Wait() // what is being written counts too
				}
				if code := peer.closedWith(); code != tt.code {
					t.Errorf("closed with %d, want %d", code, tt.code)
				}
				c.Close(1000, "")
				c.Wait()
			})
		})
	}
}

func TestWhatWaitsIsWrittenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer := stalledConn()
		c := hub.NewClient(peer, limits)
		c.Send([]byte("0"))
		synctest.Wait()
		for i := range 99 {
			c.Send(fmt.Append(nil, i+1))
		}
		close(peer.stalled)
		same(t, "the peer", peer.got(), numbered(100)...)
		if !slices.Equal(peer.batches, []int{1, 99}) {
			t.Errorf("written as %v, want 1 and 99", peer.batches)
		}
	})
}

func TestIdleClientsHaveNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := runtime.NumGoroutine()
		clients := make([]*hub.Client, 1000)
		for i := range clients {
			clients[i] = hub.NewClient(newConn(), limits)
			clients[i].Send([]byte("x"))
		}
		synctest.Wait()
		if more := runtime.NumGoroutine() - before; more > 20 {
			t.Errorf("%d goroutines for %d idle clients", more, len(clients))
		}
	})
}

func TestSendWaitWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer := stalledConn()
		c := hub.NewClient(peer, limits)
		sent := make(chan error)
		go func() {
			for i := range 1000 {
				if err := c.SendWait(t.Context(), fmt.Append(nil, i)); err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		synctest.Wait()
		for range limits.Frames / 3 {
			c.Send(nil) // a replay leaves room for what happens meanwhile
		}
		close(peer.stalled)
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
		got := slices.DeleteFunc(peer.got(), func(s string) bool { return s == "" })
		same(t, "the peer", got, numbered(1000)...)
	})
}

func TestSendWaitGivesUp(t *testing.T) {
	tests := map[string]struct {
		end  func(*hub.Client, context.CancelFunc)
		want error
	}{
		"when the client is closed": {func(c *hub.Client, _ context.CancelFunc) { c.Close(4005, "") }, hub.ErrClosed},
		"when its context ends":     {func(_ *hub.Client, cancel context.CancelFunc) { cancel() }, context.Canceled},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c := hub.NewClient(stalledConn(), limits)
				for range limits.Frames/2 + 1 {
					c.Send([]byte("x"))
				}
				result := make(chan error)
				go func() { result <- c.SendWait(ctx, []byte("y")) }()
				synctest.Wait()
				tt.end(c, cancel)
				if err := <-result; !errors.Is(err, tt.want) {
					t.Errorf("SendWait returned %v, want %v", err, tt.want)
				}
				c.Close(1000, "")
				c.Wait()
			})
		})
	}
}

func TestCloseLetsTheLastWordOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer := newConn()
		c := hub.NewClient(peer, limits)
		c.Send([]byte("err"))
		c.Close(1013, "unavailable")
		c.Close(1000, "too late to matter")
		c.Send([]byte("after"))
		c.Wait()
		same(t, "the peer", peer.got(), "err")
		if code, reason := c.Closed(); code != 1013 || reason != "unavailable" || peer.code != 1013 {
			t.Errorf("closed with %d %q, the peer saw %d", code, reason, peer.code)
		}
	})
}

func TestCloseDoesNotWaitForAStalledPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer := stalledConn()
		c := hub.NewClient(peer, limits)
		c.Send([]byte("stuck"))
		synctest.Wait()
		begin := time.Now()
		c.Close(4005, "signed out")
		if took := time.Since(begin); took != 0 {
			t.Errorf("Close took %v", took)
		}
		c.Wait()
		if took := time.Since(begin); took > 500*time.Millisecond {
			t.Errorf("the peer was cut after %v, want within half a second", took)
		}
		if peer.closedWith() != 4005 {
			t.Errorf("the peer was closed with %d, want 4005", peer.code)
		}
	})
}

// failing is a connection on which nothing can be written.
type failing struct {
	*conn
	err error
}

func (f failing) WriteFrames([][]byte) error { return f.err }

func TestFailedWriteClosesTheClient(t *testing.T) {
	tests := map[string]struct {
		err  error
		code int
	}{
		"within the deadline": {errors.New("connection reset by peer"), hub.CodeLost},
		"at the deadline":     {fmt.Errorf("write: %w", os.ErrDeadlineExceeded), hub.CodeSlow},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := hub.NewClient(failing{newConn(), tt.err}, limits)
			c.Send([]byte("x"))
			<-c.Done()
			c.Wait()
			if code, reason := c.Closed(); code != tt.code || strings.TrimSpace(reason) == "" {
				t.Errorf("closed with %d %q, want %d and a reason", code, reason, tt.code)
			}
		})
	}
}
