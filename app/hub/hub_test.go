package hub_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"foyer/app/hub"
)

func TestPublishArrivesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, peer := hub.New(), newConn()
		join(t, h, peer, "a", "b")
		for i := range 200 {
			h.Publish(fmt.Append(nil, i), []hub.Topic{"a", "b"}[i%2])
		}
		same(t, "the peer", peer.got(), numbered(200)...)
	})
}

func TestPublishReachesWhoListensOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hub.New()
		both, one, none := newConn(), newConn(), newConn()
		join(t, h, both, "a", "b", "c")
		join(t, h, one, "b")
		join(t, h, none)
		h.Publish([]byte("x"), "a", "b", "c", "a")
		same(t, "who is in all topics", both.got(), "x")
		same(t, "who is in one", one.got(), "x")
		same(t, "who is in none", none.got())
	})
}

// TestATopicOutlivesWhoCameFirst has clients come and go in every order.
func TestATopicOutlivesWhoCameFirst(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		synctest.Test(t, func(t *testing.T) {
			h := hub.New()
			peers, clients := make([]*conn, 3), make([]*hub.Client, 3)
			for i := range peers {
				peers[i] = newConn()
				clients[i] = join(t, h, peers[i], "a")
			}
			want := make([][]string, 3)
			for turn, leaves := range order {
				for _, i := range order[turn:] {
					want[i] = append(want[i], fmt.Sprint(turn))
				}
				h.Publish([]byte(fmt.Sprint(turn)), "a")
				h.Unsubscribe(clients[leaves], "a")
			}
			h.Publish([]byte("to nobody"), "a")
			for i := range peers {
				same(t, fmt.Sprint("peer ", i, " of ", order), peers[i].got(), want[i]...)
			}
		})
	}
}

func TestWhoLeftHearsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, peer := hub.New(), newConn()
		c := join(t, h, peer, "a", "b")
		h.Unsubscribe(c, "a", "never")
		h.Publish([]byte("1"), "a")
		h.Subscribe(c, "d")
		h.Publish([]byte("2"), "d")
		h.Leave(c)
		h.Leave(c)
		h.Subscribe(c, "b") // too late: it must not come back
		h.Publish([]byte("3"), "a", "b", "d")
		same(t, "the peer", peer.got(), "2")
		if h.Len() != 0 {
			t.Errorf("%d clients are left, want none", h.Len())
		}
	})
}

func TestClosedClientCannotJoin(t *testing.T) {
	h, c := hub.New(), hub.NewClient(newConn(), limits)
	c.Close(1000, "")
	c.Wait()
	if h.Join(c, "a") || h.Len() != 0 {
		t.Error("a closed client was let in")
	}
}

func TestSlowClientIsClosedAndOthersAreNotHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, slow, quick := hub.New(), stalledConn(), newConn()
		client := join(t, h, slow, "a")
		join(t, h, quick, "a")
		for i := range limits.Frames {
			h.Publish(fmt.Append(nil, i), "a")
		}
		if code := slow.closedWith(); code != 0 {
			t.Fatalf("closed with %d although the limit is only reached", code)
		}
		h.Publish([]byte("256"), "a")
		if code := slow.closedWith(); code != hub.CodeSlow {
			t.Errorf("the slow client was closed with %d, want %d", code, hub.CodeSlow)
		}
		if code, _ := client.Closed(); code != hub.CodeSlow {
			t.Errorf("Closed says %d, want %d", code, hub.CodeSlow)
		}
		same(t, "the quick peer", quick.got(), numbered(limits.Frames+1)...)
		client.Wait()
	})
}

func TestHintIsDroppedOverHalf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, peer := hub.New(), stalledConn()
		client := join(t, h, peer, "a")
		for range limits.Frames/2 + 1 {
			h.Publish([]byte("m"), "a")
		}
		h.Hint([]byte("typing"), "a")
		close(peer.stalled)
		if got := peer.got(); len(got) != limits.Frames/2+1 {
			t.Errorf("%d frames arrived, want %d: no hint", len(got), limits.Frames/2+1)
		}
		h.Hint([]byte("typing"), "a")
		if got := peer.got(); got[len(got)-1] != "typing" {
			t.Error("a hint for an idle client did not arrive")
		}
		if code, _ := client.Closed(); code != 0 {
			t.Errorf("a hint closed the client with %d", code)
		}
	})
}

