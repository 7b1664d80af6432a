package handlers

import (
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"

	"foyer/app/hub"
	"foyer/models"
)

const panelPath = "/widget/panel"

// App makes the Fiber app with all routes.
func (w *Web) App() *fiber.App {
	if w.usage == nil {
		w.usage = newUsage(w.Config.Limits)
	}
	cfg := fiberConfig()
	cfg.ErrorHandler = w.handleError
	cfg.EnableTrustedProxyCheck = true
	cfg.TrustedProxies = w.Config.HTTP.TrustedProxies
	cfg.ProxyHeader = fiber.HeaderXForwardedFor
	app := fiber.New(cfg)
	PrepareServer(app)

	app.Use(w.refuseUploads, recover.New(recover.Config{EnableStackTrace: true, StackTraceHandler: logPanic}))
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", w.ready)

	app.Use(secureHeaders, w.note, w.guard)
	app.Get("/ws/visitor", w.visitorSocket())
	app.Get("/ws/agent", w.agentSocket())
	w.api(app)

	app.Get("/", w.console)
	app.Get("/login", w.loginPage)
	app.Post("/login", w.login)
	app.Get(panelPath, w.panel)
	if w.Demo != nil {
		app.Get("/demo", w.demo)
	}
	app.Use(w.asset)
	return app
}

// logPanic keeps for us what handleError does not tell the caller.
func logPanic(c *fiber.Ctx, p any) {
	slog.Error("request panicked", "method", c.Method(), "path", c.Path(), "panic", p, "stack", string(debug.Stack()))
}

// ready says whether the server can do its work.
func (w *Web) ready(c *fiber.Ctx) error {
	if err := w.Ready(c.UserContext()); err != nil {
		if models.KindOf(err) == models.KindUnavailable { // it says what
			return err
		}
		return &models.Error{Kind: models.KindUnavailable, Message: "this server is stopping, or its database does not answer", Err: err}
	}
	return c.SendString("ready\n")
}

func (w *Web) agentSocket() fiber.Handler {
	s := w.Config.Socket
	return upgradeSocket(socketRoute{
		Hub: w.Hub, Limits: w.limits(s.AgentPing, s.AgentDead, s.MaxFrameAgent),
		Allowed: w.agentOrigin, Prepare: w.prepareAgent,
	})
}

func (w *Web) visitorSocket() fiber.Handler {
	s := w.Config.Socket
	return upgradeSocket(socketRoute{
		Hub: w.Hub, Limits: w.limits(s.VisitorPing, s.VisitorDead, s.MaxFrameVisitor),
		Allowed: func(*fiber.Ctx) error { return nil }, // Prepare checks it: which origins are allowed depends on the site
		Prepare: w.prepareVisitor,
	})
}

func (w *Web) limits(ping, dead time.Duration, maxFrame int) socketLimits {
	s := w.Config.Socket
	return socketLimits{
		Ping: ping, Dead: dead, Hello: s.Hello, Write: s.Write, MaxFrame: int64(maxFrame),
		Queue: hub.Limits{Frames: s.QueueFrames, Bytes: s.QueueBytes},
	}
}
