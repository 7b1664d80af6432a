package handlers

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"foyer/app/hub"
)

// heartbeat pings a peer in its own language, since page script never sees the protocol's pings. It
// is a timer, not a goroutine: there is one for every socket.
type heartbeat struct {
	// Static after construction.
	client *hub.Client
	every  time.Duration

	// Guarded by mu.
	mu    sync.Mutex
	timer *time.Timer   // nil before hello
	due   time.Duration // the next ping, since beatEpoch
	n     int64
}

// beatGrid is how far apart the moments are at which sockets are pinged. Pings of one moment wake the
// process once, and so do the answers.
const beatGrid = 100 * time.Millisecond

var beatEpoch = time.Now()

// atMost is the last of these moments before d has passed, or that itself when there is none. Deadlines are set
// to it, or the process would wake for each one that is not met, and for each that was put off.
func atMost(d time.Duration) time.Time {
	now := time.Since(beatEpoch)
	due := now + d
	if moment := due.Truncate(beatGrid); d > 2*beatGrid && moment > now {
		due = moment
	}
	return beatEpoch.Add(due)
}

func (b *heartbeat) grid() time.Duration { return min(beatGrid, b.every/16) }

// onGrid is the last moment to ping at, not later than due.
func (b *heartbeat) onGrid(due time.Duration) time.Duration {
	grid := b.grid()
	return due - (due%grid+grid)%grid // also before beatEpoch, as a test's clock is
}

// start begins at a random phase, or all who come back after a restart would be pinged at once.
func (b *heartbeat) start() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.every > 0 {
		now := time.Since(beatEpoch)
		b.due = b.onGrid(now + b.grid() + rand.N(b.every-b.grid())) // not before now
		b.timer = time.AfterFunc(b.due-now, b.ping)
	}
}

// ping runs in the timer's goroutine, which writes too: it would only start another one.
func (b *heartbeat) ping() {
	if n := b.next(); n > 0 {
		b.client.ReplyHere(append(strconv.AppendInt([]byte(`{"t":"ping","n":`), n, 10), '}'))
	}
}

// next counts a ping and sets the timer for the one after; 0 when there are to be none any more.
func (b *heartbeat) next() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if isDone(b.client) {
		return 0
	}
	now := time.Since(beatEpoch)
	b.due = b.onGrid(max(b.due+b.every, now)) // now: the machine has slept
	b.timer.Reset(b.due - now)
	b.n++
	return b.n
}

// isPong reports whether a frame is the answer to a ping as clients write it. It needs no decoder:
// there is one for every ping of every idle socket.
func isPong(frame []byte) bool {
	n, ok := bytes.CutPrefix(frame, []byte(`{"t":"pong","n":`))
	if !ok {
		return false
	}
	if n, ok = bytes.CutSuffix(n, []byte("}")); !ok || len(n) == 0 {
		return false
	}
	for _, digit := range n {
		if digit < '0' || digit > '9' {
			return false
		}
	}
	return true
}

// stop gives back the timer of a closed client at once, not only when it fires.
func (b *heartbeat) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.timer != nil {
		b.timer.Stop()
	}
}
