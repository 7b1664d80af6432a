package handlers

import (
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
)

// peer is the other end of a socket.
type peer struct {
	t    *testing.T
	conn *websocket.Conn
	seen []map[string]any // frames that await passed over
}

// dial opens a socket and returns it with the answer to the handshake.
func (s *server) dial(path string, header http.Header) (*peer, *http.Response, error) {
	d := websocket.Dialer{Subprotocols: []string{subprotocol}, NetDial: func(network, addr string) (net.Conn, error) {
		return net.DialTimeout(network, addr, 5*time.Second)
	}}
	conn, res, err := d.Dial("ws://"+s.host+path, header)
	if err != nil {
		return nil, res, err
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return &peer{t: s.t, conn: conn}, res, nil
}

// agent opens an agent's socket and says hello.
func (c *client) agent() *peer {
	c.s.t.Helper()
	p, _, err := c.s.dial("/ws/agent", http.Header{"Origin": {c.s.base}, "Cookie": {c.cookie}})
	must(c.s.t, err)
	p.say(map[string]any{"t": "hello"})
	p.await("welcome")
	return p
}

// visitor opens the socket of a new visitor of a site, says hello and returns the token.
func (s *server) visitor(site string) (*peer, string) {
	s.t.Helper()
	p, _, err := s.dial("/ws/visitor?site="+site, http.Header{"Origin": {s.base}})
	must(s.t, err)
	p.say(map[string]any{"t": "hello", "page": map[string]string{"url": "https://www." + site + ".test/", "title": "Shop"}})
	token, _ := p.await("welcome")["token"].(string)
	return p, token
}

// comeBack opens the socket of a visitor who was here.
func (s *server) comeBack(site, token, conv string, after int) (*peer, map[string]any) {
	s.t.Helper()
	p, _, err := s.dial("/ws/visitor?site="+site, http.Header{"Origin": {s.base}})
	must(s.t, err)
	p.say(map[string]any{"t": "hello", "token": token, "conv": conv, "after": after})
	return p, p.await("welcome")
}

func (p *peer) say(frame any) {
	p.t.Helper()
	must(p.t, p.conn.WriteJSON(frame))
}

// next returns the next frame but pings, which it answers.
func (p *peer) next() (map[string]any, error) {
	for {
		_ = p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		var f map[string]any
		if err := p.conn.ReadJSON(&f); err != nil {
			return nil, err
		}
		if f["t"] != "ping" {
			return f, nil
		}
		p.say(map[string]any{"t": "pong", "n": f["n"]})
	}
}

// await returns the next frame of type t that fits all the given fields, passing over others.
func (p *peer) await(t string, fields ...any) map[string]any {
	p.t.Helper()
	for {
		f, err := p.next()
		if err != nil {
			p.t.Fatalf("waiting for %s %v: %v; heard %v", t, fields, err, p.seen)
		}
		if f["t"] == t && fits(f, fields) {
			return f
		}
		p.seen = append(p.seen, f)
	}
}

func fits(f map[string]any, fields []any) bool {
	for i := 0; i < len(fields); i += 2 {
		if f[fields[i].(string)] != fields[i+1] {
			return false
		}
	}
	return true
}

// closed waits for the socket to be closed and returns the code.
func (p *peer) closed() int {
	p.t.Helper()
	for {
		if _, err := p.next(); err != nil {
			if e, ok := errors.AsType[*websocket.CloseError](err); ok {
				return e.Code
			}
			p.t.Fatalf("the socket ended without a close frame: %v", err)
		}
	}
}
