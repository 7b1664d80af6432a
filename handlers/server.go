package handlers

import (
	"time"

	"github.com/gofiber/fiber/v2"
)

// readTimeout ends connections that say nothing, slow headers and slow bodies.
const readTimeout = 15 * time.Second

// fiberConfig returns the settings every app of ours needs; routes.go adds what it knows.
func fiberConfig() fiber.Config {
	return fiber.Config{
		ReadTimeout:           readTimeout, // sockets have their own
		WriteTimeout:          30 * time.Second,
		IdleTimeout:           60 * time.Second,
		ReadBufferSize:        16 << 10, // the longest request head
		BodyLimit:             1 << 20,
		StreamRequestBody:     false, // with it, BodyLimit would not hold
		ReduceMemoryUsage:     true,
		DisableStartupMessage: true,
	}
}

// PrepareServer applies the settings that Fiber has no field for. It must be called before the app
// serves: without the first fasthttp pools the connections under our sockets, and what is written to one
// that has ended reaches the next visitor.
func PrepareServer(app *fiber.App) {
	app.Server().KeepHijackedConns = true
	app.Server().HeaderReceived = perRequest
}
