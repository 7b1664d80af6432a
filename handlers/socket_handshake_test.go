package handlers

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/gofiber/fiber/v2"
)

func TestHandshakeIsRefused(t *testing.T) {
	tests := map[string]struct {
		headers map[string]string
		status  int
	}{
		"all is well":                        {nil, 101},
		"our protocol among others":          {map[string]string{"Sec-WebSocket-Protocol": "soap, foyer.v1"}, 101},
		"no upgrade":                         {map[string]string{"Upgrade": ""}, 426},
		"an upgrade to something else":       {map[string]string{"Upgrade": "h2c"}, 426},
		"a connection without upgrade":       {map[string]string{"Connection": "keep-alive"}, 426},
		"no subprotocol":                     {map[string]string{"Sec-WebSocket-Protocol": ""}, 400},
		"another subprotocol":                {map[string]string{"Sec-WebSocket-Protocol": "foyer.v10, foyer"}, 400},
		"no version":                         {map[string]string{"Sec-WebSocket-Version": ""}, 400},
		"an old version":                     {map[string]string{"Sec-WebSocket-Version": "8"}, 400},
		"no key":                             {map[string]string{"Sec-WebSocket-Key": ""}, 400},
		"a key that is too short":            {map[string]string{"Sec-WebSocket-Key": "c2hvcnQ="}, 400},
		"no origin":                          {map[string]string{"Origin": ""}, 403},
		"the null origin":                    {map[string]string{"Origin": "null"}, 403},
		"a foreign origin":                   {map[string]string{"Origin": "https://evil.example"}, 403},
		"our origin in front of another":     {map[string]string{"Origin": homeOrigin + ".evil.example"}, 403},
		"our origin over another scheme":     {map[string]string{"Origin": "http://home.example"}, 403},
		"a foreign origin, but a forwarded":  {map[string]string{"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"}, 403},
		"a foreign origin with our protocol": {map[string]string{"Origin": "https://evil.example", "Sec-WebSocket-Protocol": "foyer.v1"}, 403},
	}
	s := serveSockets(t, testLimits)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := s.connect(t)
			p.write([]byte(s.request(tt.headers)))
			response := p.response()
			if response.StatusCode != tt.status {
				t.Errorf("got %s, want %d", response.Status, tt.status)
			}
			if upgraded := response.Header.Get("Sec-WebSocket-Accept") != ""; upgraded != (tt.status == 101) {
				t.Errorf("%d, but upgraded is %v", tt.status, upgraded)
			}
			if protocol := response.Header.Get("Sec-WebSocket-Protocol"); tt.status == 101 && protocol != subprotocol {
				t.Errorf("the subprotocol is %q", protocol)
			}
		})
	}
}

func TestCompressionIsNotNegotiated(t *testing.T) {
	s := serveSockets(t, testLimits)
	dialer := websocket.Dialer{Subprotocols: []string{subprotocol}, EnableCompression: true}
	conn, response, err := dialer.Dial("ws://"+s.addr+"/ws", http.Header{"Origin": {homeOrigin}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if extensions := response.Header.Get("Sec-WebSocket-Extensions"); extensions != "" {
		t.Errorf("the server agreed to %q", extensions)
	}
	if err := conn.WriteMessage(websocket.TextMessage, []byte(helloFrame)); err != nil {
		t.Fatal(err)
	}
	if _, message, err := conn.ReadMessage(); err != nil || string(message) != "welcome" {
		t.Errorf("heard %q, %v", message, err)
	}
}

// TestEarlyData sends frames in the handshake's own segment, which leaves fasthttp with a reader
// over memory of the request: read on when that has gone to another, it ends the process.
func TestEarlyData(t *testing.T) {
	tests := map[string]struct {
		early []byte
		gone  bool
	}{
		"a hello":           {early: textFrames(helloFrame)},
		"half a frame":      {early: textFrames(helloFrame)[:5]},
		"one byte":          {early: []byte{0x81}},
		"two frames":        {early: textFrames(helloFrame, `{"t":"say","text":"x"}`)},
		"a frame and gone":  {early: textFrames(helloFrame), gone: true},
		"nonsense and gone": {early: []byte(strings.Repeat("GET / HTTP/1.1\r\n", 100)), gone: true},
	}
	s := serveSockets(t, testLimits)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for range 200 {
				p := s.connect(t)
				p.write(append([]byte(s.request(nil)), tt.early...))
				if response := p.response(); response.StatusCode != http.StatusSwitchingProtocols {
					t.Fatalf("handshake: %s", response.Status)
				}
				if tt.gone {
					p.Close()
				} else {
					p.isClosed(1002)
				}
			}
		})
	}
	if n := s.hub.Len(); n != 0 {
		t.Errorf("%d of them are in the hub", n)
	}
	p, _ := s.greet(t, "")
	p.say(`{"t":"say","text":"alive"}`)
	p.hears("alive")
}

func TestSlowHeadersAreCut(t *testing.T) {
	if got := fiberConfig().ReadTimeout; got <= 0 || got > 15*time.Second {
		t.Errorf("the read timeout is %v", got)
	}
	s := serveSockets(t, testLimits, func(c *fiber.Config) { c.ReadTimeout = 300 * time.Millisecond })
	p := s.connect(t)
	p.write([]byte("GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: "))
	answer, err := io.ReadAll(p.r) // until it is closed
	if err != nil || len(answer) > 0 && !strings.HasPrefix(string(answer), "HTTP/1.1 408") {
		t.Errorf("the answer is %q, %v; want 408 or none, and the end", answer, err)
	}

	open, _ := s.greet(t, "") // a socket does not end by it
	stayAlive(open, 600*time.Millisecond, sendPing)
}

func TestLargeRequestsAreRefused(t *testing.T) {
	s := serveSockets(t, testLimits)
	tests := map[string]struct {
		request string
		status  int
	}{
		"a long head": {fmt.Sprintf("GET /ws HTTP/1.1\r\nHost: x\r\nX-Long: %s\r\n\r\n", strings.Repeat("x", 17<<10)), 431},
		"a long body": {"POST /ws HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", 413},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := s.connect(t)
			p.write([]byte(tt.request))
			if response := p.response(); response.StatusCode != tt.status {
				t.Errorf("got %s, want %d", response.Status, tt.status)
			}
		})
	}
}
