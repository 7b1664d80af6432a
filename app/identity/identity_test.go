package identity

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/models"
)

func TestSignIn(t *testing.T) {
	h := open(t)
	tests := map[string]struct {
		email, password string
		in              bool
	}{
		"right":                        {"anna@example.com", password, true},
		"an address as people type it": {"  Anna@Example.COM ", password, true},
		"a wrong password":             {"anna@example.com", "correct horse battery stapler", false},
		"a password with a space":      {"anna@example.com", password + " ", false},
		"no password":                  {"anna@example.com", "", false},
		"a password that is too long":  {"anna@example.com", strings.Repeat("x", 1<<20), false},
		"an unknown address":           {"ben@example.com", password, false},
		"no address":                   {"", password, false},
		"what is no address":           {"anna", password, false},
		"SQL":                          {"' OR 1=1 --", password, false},
		"a hash":                       {"anna@example.com", h.anna.PasswordHash, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			token, p, err := h.SignIn(t.Context(), test.email, test.password, "Mozilla/5.0")
			if test.in {
				must(t, err)
				if p.Agent.ID != h.anna.ID || p.Session.ExpiresAt.Time() != h.now.Add(ttl) || len(token) < 43 {
					t.Errorf("signed in is %+v with token %q", p, token)
				}
				h.wantSignedIn(token, true)
				return
			}
			if models.KindOf(err) != models.KindUnauthorized || token != "" || p.Agent.ID != 0 {
				t.Errorf("got token %q, %+v, %v", token, p, err)
			}
			if err != nil && err.Error() != "the e-mail address or the password is wrong" {
				t.Errorf("%q tells what was wrong", err)
			}
		})
	}
}

// Hashing takes long: an address that needs none would give away that nobody has it.
func TestAnUnknownAddressTakesAsLongAsAKnownOne(t *testing.T) {
	h := open(t)
	cost := func(hash string) string { return hash[:strings.LastIndex(hash[:strings.LastIndex(hash, "$")], "$")] }
	if cost(h.decoy) != cost(h.anna.PasswordHash) {
		t.Errorf("the decoy is %s, an agent's hash %s", h.decoy, h.anna.PasswordHash)
	}
	h.decoy = "damaged" // which shows only when it is checked
	for _, email := range []string{"ben@example.com", "no address", ""} {
		if _, _, err := h.SignIn(t.Context(), email, password, ""); err == nil || models.KindOf(err) != "" {
			t.Errorf("%q is answered (%v) before a password was checked", email, err)
		}
	}
}

func TestSessionsEndWhenTheirTimeIsOver(t *testing.T) {
	h := open(t)
	token, _ := h.signedIn()
	h.now = h.now.Add(ttl - time.Millisecond)
	h.wantSignedIn(token, true)
	later, _ := h.signedIn()
	must(t, h.store.DeleteExpiredSessions(t.Context()))
	h.wantSignedIn(token, true)
	h.now = h.now.Add(time.Millisecond)
	h.wantSignedIn(token, false)
	h.wantSignedIn(later, true)
	must(t, h.store.DeleteExpiredSessions(t.Context()))
	h.now = h.now.Add(-time.Hour) // what was deleted does not come back
	h.wantSignedIn(token, false)
	h.wantSignedIn(later, true)
}

func TestEachSignInHasATokenOfItsOwnAndEndsAlone(t *testing.T) {
	h := open(t)
	one, p := h.signedIn()
	other, _ := h.signedIn()
	if one == other {
		t.Fatalf("both have the token %s", one)
	}
	must(t, h.SignOut(t.Context(), p))
	h.wantSignedIn(one, false)
	h.wantSignedIn(other, true)
	must(t, h.SignOut(t.Context(), p)) // again: nothing happens
	h.wantSignedIn(other, true)
}

