package handlers

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// closeFrame is a client's close frame.
func closeFrame(code uint16, reason string) []byte {
	return masked(0x80|opClose, append(binary.BigEndian.AppendUint16(nil, code), reason...))
}

func join(frames ...[]byte) (out []byte) {
	for _, f := range frames {
		out = append(out, f...)
	}
	return out
}

// conformance are the rules of RFC 6455 that a peer may break, each with the code that answers it;
// 0 is for what is allowed: the socket goes on.
var conformance = []struct {
	name string
	send []byte
	code int
}{
	// 5.2, framing
	{"RSV1 without an extension", masked(0xc0|opText, []byte("{}")), 1002},
	{"RSV2", masked(0xa0|opText, []byte("{}")), 1002},
	{"a reserved data opcode", masked(0x83, []byte("{}")), 1002},
	{"a reserved control opcode", masked(0x8b, nil), 1002},
	{"a frame that is not masked", appendTextFrame(nil, []byte("{}")), 1002},
	{"a 64-bit length with the high bit set", []byte{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4}, 1002},
	// 5.4, fragmentation
	{"a continuation of nothing", masked(0x80, []byte("{}")), 1002},
	{"a new message inside another", join(masked(opText, []byte(`{"t":`)), masked(0x80|opText, []byte(`"pong"}`))), 1002},
	{"a message in fragments, a ping between them", join(masked(opText, []byte(`{"t":`)), masked(0x80|opPing, []byte("p")), masked(0, nil), masked(0x80, []byte(`"pong"}`))), 0},
	// 5.5, control frames
	{"a ping of 126 bytes", masked(0x80|opPing, make([]byte, 126)), 1002},
	{"a ping in fragments", masked(opPing, nil), 1002},
	{"a ping of 125 bytes", masked(0x80|opPing, make([]byte, 125)), 0},
	{"a pong nobody asked for", masked(0x80|opPong, []byte("x")), 0},
	// 5.6 and 8.1, data
	{"a binary frame", masked(0x80|opBinary, []byte("{}")), 1003},
	{"UTF-8 that is wrong", masked(0x80|opText, []byte("{\"t\":\"\xc3\x28\"}")), 1007},
	{"a surrogate in UTF-8", masked(0x80|opText, []byte("{\"t\":\"\xed\xa0\x80\"}")), 1007},
	{"a character cut off at the end of a message", join(masked(opText, []byte("{\"t\":\"\xe4")), masked(0x80, []byte("\xbd"))), 1007},
	{"a character split over two fragments", join(masked(opText, []byte("{\"t\":\"pong\",\"x\":\"\xe4")), masked(0x80, []byte("\xbd\xa0\"}"))), 0},
	{"a message over the limit, in fragments", join(masked(opText, make([]byte, 40<<10)), masked(0x80, make([]byte, 40<<10))), 1009},
	// 5.5.1 and 7.4, closing
	{"a close without a code", masked(0x80|opClose, nil), 1005},
	{"a close of one byte", masked(0x80|opClose, []byte{3}), 1005}, // the library takes it for one without a code
	{"a close with a code that is never sent", closeFrame(1005, ""), 1002},
	{"a close whose reason is not UTF-8", closeFrame(1000, "\xff"), 1002},
	{"a close with a code of an application", closeFrame(4999, "done"), 4999},
}

// TestConformance breaks each rule on both of our addresses, over TCP.
func TestConformance(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	cookie := s.signIn("anna@tea.test").cookie
	if len(conformance) != 24 {
		t.Errorf("%d cases", len(conformance))
	}
	for path, headers := range map[string]string{"/ws/visitor?site=tea": "", "/ws/agent": "Cookie: " + cookie + "\r\n"} {
		for _, c := range conformance {
			t.Run(strings.SplitN(path, "?", 2)[0]+" "+c.name, func(t *testing.T) {
				p := s.raw(t, path, headers)
				p.say(helloFrame)
				p.hearsType("welcome")
				p.write(c.send)
				if c.code == 0 {
					p.say(`{"t":"dance","id":"still here"}`)
					p.hearsType(`"still here"`)
					return
				}
				p.closedWith(c.code)
			})
		}
	}
}

// raw opens a socket of the server as a peer that may break every rule, until the test ends.
func (s *server) raw(t *testing.T, path, headers string) *rawPeer {
	t.Helper()
	p := s.rawUntilClosed(t, path, headers)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// rawUntilClosed is raw for a peer that is closed by whoever asked for it.
func (s *server) rawUntilClosed(t *testing.T, path, headers string) *rawPeer {
	t.Helper()
	conn, err := net.Dial("tcp", s.host)
	must(t, err)
	must(t, conn.SetDeadline(time.Now().Add(testWait)))
	p := &rawPeer{Conn: conn, r: bufio.NewReader(conn), t: t}
	p.write(fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: %s\r\n%s\r\n",
		path, s.host, s.base, subprotocol, headers))
	if response := p.response(); response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("handshake: %s", response.Status)
	}
	return p
}

// hearsType passes over frames until one has a text in it.
func (p *rawPeer) hearsType(text string) {
	p.t.Helper()
	for {
		opcode, payload, err := p.next()
		if err != nil || opcode == opClose {
			p.t.Fatalf("waiting for %s: %x %q, %v", text, opcode, payload, err)
		}
		if strings.Contains(string(payload), text) {
			return
		}
	}
}

// closedWith passes over frames until the close frame, which must have a code; 1005 is for none.
func (p *rawPeer) closedWith(code int) {
	p.t.Helper()
	for {
		opcode, payload, err := p.next()
		if err != nil {
			p.t.Fatalf("ended without a close frame: %v", err)
		}
		if opcode != opClose {
			continue
		}
		got := 1005
		if len(payload) >= 2 {
			got = int(binary.BigEndian.Uint16(payload))
		}
		if got != code {
			p.t.Errorf("closed with %d %q, want %d", got, payload, code)
		}
		return
	}
}
