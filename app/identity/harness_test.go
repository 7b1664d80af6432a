package identity

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"foyer/app/store"
	"foyer/models"
)

const (
	ttl      = 12 * time.Hour
	password = "correct horse battery staple"
)

// hashed is what password comes to; making it takes a while.
var hashed = sync.OnceValues(func() (string, error) { return HashPassword(context.Background(), password) })

// house is a Service on a fresh database with an agent in it, at a time that tests set.
type house struct {
	*Service
	t     *testing.T
	path  string // of the database
	now   time.Time
	anna  models.Agent
	shop  models.Site
	close func()
}

// empty makes a house without anybody.
func empty(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, path: filepath.Join(t.TempDir(), "foyer.db"), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	s, err := store.Open(t.Context(), store.Options{Driver: "sqlite", DSN: h.path, Readers: 2, Now: clock})
	must(t, err)
	h.close = sync.OnceFunc(func() { must(t, s.Close()) })
	t.Cleanup(h.close)
	h.Service, err = New(t.Context(), s, clock, ttl)
	must(t, err)
	return h
}

func open(t *testing.T) *house {
	t.Helper()
	h := empty(t)
	row, err := h.store.CreateAccount(t.Context(), "Kettle & Leaf")
	must(t, err)
	account := h.store.For(row.ID)
	hash, err := hashed()
	must(t, err)
	h.anna = models.Agent{Email: "anna@example.com", Name: "Anna", Role: models.RoleAgent, PasswordHash: hash, Availability: models.Online}
	must(t, account.CreateAgent(t.Context(), &h.anna))
	h.shop = h.site(row.ID, "shop", true)
	return h
}

func (h *house) site(account int64, key string, enabled bool) models.Site {
	h.t.Helper()
	s := models.Site{Key: key, Name: key, Enabled: enabled}
	must(h.t, h.store.For(account).CreateSite(h.t.Context(), &s))
	return s
}

// signedIn signs Anna in.
func (h *house) signedIn() (string, Principal) {
	h.t.Helper()
	token, p, err := h.SignIn(h.t.Context(), "anna@example.com", password, "Mozilla/5.0")
	must(h.t, err)
	return token, p
}

func (h *house) wantSignedIn(token string, want bool) {
	h.t.Helper()
	p, err := h.Authenticate(h.t.Context(), token)
	switch {
	case want && (err != nil || p.Agent.ID != h.anna.ID):
		h.t.Errorf("the token is %+v's (%v), want Anna's", p.Agent, err)
	case !want && models.KindOf(err) != models.KindUnauthorized:
		h.t.Errorf("error is %v, want unauthorized", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
