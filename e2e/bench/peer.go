package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
)

// peer is a client's end of one socket, light enough to have ten thousand of them beside the server.
type peer struct {
	// Static after construction.
	ws *websocket.Conn

	write sync.Mutex // held while somebody writes

	// Owned by the reader.
	buffer bytes.Buffer
}

// sources are the addresses we connect from, in turn: one alone runs out of ports.
const sources = 8

var writeBuffers sync.Pool

// dial opens a socket with the headers of a browser. n chooses the source address.
func dial(ctx context.Context, addr, path, cookie string, n int) (*peer, error) {
	dialer := websocket.Dialer{
		NetDialContext: (&net.Dialer{
			LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+n%sources))},
		}).DialContext,
		HandshakeTimeout: patience,
		ReadBufferSize:   1024, WriteBufferSize: 1024, WriteBufferPool: &writeBuffers,
		Subprotocols:      []string{"foyer.v1"},
		EnableCompression: true, // offered, as every browser does
	}
	header := http.Header{
		"Origin":          {"http://" + addr},
		"User-Agent":      {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"},
		"Accept-Encoding": {"gzip, deflate, br, zstd"},
		"Accept-Language": {"en-GB,en-US;q=0.9,en;q=0.8,de;q=0.7"},
		"Cache-Control":   {"no-cache"},
		"Pragma":          {"no-cache"},
		"Cookie":          {"_ga=GA1.1.1234567890.1700000000; _ga_ABCDEFGHIJ=GS1.1.1700000000.1.1.1700000100.0.0.0; consent=necessary%2Cstatistics"},
	}
	if cookie != "" {
		header.Set("Cookie", cookie)
	}
	ws, answer, err := dialer.DialContext(ctx, "ws://"+addr+path, header)
	if err != nil && answer != nil {
		return nil, fmt.Errorf("%s: %s: %w", path, answer.Status, err)
	}
	if err != nil {
		return nil, err
	}
	return &peer{ws: ws}, nil
}

// say sends one frame.
func (p *peer) say(frame []byte) error {
	p.write.Lock()
	defer p.write.Unlock()
	return p.ws.WriteMessage(websocket.TextMessage, frame)
}

// hear returns the next frame and its t, and answers pings on the way. The frame is the peer's until
// the next call.
func (p *peer) hear() (t, frame []byte, err error) {
	for {
		_, r, err := p.ws.NextReader()
		if err != nil {
			return nil, nil, err
		}
		p.buffer.Reset()
		if _, err := p.buffer.ReadFrom(r); err != nil {
			return nil, nil, err
		}
		frame = p.buffer.Bytes()
		if t = field(frame, "t"); string(t) != "ping" {
			return t, frame, nil
		}
		if err := p.say(bytes.Replace(frame, []byte("ping"), []byte("pong"), 1)); err != nil {
			return nil, nil, err
		}
	}
}

// until hears until a frame with this t has come, and decodes it into out unless that is nil. An err
// or bye on the way is an error.
func (p *peer) until(t string, out any) error {
	_ = p.ws.SetReadDeadline(time.Now().Add(patience))
	defer func() { _ = p.ws.SetReadDeadline(time.Time{}) }()
	for {
		heard, frame, err := p.hear()
		switch {
		case err != nil:
			return fmt.Errorf("waiting for %s: %w", t, err)
		case string(heard) == t && out == nil:
			return nil
		case string(heard) == t:
			return json.Unmarshal(frame, out)
		case string(heard) == "err" || string(heard) == "bye":
			return fmt.Errorf("waiting for %s: %s", t, frame)
		}
	}
}

func (p *peer) close() { _ = p.ws.Close() }

// visitorPath is where visitors' sockets are.
const visitorPath = "/ws/visitor?site=demo"

// visitorHello is what the widget says of a new visitor.
func visitorHello(n int) []byte {
	return fmt.Appendf(nil, `{"t":"hello","locale":"en-GB","page":{"url":"https://shop.example.com/teapots/cast-iron-%d?utm_source=newsletter",`+
		`"title":"Cast iron teapot no. %d - Kettle & Leaf","referrer":"https://www.example.org/search?q=teapot"}}`, n, n)
}

// each does something n times, workers at a time, until one fails.
func each(n, workers int, do func(i int) error) error {
	todo := make(chan int)
	errs := make([]error, workers)
	failed := make(chan struct{})
	var once sync.Once
	var running sync.WaitGroup
	for w := range workers {
		running.Go(func() {
			for i := range todo {
				if errs[w] = do(i); errs[w] != nil {
					once.Do(func() { close(failed) })
					return
				}
			}
		})
	}
feed:
	for i := range n {
		select {
		case todo <- i:
		case <-failed:
			break feed
		}
	}
	close(todo)
	running.Wait()
	return errors.Join(errs...)
}

// crowd are visitors who are connected and say nothing.
type crowd struct {
	peers []*peer

	// Guarded by mu.
	mu   sync.Mutex
	lost error
	over bool
}

func newCrowd(n int) *crowd { return &crowd{peers: make([]*peer, n)} }

// join connects the visitors from one number until before another, waits until each has been greeted,
// and keeps answering their pings. answer is the t of the frame that ends the greeting.
func (c *crowd) join(ctx context.Context, addr, answer string, from, until int) error {
	return each(until-from, 64, func(i int) (err error) {
		i += from
		if c.peers[i], err = dial(ctx, addr, visitorPath, "", i); err != nil {
			return fmt.Errorf("visitor %d: %w", i, err)
		}
		if err := c.peers[i].say(visitorHello(i)); err != nil {
			return err
		}
		if err := c.peers[i].until(answer, nil); err != nil {
			return fmt.Errorf("visitor %d: %w", i, err)
		}
		go c.listen(c.peers[i])
		return nil
	})
}

func (c *crowd) listen(p *peer) {
	for {
		if _, _, err := p.hear(); err != nil {
			c.mu.Lock()
			if !c.over {
				c.lost = errors.Join(c.lost, err)
			}
			c.mu.Unlock()
			return
		}
	}
}

// trouble says who was disconnected, if anybody was.
func (c *crowd) trouble() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lost
}

func (c *crowd) leave() {
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	for _, p := range c.peers {
		if p != nil {
			p.close()
		}
	}
}
