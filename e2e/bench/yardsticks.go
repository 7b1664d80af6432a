package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"sync"

	fasthttpws "github.com/fasthttp/websocket"
	"github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"
)

// yardsticks are the servers Foyer is measured against, each a process of its own: bare Fiber and
// contrib/websocket, with nothing stored and nothing known.
var yardsticks = map[string]func(*fiber.App){
	"empty": func(*fiber.App) {},
	"bare":  bare,
	"relay": relay,
}

// serveYardstick runs one of them until it is killed.
func serveYardstick(name, addr string) error {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/readyz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	yardsticks[name](app)
	return app.Listen(addr)
}

// bare holds sockets as contrib/websocket does by default, and answers what it hears with the same.
func bare(app *fiber.App) {
	app.Get("/ws/visitor", websocket.New(func(c *websocket.Conn) {
		for {
			kind, frame, err := c.ReadMessage()
			if err != nil || c.WriteMessage(kind, frame) != nil {
				return
			}
		}
	}))
}

// relay answers each visitor's frame with an ack, and hands it on to the agent of that visitor, in
// frames as long as Foyer's.
func relay(app *fiber.App) {
	var mu sync.RWMutex
	agents := map[int]*line{}
	app.Get("/agent/:n", websocket.New(func(c *websocket.Conn) {
		n, _ := strconv.Atoi(c.Params("n"))
		mu.Lock()
		agents[n] = &line{ws: c.Conn}
		mu.Unlock()
		_, _, _ = c.ReadMessage() // until the peer leaves
	}))
	app.Get("/visitor/:n", websocket.New(func(c *websocket.Conn) {
		n, _ := strconv.Atoi(c.Params("n"))
		mu.RLock()
		agent := agents[n%pathAgents]
		mu.RUnlock()
		visitor, conv := &line{ws: c.Conn}, relayConv(n)
		for seq := 1; ; seq++ {
			_, frame, err := c.ReadMessage()
			if err != nil {
				return
			}
			cid, text := field(frame, "cid"), field(frame, "text")
			visitor.send(fmt.Appendf(nil, `{"t":"ack","cid":"%s","conv":"%s","seq":%d,"at":"2026-01-01T00:00:00.000Z"}`, cid, conv, seq))
			agent.send(fmt.Appendf(nil, `{"t":"event","conv":"%s","seq":%d,"kind":"message","at":"2026-01-01T00:00:00.000Z",`+
				`"from":{"type":"visitor","id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","name":""},"text":"%s","cid":"%s"}`, conv, seq, text, cid))
		}
	}))
}

// relayConv names the n-th pair of the relay with an id as long as Foyer's.
func relayConv(n int) string { return fmt.Sprintf("%026d", n) }

// line writes whatever has queued in one system call; a writer runs only while there is something.
// This is the fastest bare way, so the comparison does Foyer no favour.
type line struct {
	ws *fasthttpws.Conn

	// Guarded by mu.
	mu      sync.Mutex
	queue   []byte
	writing bool
}

func (l *line) send(frame []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, 0x81, 126) // a whole text frame with a 16-bit length: all of ours are
	l.queue = binary.BigEndian.AppendUint16(l.queue, uint16(len(frame)))
	l.queue = append(l.queue, frame...)
	if !l.writing {
		l.writing = true
		go l.write()
	}
}

func (l *line) write() {
	var out []byte
	for {
		l.mu.Lock()
		out, l.queue = l.queue, out[:0]
		if len(out) == 0 {
			l.writing = false
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		if _, err := l.ws.NetConn().Write(out); err != nil {
			return
		}
	}
}

// field returns the text of a field of a frame, without decoding the frame: the first one of the
// name, which must hold no quotes.
func field(frame []byte, name string) []byte {
	at := bytes.Index(frame, []byte(`"`+name+`":"`))
	if at < 0 {
		return nil
	}
	value := frame[at+len(name)+4:]
	return value[:max(bytes.IndexByte(value, '"'), 0)]
}