func TestTokensNobodyWasGiven(t *testing.T) {
	h := open(t)
	token, _ := h.signedIn()
	visitor, err := h.NewVisitor(t.Context(), h.shop, &models.Visitor{})
	must(t, err)
	h.wantSignedIn(visitor, false)
	if _, err := h.Visitor(t.Context(), h.shop, token); models.KindOf(err) != models.KindNotFound {
		t.Errorf("an agent's token finds a visitor (%v)", err)
	}
	hash := sha256.Sum256([]byte(token))
	for name, wrong := range map[string]string{
		"none": "", "one of another": newToken(), "a part": token[:42], "one with more": token + "A", "blanks": " " + token,
		"the hash": string(hash[:]), "the hash as text": base64.RawURLEncoding.EncodeToString(hash[:]), "NUL": "\x00",
	} {
		t.Run(name, func(t *testing.T) {
			h.t = t
			h.wantSignedIn(wrong, false)
			if _, err := h.Visitor(t.Context(), h.shop, wrong); models.KindOf(err) != models.KindNotFound {
				t.Errorf("a visitor is found (%v)", err)
			}
		})
	}
}

func TestAVisitorIsKnownOnTheirSiteAlone(t *testing.T) {
	h := open(t)
	other, err := h.store.CreateAccount(t.Context(), "Another")
	must(t, err)
	v := models.Visitor{Name: "Vera"}
	token, err := h.NewVisitor(t.Context(), h.shop, &v)
	must(t, err)
	again, err := h.NewVisitor(t.Context(), h.shop, &models.Visitor{})
	must(t, err)
	if token == again {
		t.Error("two visitors have one token")
	}
	if got, err := h.Visitor(t.Context(), h.shop, token); err != nil || got.ID != v.ID || got.Name != "Vera" {
		t.Errorf("back on their site it is %+v (%v)", got, err)
	}
	for name, site := range map[string]models.Site{
		"another site of the account": h.site(h.anna.AccountID, "blog", true), "another account's": h.site(other.ID, "elsewhere", true),
	} {
		if _, err := h.Visitor(t.Context(), site, token); models.KindOf(err) != models.KindNotFound {
			t.Errorf("%s knows them (%v)", name, err)
		}
	}
}

func TestASiteThatIsOffIsAsUnknownAsOneThatNeverWas(t *testing.T) {
	h := open(t)
	h.site(h.anna.AccountID, "off", false)
	if got, err := h.Site(t.Context(), "shop"); err != nil || got.ID != h.shop.ID {
		t.Errorf("the shop is %+v (%v)", got, err)
	}
	off, offErr := h.Site(t.Context(), "off")
	_, never := h.Site(t.Context(), "never")
	if models.KindOf(offErr) != models.KindNotFound || never == nil || offErr.Error() != never.Error() || off.ID != 0 {
		t.Errorf("one that is off: %v, %+v; one that never was: %v", offErr, off, never)
	}
}

func TestWhatOpensDoorsIsNotInTheDatabase(t *testing.T) {
	h := open(t)
	token, _ := h.signedIn()
	visitor, err := h.NewVisitor(t.Context(), h.shop, &models.Visitor{Name: "Vera"})
	must(t, err)
	h.close()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(h.path), "*"))
	must(t, err)
	var all []byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		all = append(all, data...)
	}
	has := func(what string, secret []byte, want bool) {
		t.Helper()
		if bytes.Contains(all, secret) != want {
			t.Errorf("%s is in %v: %v", what, files, !want)
		}
	}
	for what, secret := range map[string]string{"a session's token": token, "a visitor's token": visitor} {
		raw, err := base64.RawURLEncoding.DecodeString(secret)
		must(t, err)
		if len(raw) != 32 {
			t.Errorf("%s has %d bytes", what, len(raw))
		}
		hash := sha256.Sum256([]byte(secret))
		has(what, []byte(secret), false)
		has(what+", decoded", raw, false)
		has(what+", hashed", hash[:], true) // or this test looks in the wrong place
	}
	has("a password", []byte(password), false)
}
