package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/fasthttp/websocket"
)

// deafTabs is how many connections never read.
const deafTabs = 8

// wordy clients say long lines, so that what nobody reads piles up.
var wordy = habits{Window: 8, Pace: 5 * time.Millisecond, Hurry: brisk.Hurry, Longest: brisk.Longest, Pad: 3900}

// deaf opens more tabs of a visitor, which never read, while the visitor is told a lot. The server
// has to let go of them, with a bounded queue for each, and nobody else may notice.
func deaf(ctx context.Context, c *chaos) (f figures, err error) {
	// With the usual time for a write, that would end them before their queues are full.
	s, err := c.newServer(filepath.Join(c.folder, "deaf"), "FOYER_SOCKET_WRITE=60s")
	if err != nil {
		return nil, err
	}
	defer s.kill()
	if _, err := s.start(ctx); err != nil {
		return nil, err
	}
	w := c.gather(ctx, s, 1, []string{"anna"}, wordy, func(string) func(context.Context) (net.Conn, error) { return direct(s.addr) })
	defer w.leave()
	if err := w.together(10 * time.Second); err != nil {
		return nil, err
	}
	w.speak(true)
	// What the database's cache takes is not the sockets' doing.
	if err := w.saysMore(1000); err != nil {
		return nil, err
	}
	usual, err := s.memory()
	if err != nil {
		return nil, err
	}
	tabs, err := w.visitors[0].deafTabs(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.saysMore(3000); err != nil {
		return f, err
	}
	most, err := s.memory()
	if err != nil {
		return f, err
	}
	codes := map[string]int{}
	for _, tab := range tabs {
		codes[howItEnds(tab)]++
	}
	n := w.ledger.numbers()
	f.add("%d tabs that never read: %v, memory %+d MiB over %d MiB, %d acked, from saying to ack %s", deafTabs, codes, (most-usual)>>20, usual>>20, n.acked, w.latencies())
	const queue, slack = 1 << 20, 48 << 20 // socket.queue_bytes; the cache of a growing database, garbage not collected yet
	switch {
	case codes["still open"] > 0:
		return f, errors.New("a connection that never reads was kept")
	case most-usual > deafTabs*2*queue+slack:
		return f, errors.New("memory grew by more than the queues may hold")
	case len(n.ends) > 0:
		return f, fmt.Errorf("others lost their connections: %v", n.ends)
	}
	return f, w.end()
}

// deafTabs opens the tabs.
func (c *client) deafTabs(ctx context.Context) (tabs []*websocket.Conn, err error) {
	for range deafTabs {
		tab, err := c.anotherTab(ctx)
		if err != nil {
			return nil, err
		}
		tabs = append(tabs, tab)
	}
	return tabs, nil
}

// saysMore waits for more acks.
func (w *crowd) saysMore(lines int) error {
	until0 := w.ledger.numbers().acked + lines
	return until(w.ctx, 60*time.Second, strconv.Itoa(lines)+" acks more", func() bool { return w.ledger.numbers().acked >= until0 })
}

// anotherTab opens one more connection of a visitor, says hello and never reads what comes.
func (c *client) anotherTab(ctx context.Context) (*websocket.Conn, error) {
	dialer := websocket.Dialer{
		Subprotocols: []string{"foyer.v1"}, HandshakeTimeout: 3 * time.Second,
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return conn, conn.(*net.TCPConn).SetReadBuffer(4 << 10)
		},
	}
	ws, _, err := dialer.DialContext(ctx, "ws://"+c.server+"/ws/visitor?site="+siteKey, http.Header{"Origin": {"http://" + c.server}})
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	hello := map[string]any{"t": "hello", "token": c.token}
	for _, t := range c.threads {
		hello["conv"], hello["after"] = t.conv, t.last
	}
	c.mu.Unlock()
	return ws, ws.WriteJSON(hello)
}

// howItEnds reads all that was left for a tab, up to its end.
func howItEnds(tab *websocket.Conn) string {
	defer func() { _ = tab.Close() }()
	_ = tab.SetReadDeadline(time.Now().Add(8 * time.Second))
	for {
		_, _, err := tab.ReadMessage()
		var closed *websocket.CloseError
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded):
			return "still open"
		case errors.As(err, &closed):
			return "closed " + strconv.Itoa(closed.Code)
		default:
			return "cut"
		}
	}
}

// memory is what the server has in memory, in bytes.
func (s *server) memory() (int64, error) {
	pid, err := s.pid()
	if err != nil {
		return 0, err
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("no VmRSS in /proc")
}
