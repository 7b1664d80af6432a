package handlers

import (
	"database/sql"
	"net/http"
	"runtime"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

// outside changes the database as an operator does, past the server.
func (s *server) outside(statement string, args ...any) {
	s.t.Helper()
	res := s.change(statement, args...)
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		s.t.Fatalf("%s changed %d rows, %v", statement, n, err)
	}
}

// change is outside for what changes no rows, or not one.
func (s *server) change(statement string, args ...any) sql.Result {
	s.t.Helper()
	db, err := sql.Open("sqlite3", s.file+"?_busy_timeout=5000")
	must(s.t, err)
	defer db.Close()
	res, err := db.Exec(statement, args...)
	must(s.t, err)
	return res
}

func (r *rights) held() int { return len(r.sessions.all()) + len(r.sites.all()) }

func (p *peer) isOpen() {
	p.t.Helper()
	p.say(map[string]any{"t": "get", "id": "open?", "conv": "x"})
	p.await("err", "id", "open?")
}

func TestRevokedSocketsAreClosed(t *testing.T) {
	tests := map[string]struct {
		change string // of what belongs to anna, tea and its first session
		code   int
	}{
		"the session was ended elsewhere":  {"DELETE FROM sessions WHERE id = 1", closeSignedOut},
		"the session has expired":          {"UPDATE sessions SET expires_at = 1 WHERE id = 1", closeSignedOut},
		"the role was changed":             {"UPDATE agents SET role = 'admin' WHERE email = 'anna@tea.test'", closeSignedOut},
		"the site was switched off":        {"UPDATE sites SET enabled = 0 WHERE site_key = 'tea'", closeSiteOff},
		"the page's origin was withdrawn":  {`UPDATE sites SET origins = '["https://other.test"]' WHERE site_key = 'tea'`, closeSiteOff},
		"the site's last origin withdrawn": {"UPDATE sites SET origins = NULL WHERE site_key = 'tea'", closeSiteOff},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, nil)
			s.tenant("tea", 4, "anna", "ben")
			s.tenant("oil", 4, "eve")
			anna, ben := s.signIn("anna@tea.test").agent(), s.signIn("ben@tea.test").agent()
			page, _, err := s.dial("/ws/visitor?site=tea", http.Header{"Origin": {"https://www.tea.test"}})
			must(t, err)
			page.say(map[string]any{"t": "hello"})
			page.await("sync")
			panel, _ := s.visitor("tea")
			other, _ := s.visitor("oil")

			s.outside(test.change)
			revoked, kept := anna, []*peer{ben, panel, page, other}
			if test.code == closeSiteOff {
				revoked, kept = page, []*peer{anna, ben, panel, other}
			}
			if code := revoked.closed(); code != test.code {
				t.Errorf("closed with %d", code)
			}
			if name == "the site was switched off" {
				if code := panel.closed(); code != test.code {
					t.Errorf("the panel was closed with %d", code)
				}
				kept = []*peer{anna, ben, other}
			}
			for _, p := range kept {
				p.isOpen()
			}
			late := time.Now().Add(testWait)
			for s.web.rights.held() > len(kept) { // the last socket of a right has taken it along
				if runtime.Gosched(); time.Now().After(late) {
					t.Fatalf("%d rights are held, want %d", s.web.rights.held(), len(kept))
				}
			}
		})
	}
}

func TestNewPasswordEndsEveryOtherSession(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna", "ben")
	here, there, ben := s.signIn("anna@tea.test"), s.signIn("anna@tea.test"), s.signIn("ben@tea.test").agent()
	desk, lost := here.agent(), there.agent()
	put := func(current, wanted string) int {
		res, _ := here.send(http.MethodPut, "/api/v1/me/password", map[string]string{"current": current, "new": wanted})
		return res.StatusCode
	}
	if got := put("wrong", "another password"); got != http.StatusForbidden {
		t.Errorf("with a wrong password: %d", got)
	}
	if got := put(testPassword, "short"); got != http.StatusBadRequest {
		t.Errorf("to a short one: %d", got)
	}
	lost.isOpen()
	if got := put(testPassword, "another password"); got != http.StatusNoContent {
		t.Fatalf("changed: %d", got)
	}
	if code := lost.closed(); code != closeSignedOut {
		t.Errorf("closed with %d", code)
	}
	if res, _ := there.send("GET", "/api/v1/me", nil); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("the other session still opens doors: %s", res.Status)
	}
	desk.isOpen()
	ben.isOpen()
	here.call("GET", "/api/v1/me", nil)
	signIn := func(password string) int {
		res, _ := s.anonymous().send(http.MethodPost, "/api/v1/session", map[string]string{"email": "anna@tea.test", "password": password})
		return res.StatusCode
	}
	if before, after := signIn(testPassword), signIn("another password"); before != 401 || after != 200 {
		t.Errorf("signing in: %d with the old password, %d with the new one", before, after)
	}
}
