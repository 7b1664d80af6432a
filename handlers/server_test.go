package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/app/chat"
	"foyer/app/config"
	"foyer/app/hub"
	"foyer/app/identity"
	"foyer/app/store"
	"foyer/app/uploads"
	"foyer/models"
	"foyer/static"
	"foyer/views"
)

const testPassword = "a long enough password"

// server is the whole of Foyer but its command line, on a real database and a real port.
type server struct {
	t    *testing.T
	web  *Web
	db   *store.Store
	base string // http://127.0.0.1:port
	host string
	file string // the database

	files string // the folder of what was uploaded
}

// startServer serves until the test ends. change may alter the settings first.
func startServer(t *testing.T, change func(*config.Config)) *server {
	t.Helper()
	cfg := config.Default()
	if change != nil {
		change(&cfg)
	}
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "foyer.db")
	db, err := store.Open(ctx, store.Options{
		Driver: "sqlite", DSN: file, Readers: 4, Now: time.Now,
	})
	must(t, err)
	people, err := identity.New(ctx, db, time.Now, time.Hour)
	must(t, err)
	assets, err := static.Load()
	must(t, err)
	folder := t.TempDir()
	kept, err := uploads.New(ctx, db, time.Now, uploads.Settings{
		URL: folder, Max: int64(cfg.Uploads.MaxBytes),
		Quota: store.Quota{Visitor: int64(cfg.Uploads.VisitorQuota), Site: int64(cfg.Uploads.SiteQuota)},
	})
	must(t, err)
	pages, err := views.New(static.Locales())
	must(t, err)
	sockets := hub.New()
	web := &Web{
		Config: cfg, Identity: people, Files: kept, Hub: sockets, Assets: assets, Views: pages, Ready: db.Ping, Version: "test",
		Chat: chat.New(db, sockets, time.Now, ChatSettings(cfg)),
	}
	sweeping, endSweep := context.WithCancel(ctx)
	must(t, web.Chat.Run(sweeping))
	go web.KeepRights(sweeping)
	listener, err := Listen("127.0.0.1:0")
	must(t, err)
	app := web.App()
	served := make(chan error, 1)
	go func() { served <- app.Listener(listener) }()
	t.Cleanup(func() {
		stopping, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		must(t, sockets.Shutdown(stopping, web.Bye()))
		must(t, app.ShutdownWithContext(stopping))
		must(t, <-served)
		endSweep()
		web.Chat.Stop()
		must(t, db.Close())
	})
	host := listener.Addr().String()
	return &server{t: t, web: web, db: db, base: "http://" + host, host: host, file: file, files: folder}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// tenant is an account with a site, a department and agents.
type tenant struct {
	account models.Account
	site    models.Site
	support models.Department
	agents  map[string]models.Agent
}

// tenant makes an account called name with the given agents, whose addresses are agent@name.test. Who
// is called like a role has it. Everyone may have limit conversations.
func (s *server) tenant(name string, limit int, agents ...string) tenant {
	s.t.Helper()
	ctx := context.Background()
	out := tenant{agents: map[string]models.Agent{}}
	var err error
	out.account, err = s.db.CreateAccount(ctx, name)
	must(s.t, err)
	account := s.db.For(out.account.ID)
	out.support, err = account.CreateDepartment(ctx, models.NewDepartment("Support"))
	must(s.t, err)
	out.site = models.Site{Key: name, Name: name, Origins: []string{"https://www." + name + ".test"}, Enabled: true, TypingPreview: true}
	must(s.t, account.CreateSite(ctx, &out.site))
	hash, err := identity.HashPassword(ctx, testPassword)
	must(s.t, err)
	for _, who := range agents {
		role := models.Role(who)
		if !role.Supervises() {
			role = models.RoleAgent
		}
		a := models.Agent{
			Email: who + "@" + name + ".test", Name: who, Role: role, PasswordHash: hash, ChatLimit: limit, Availability: models.Online,
		}
		must(s.t, account.CreateAgent(ctx, &a, out.support))
		out.agents[who] = a
	}
	return out
}

// client is somebody's browser: it keeps the session cookie and says where it comes from.
type client struct {
	s      *server
	cookie string
	origin string
}

func (s *server) anonymous() *client { return &client{s: s, origin: s.base} }

// signIn signs an agent of a tenant in.
func (s *server) signIn(email string) *client {
	s.t.Helper()
	c := s.anonymous()
	res, _ := c.send(http.MethodPost, "/api/v1/session", map[string]string{"email": email, "password": testPassword})
	if res.StatusCode != http.StatusOK {
		s.t.Fatalf("sign in as %s: %s", email, res.Status)
	}
	c.cookie, _, _ = strings.Cut(res.Header.Get("Set-Cookie"), ";")
	return c
}

// send makes a request and returns the answer with its whole body.
func (c *client) send(method, path string, in any) (*http.Response, string) {
	c.s.t.Helper()
	var payload io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		must(c.s.t, err)
		payload = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, c.s.base+path, payload)
	must(c.s.t, err)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.cookie != "" {
		req.Header.Set("Cookie", c.cookie)
	}
	if c.origin != "" {
		req.Header.Set("Origin", c.origin)
	}
	return c.do(req)
}

// do makes a request, following no redirect.
func (c *client) do(req *http.Request) (*http.Response, string) {
	c.s.t.Helper()
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	must(c.s.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(c.s.t, err)
	return res, string(text)
}

// call makes a request that must succeed and decodes its answer.
func (c *client) call(method, path string, in any) map[string]any {
	c.s.t.Helper()
	res, text := c.send(method, path, in)
	if res.StatusCode/100 != 2 {
		c.s.t.Fatalf("%s %s: %s %s", method, path, res.Status, text)
	}
	var out map[string]any
	if text != "" {
		must(c.s.t, json.Unmarshal([]byte(text), &out))
	}
	return out
}
