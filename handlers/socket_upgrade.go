package handlers

import (
	"encoding/base64"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	fiberws "github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"

	"foyer/app/hub"
	"foyer/models"
)

// subprotocol is the version of the wire we speak.
const subprotocol = "foyer.v1"

// startLocal is the one Locals value that travels from the request to the socket.
const startLocal = "start_socket"

// socketRoute is what an address for sockets is made of.
type socketRoute struct {
	Hub    *hub.Hub
	Limits socketLimits
	// Allowed checks the origin of the request.
	Allowed func(*fiber.Ctx) error
	// Prepare returns what starts the protocol on the new socket. It has to copy what that needs of
	// the request: Fiber's strings are views of memory that the next request overwrites.
	Prepare func(*fiber.Ctx) (func(*hub.Client) protocol, error)
}

// upgradeSocket returns the handler of an address for sockets. Whatever can be refused is refused
// before the upgrade.
func upgradeSocket(route socketRoute) fiber.Handler {
	upgrade := fiberws.New(
		func(ws *fiberws.Conn) {
			start := ws.Locals(startLocal).(func(*hub.Client) protocol)
			conn := newSocketConn(ws.Conn, route.Limits.Write)
			if !conn.detachable() {
				conn.refuse(closeProtocol, "nothing may come before the handshake's answer")
				return
			}
			go serveSocket(conn, route.Hub, &route.Limits, start)
		},
		fiberws.Config{
			Subprotocols:    []string{subprotocol},
			ReadBufferSize:  256, // every idle socket has one; what is longer is read past it
			WriteBufferSize: 1024,
			WriteBufferPool: &sync.Pool{},
			RecoverHandler:  recoverSocket,
			// Compression stays off: a frame's limit counts compressed bytes. Origins stays empty:
			// contrib would answer 426.
		})
	return func(c *fiber.Ctx) error {
		if err := checkHandshake(c); err != nil {
			return err
		}
		if route.Hub.Stopping() {
			c.Set(fiber.HeaderRetryAfter, "5") // seconds
			return fiber.NewError(fiber.StatusServiceUnavailable, "this server is stopping: come back in a few seconds")
		}
		if err := route.Allowed(c); err != nil {
			return err
		}
		start, err := route.Prepare(c)
		if err != nil {
			return err
		}
		c.Locals(startLocal, start)
		dropHeaders(c)
		return upgrade(c)
	}
}

// checkHandshake refuses what is no handshake for our protocol (RFC 6455, section 4.2.1).
func checkHandshake(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodGet || !fiberws.IsWebSocketUpgrade(c) {
		c.Set(fiber.HeaderUpgrade, "websocket")
		c.Set(fiber.HeaderConnection, fiber.HeaderUpgrade)
		return fiber.NewError(fiber.StatusUpgradeRequired, "this address is for WebSockets")
	}
	if strings.TrimSpace(c.Get(fiber.HeaderSecWebSocketVersion)) != "13" {
		c.Set(fiber.HeaderSecWebSocketVersion, "13")
		return models.Errorf(models.KindInvalid, "Sec-WebSocket-Version must be 13")
	}
	if key, err := base64.StdEncoding.DecodeString(c.Get(fiber.HeaderSecWebSocketKey)); err != nil || len(key) != 16 {
		return models.Errorf(models.KindInvalid, "Sec-WebSocket-Key must be 16 bytes in base64")
	}
	offered := strings.Split(c.Get(fiber.HeaderSecWebSocketProtocol), ",")
	if !slices.ContainsFunc(offered, func(p string) bool { return strings.TrimSpace(p) == subprotocol }) {
		return models.Errorf(models.KindInvalid, "the subprotocol %s must be offered", subprotocol)
	}
	return nil
}

// dropHeaders removes what the upgrade does not need, since contrib copies every header and cookie
// and keeps them for as long as the socket lives.
func dropHeaders(c *fiber.Ctx) {
	kept := []string{
		fiber.HeaderConnection, fiber.HeaderUpgrade, fiber.HeaderHost,
		"Sec-Websocket-Key", "Sec-Websocket-Version", "Sec-Websocket-Protocol",
	}
	header := &c.Request().Header
	header.DelAllCookies()
	var dropped []string
	header.VisitAll(func(key, _ []byte) {
		if !slices.ContainsFunc(kept, func(k string) bool { return strings.EqualFold(k, string(key)) }) {
			dropped = append(dropped, string(key))
		}
	})
	for _, key := range dropped {
		header.Del(key)
	}
}

// recoverSocket is the last net for panics while a socket is handed over. contrib's own would send
// the panic to the peer.
func recoverSocket(ws *fiberws.Conn) {
	if p := recover(); p != nil {
		slog.Error("socket transport panicked", "panic", p, "stack", string(debug.Stack()))
		_ = ws.Close()
	}
}
