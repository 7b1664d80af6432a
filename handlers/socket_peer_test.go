package handlers

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"foyer/app/hub"
)

// rawPeer is a client that may break every rule.
type rawPeer struct {
	net.Conn
	r *bufio.Reader
	t *testing.T
}

// connect opens a TCP connection that is closed when the test ends.
func (s *socketServer) connect(t *testing.T) *rawPeer {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(testWait))
	return &rawPeer{Conn: conn, r: bufio.NewReaderSize(conn, 512), t: t}
}

// open returns a peer with a socket, and the other end of it.
func (s *socketServer) open(t *testing.T) (*rawPeer, *parrot) {
	t.Helper()
	p := s.connect(t)
	p.write([]byte(s.request(nil)))
	if response := p.response(); response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("handshake: %s", response.Status)
	}
	return p, <-s.parrots
}

// greet is open with a hello that listens to topic.
func (s *socketServer) greet(t *testing.T, topic hub.Topic) (*rawPeer, *parrot) {
	t.Helper()
	p, other := s.open(t)
	p.say(fmt.Sprintf(`{"t":"hello","topic":%q}`, topic))
	p.hears("welcome")
	return p, other
}

func (p *rawPeer) write(b []byte) {
	p.t.Helper()
	if _, err := p.Write(b); err != nil {
		p.t.Fatalf("write: %v", err)
	}
}

func (p *rawPeer) response() *http.Response {
	p.t.Helper()
	response, err := http.ReadResponse(p.r, nil)
	if err != nil {
		p.t.Fatalf("read response: %v", err)
	}
	return response
}

func (p *rawPeer) say(frame string) {
	p.t.Helper()
	p.write(masked(0x80|opText, []byte(frame)))
}

// masked is a client's frame with a given first byte.
func masked(first byte, payload []byte) []byte {
	key := []byte{1, 2, 3, 4}
	out := appendTextFrame(nil, payload)
	header := len(out) - len(payload)
	out = slices.Insert(out, header, key...)
	out[0] = first
	out[1] |= 0x80
	for i := range payload {
		out[header+4+i] ^= key[i%4]
	}
	return out
}

// next returns the next frame from the server.
func (p *rawPeer) next() (opcode byte, payload []byte, err error) {
	var header [8]byte
	if _, err = io.ReadFull(p.r, header[:2]); err != nil {
		return 0, nil, err
	}
	opcode = header[0] & 0xf
	n := uint64(header[1])
	switch n {
	case 126:
		_, err = io.ReadFull(p.r, header[6:])
		n = uint64(binary.BigEndian.Uint16(header[6:]))
	case 127:
		_, err = io.ReadFull(p.r, header[:])
		n = binary.BigEndian.Uint64(header[:])
	}
	if err != nil || header[0]&0x70 != 0 {
		return 0, nil, errors.Join(err, errors.New("a frame that makes no sense"))
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(p.r, payload)
	return opcode, payload, err
}

// hears expects texts, in order.
func (p *rawPeer) hears(texts ...string) {
	p.t.Helper()
	for _, want := range texts {
		opcode, payload, err := p.next()
		if err != nil || opcode != opText || string(payload) != want {
			p.t.Fatalf("heard %x %.200q, %v; want %.200q", opcode, payload, err, want)
		}
	}
}

// hearsErr expects an err frame.
func (p *rawPeer) hearsErr(want errOut) {
	p.t.Helper()
	_, payload, err := p.next()
	var got errOut
	if err := errors.Join(err, json.Unmarshal(payload, &got)); err != nil {
		p.t.Fatalf("heard %.200q, %v; want an err", payload, err)
	}
	if got.Message == "" {
		p.t.Errorf("%s has no message", payload)
	}
	if got.Message = ""; got != (errOut{T: "err", ID: want.ID, CID: want.CID, Code: want.Code}) {
		p.t.Errorf("heard %s, want code %s, id %q, cid %q", payload, want.Code, want.ID, want.CID)
	}
}

// isClosed expects one close frame with code as the next and last thing, and answers it.
func (p *rawPeer) isClosed(code int) (reason string) {
	p.t.Helper()
	opcode, payload, err := p.next()
	if err != nil || opcode != opClose {
		p.t.Fatalf("heard %x %.200q, %v; want close %d", opcode, payload, err, code)
	}
	if got := int(binary.BigEndian.Uint16(payload)); got != code {
		p.t.Errorf("closed with %d %q, want %d", got, payload[2:], code)
	}
	p.Write(masked(0x80|opClose, payload[:2])) // the server need not wait for it
	if rest, err := io.ReadAll(p.r); err != nil || len(rest) > 0 {
		p.t.Errorf("after the close came %q, %v", rest, err)
	}
	return string(payload[2:])
}

// gone waits until the server's end is over.
func (p *parrot) gone(t *testing.T) {
	t.Helper()
	select {
	case <-p.left:
	case <-time.After(testWait):
		t.Fatal("the socket did not end")
	}
}