func TestCloseTopicClosesWhoListens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, in, out := hub.New(), newConn(), newConn()
		join(t, h, in, "session", "a")
		join(t, h, out, "a")
		h.Publish([]byte("before"), "a")
		h.CloseTopic("session", 4005, "signed out")
		h.Publish([]byte("after"), "a")
		same(t, "who was in it", in.got(), "before")
		same(t, "who was not", out.got(), "before", "after")
		if in.closedWith() != 4005 || in.reason != "signed out" || out.closedWith() != 0 {
			t.Errorf("closed with %d %q and %d", in.code, in.reason, out.code)
		}
	})
}

func TestShutdownSaysByeAndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hub.New()
		conns := []*conn{newConn(), newConn(), stalledConn()}
		for _, conn := range conns {
			client := join(t, h, conn, "a")
			client.Hold() // bye does not wait for Release
			go func() { <-client.Done(); client.Wait(); h.Leave(client) }()
		}
		if err := h.Shutdown(t.Context(), []byte("bye")); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		for _, conn := range conns[:2] {
			same(t, "a peer", conn.got(), "bye")
		}
		for i, conn := range conns {
			if conn.closedWith() != hub.CodeRestart {
				t.Errorf("peer %d was closed with %d, want %d", i, conn.code, hub.CodeRestart)
			}
		}
		if h.Join(hub.NewClient(newConn(), limits), "a") {
			t.Error("somebody was let in after the shutdown")
		}
		if err := h.Shutdown(t.Context(), nil); err != nil {
			t.Errorf("second shutdown: %v", err)
		}
	})
}

func TestShutdownEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, peer := hub.New(), stalledConn()
		client := join(t, h, peer, "a")
		client.Send([]byte("stuck"))
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		begin := time.Now()
		err := h.Shutdown(ctx, nil)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("shutdown returned %v, want the deadline", err)
		}
		client.Wait()
		if took := time.Since(begin); took != 100*time.Millisecond {
			t.Errorf("the rest was cut after %v, want at the deadline", took)
		}
	})
}

// TestChurn is for the race detector: everything at once, on few topics.
func TestChurn(t *testing.T) {
	h := hub.New()
	topics := []hub.Topic{"a", "b", "c", "d"}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 300 {
				c := hub.NewClient(newConn(), hub.Limits{Frames: 8, Bytes: 64})
				h.Join(c, topics[rand.N(4)], topics[rand.N(4)])
				h.Subscribe(c, topics[rand.N(4)])
				c.Hold()
				go c.Release()
				go c.Close(4000, "")
				go c.ReplyHere([]byte("ping"))
				_ = c.SendWait(t.Context(), []byte("replayed"))
				c.Close(1000, "")
				h.Leave(c)
				c.Wait()
			}
		})
		all.Go(func() {
			for i := range 1000 {
				h.Publish([]byte("published"), topics[rand.N(4)], topics[rand.N(4)])
				h.Hint([]byte("hint"), topics[rand.N(4)])
				if i%100 == 0 {
					h.CloseTopic(topics[rand.N(4)], 4005, "")
				}
			}
		})
	}
	all.Wait()
	if err := h.Shutdown(t.Context(), []byte("bye")); err != nil || h.Len() != 0 {
		t.Errorf("%d clients are left, %v", h.Len(), err)
	}
}

// TestLatestTakesThePlaceOfWhatWaits has a peer that reads nothing while much changes.
func TestLatestTakesThePlaceOfWhatWaits(t *testing.T) {
	for name, hold := range map[string]bool{"in the queue": false, "behind a replay": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, peer := hub.New(), stalledConn()
				c := join(t, h, peer, "a", "b")
				h.PublishLatest("1", []byte("1 written already"), "a")
				synctest.Wait()
				if hold {
					c.Hold()
				}
				for i := range 10 * limits.Frames {
					h.PublishLatest("1", fmt.Append(nil, "1 at ", i), "a", "b")
				}
				h.Publish([]byte("event of 1"), "a")
				h.PublishLatest("2", []byte("2"), "a")
				h.PublishLatest("1", []byte("1 as it is now"), "b")
				for range limits.Frames - 10 { // what gave way has given back its room
					h.PublishLatest("3", make([]byte, limits.Bytes/4), "a")
				}
				h.PublishLatest("3", []byte("3"), "a")
				c.Release()
				close(peer.stalled)
				same(t, "the peer", peer.got(), "1 written already", "event of 1", "2", "1 as it is now", "3")
				c.Close(1000, "")
				c.Wait()
			})
		})
	}
}
