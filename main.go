// Command foyer is live chat for customer support: a visitor's widget, an agents' console and
// everything between, in one program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"foyer/app/chat"
	"foyer/app/config"
	"foyer/app/hub"
	"foyer/app/identity"
	"foyer/app/store"
	"foyer/app/uploads"
	"foyer/handlers"
	"foyer/models"
	"foyer/static"
	"foyer/views"
)

const usage = `Foyer: live chat for customer support.

  foyer serve [--config FILE] [--demo]   serve visitors and agents
  foyer migrate [--config FILE]          bring the database up to date and stop
  foyer version                          say which version this is

Settings come from config.yaml (or FILE) and FOYER_* variables; config.yaml explains each.
`

// What the process ends with.
const (
	exitOK       = 0
	exitFailure  = 1
	exitBadInput = 2 // wrong settings or a wrong command line
)

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

// command carries out a command line and returns what the process ends with.
func command(args []string, out, trouble io.Writer) int {
	name := "help"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(trouble)
	flags.Usage = func() { _, _ = fmt.Fprint(trouble, usage) }
	path := flags.String("config", "", "")
	demo := false
	if name == "serve" {
		flags.BoolVar(&demo, "demo", false, "")
	}
	if err := flags.Parse(args); err != nil {
		return exitBadInput
	}
	if flags.NArg() > 0 {
		_, _ = fmt.Fprintf(trouble, "foyer: %s does not take %q\n\n%s", name, flags.Arg(0), usage)
		return exitBadInput
	}
	switch name {
	case "serve", "migrate":
	case "version":
		_, _ = fmt.Fprintln(out, "foyer", version())
		return exitOK
	case "help", "-h", "--help":
		_, _ = fmt.Fprint(out, usage)
		return exitOK
	default:
		_, _ = fmt.Fprintf(trouble, "foyer: there is no command %q\n\n%s", name, usage)
		return exitBadInput
	}
	cfg, err := config.Load(*path, os.Environ())
	if err != nil {
		_, _ = fmt.Fprintln(trouble, err)
		return exitBadInput
	}
	slog.SetDefault(logger(cfg.Log, trouble))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if name == "migrate" {
		err = migrate(ctx, cfg)
	} else {
		err = serve(ctx, cfg, demo, out)
	}
	return exitCode(err, trouble)
}

func exitCode(err error, trouble io.Writer) int {
	switch {
	case err == nil:
		return exitOK
	case models.KindOf(err) == models.KindNotConfigured:
		_, _ = fmt.Fprintln(trouble, "foyer:", err)
		return exitBadInput
	default:
		_, _ = fmt.Fprintln(trouble, "foyer:", err)
		return exitFailure
	}
}

const (
	gcPercent = 50
	ballast   = 32 << 20 // bytes
)

// spareMemory makes the heap grow by half of what it holds before it is collected, not by as much
// again: ten thousand idle visitors then need 2 KiB less each. It returns ballast, which is to be kept: nobody
// touches it, so it takes no memory, but it counts as held, and a server with few visitors collects as
// seldom as it would otherwise. GOGC, when set, is obeyed instead.
func spareMemory() []byte {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	debug.SetGCPercent(gcPercent)
	return make([]byte, ballast)
}

// serve builds the server bottom-up, serves until ctx ends, and takes it down in reverse.
func serve(ctx context.Context, cfg config.Config, demo bool, out io.Writer) error {
	if demo {
		if err := loopbackOnly(cfg.HTTP.Addr); err != nil {
			return err
		}
	}
	defer runtime.KeepAlive(spareMemory())
	ctx, failed := context.WithCancelCause(ctx)
	defer failed(nil)
	sockets := hub.New()
	db, err := openStore(ctx, cfg, func() { sockets.CloseAll(handlers.CloseStateLost, "state lost") }, failed)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := db.Alone(ctx); err != nil {
		return err
	}
	people, err := identity.New(ctx, db, now, cfg.Session.TTL)
	if err != nil {
		return err
	}
	kept, err := uploads.New(ctx, db, now, fileSettings(cfg.Uploads))
	if err != nil {
		return err
	}
	defer func() { _ = kept.Close() }()
	assets, err := static.Load()
	if err != nil {
		return err
	}
	pages, err := views.New(static.Locales())
	if err != nil {
		return err
	}
	listener, err := handlers.Listen(cfg.HTTP.Addr)
	if err != nil {
		return &models.Error{Kind: models.KindNotConfigured, Err: err,
			Message: "cannot listen on http.addr " + cfg.HTTP.Addr + ": stop what listens there, or choose another address"}
	}
	web := &handlers.Web{
		Config: cfg, Identity: people, Files: kept, Hub: sockets, Assets: assets, Views: pages, Version: version(),
		Ready: func(asked context.Context) error { return errors.Join(db.Ping(asked), ctx.Err()) }, // not while stopping
		Chat:  chat.New(db, sockets, now, handlers.ChatSettings(cfg)),
	}
	if demo {
		if web.Demo, err = prepareDemo(ctx, people, listener.Addr()); err != nil {
			return err
		}
	}
	return run(ctx, cfg, web, listener, func() { announce(out, listener.Addr(), web.Demo) })
}

// run serves until ctx ends, then ends sockets, requests and queues, in this order. The database
// stays open: what was accepted is still written. When ctx ends because the disk has failed, the
// error says so: a supervisor starts the process anew.
func run(ctx context.Context, cfg config.Config, web *handlers.Web, listener net.Listener, ready func()) error {
	sweeping, endSweep := context.WithCancel(context.Background())
	defer endSweep()
	if err := web.Chat.Run(sweeping); err != nil {
		return err
	}
	go web.KeepRights(sweeping)
	var sweeper sync.WaitGroup
	sweeper.Go(func() { web.Files.Run(sweeping) })
	app := web.App()
	failed := make(chan error, 1)
	go func() { failed <- app.Listener(listener) }()
	ready()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	slog.Info("stopping", "sockets", web.Hub.Len())
	stopping, cancel := context.WithTimeout(context.Background(), cfg.Shutdown.Drain)
	defer cancel()
	err := errors.Join(
		web.Chat.PlanReturn(stopping, web.Spread()),
		web.Hub.Shutdown(stopping, web.Bye()),
		app.ShutdownWithContext(stopping),
	)
	endSweep()
	sweeper.Wait()
	web.Chat.Stop()
	if errors.Is(context.Cause(ctx), store.ErrDisk) {
		return store.ErrDisk // the rest follows from it
	}
	return err
}

func fileSettings(cfg config.Uploads) uploads.Settings {
	return uploads.Settings{
		URL: cfg.URL, Max: int64(cfg.MaxBytes),
		Quota: store.Quota{Visitor: int64(cfg.VisitorQuota), Site: int64(cfg.SiteQuota)},
	}
}

func migrate(ctx context.Context, cfg config.Config) error {
	db, err := openStore(ctx, cfg, nil, nil)
	if err != nil {
		return err
	}
	return db.Close()
}

func openStore(ctx context.Context, cfg config.Config, doubt func(), failed func(error)) (*store.Store, error) {
	return store.Open(ctx, store.Options{
		Driver: cfg.Database.Driver, DSN: cfg.Database.DSN, Readers: cfg.Database.Readers, Now: now, Doubt: doubt, Failed: failed,
	})
}

var started = time.Now()

// now is the one clock. It goes on steadily from when the process started: somebody who sets the
// machine's clock puts off no deadline and lets nobody overtake.
func now() time.Time { return started.Add(time.Since(started)) }

func logger(cfg config.Log, out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.Level}
	if cfg.Format == config.JSON {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// version is what the build knows of itself.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
