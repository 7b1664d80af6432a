package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"foyer/app/hub"
	"foyer/models"
)

const (
	opText   = 0x1
	opBinary = 0x2
	opClose  = 0x8
	opPing   = 0x9
	opPong   = 0xa

	testWait   = 10 * time.Second // for what must happen; no test waits this long unless it fails
	homeOrigin = "https://home.example"
)

// panicSecret is what a panic or an error of ours must not tell a peer.
const panicSecret = "postgres://user:hunter2@db"

var testLimits = socketLimits{
	Ping:     time.Hour,
	Dead:     testWait,
	Hello:    testWait,
	Write:    5 * time.Second,
	MaxFrame: 16 << 10,
	Queue:    hub.Limits{Frames: 256, Bytes: 1 << 20},
}

// parrot is a protocol that does what a test's frames tell it to.
type parrot struct {
	client *hub.Client
	hub    *hub.Hub
	left   chan struct{}
}

func (p *parrot) Hello(_ context.Context, frame []byte) error {
	var in struct{ Topic, Fail string }
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	if in.Fail != "" {
		return p.fail(in.Fail)
	}
	p.hub.Subscribe(p.client, hub.Topic(in.Topic))
	p.client.Send([]byte("welcome"))
	return nil
}

func (p *parrot) Frame(_ context.Context, about envelope, frame []byte) error {
	var in struct{ Text, Fail, CID string }
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	switch about.T {
	case "say":
		p.client.Send([]byte(in.Text))
		return nil
	case "fail":
		return p.fail(in.Fail)
	case "fail later":
		go answerLater(p.client, envelope{CID: onlyString(in.CID)}, p.fail(in.Fail))
		return nil
	default:
		return badFrame("unknown type")
	}
}

func (p *parrot) fail(how string) error {
	switch how {
	case "panic":
		panic(panicSecret)
	case "bug":
		return errors.New(panicSecret)
	case "close":
		return fmt.Errorf("wrapped: %w", &closeError{4003, "banned " + strings.Repeat("é", 100)})
	case "unsendable":
		return &closeError{1005, "never sent"}
	default:
		return &models.Error{Kind: models.Kind(how), Message: "no", Err: errors.New(panicSecret)}
	}
}

func (p *parrot) Left() { close(p.left) }

// socketServer is the transport behind a real port.
type socketServer struct {
	addr    string
	hub     *hub.Hub
	parrots chan *parrot // every socket's, in order
}

// serveSockets starts a server whose sockets speak parrot.
func serveSockets(t *testing.T, limits socketLimits, change ...func(*fiber.Config)) *socketServer {
	t.Helper()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	config := fiberConfig()
	config.ErrorHandler = func(c *fiber.Ctx, err error) error {
		p := problemOf(err, c.Method(), c.Path())
		return c.Status(p.Status).JSON(p)
	}
	for _, f := range change {
		f(&config)
	}
	app := fiber.New(config)
	PrepareServer(app)
	s := &socketServer{hub: hub.New(), parrots: make(chan *parrot, 1<<15)}
	app.Get("/ws", upgradeSocket(socketRoute{Hub: s.hub, Limits: limits, Allowed: onlyHome, Prepare: s.prepare}))
	ln, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = ln.Addr().String()
	served := make(chan error, 1)
	go func() { served <- app.Listener(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), testWait)
		defer cancel()
		if err := errors.Join(s.hub.Shutdown(ctx, nil), app.ShutdownWithContext(ctx), <-served); err != nil {
			t.Errorf("take down: %v", err)
		}
	})
	return s
}

func onlyHome(c *fiber.Ctx) error {
	if c.Get(fiber.HeaderOrigin) != homeOrigin {
		return models.Errorf(models.KindForbidden, "not from there")
	}
	return nil
}

func (s *socketServer) prepare(*fiber.Ctx) (func(*hub.Client) protocol, error) {
	return func(c *hub.Client) protocol {
		p := &parrot{client: c, hub: s.hub, left: make(chan struct{})}
		s.parrots <- p
		return p
	}, nil
}

// request is a handshake; a header given as "" is left out.
func (s *socketServer) request(headers map[string]string) string {
	all := map[string]string{
		"Host": s.addr, "Connection": "Upgrade", "Upgrade": "websocket", "Origin": homeOrigin,
		"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
		"Sec-WebSocket-Protocol": "foyer.v1",
	}
	for name, value := range headers {
		all[name] = value
	}
	var b strings.Builder
	b.WriteString("GET /ws?site=x HTTP/1.1\r\n")
	for name, value := range all {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	b.WriteString("\r\n")
	return b.String()
}
