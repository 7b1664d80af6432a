package identity

import (
	"context"
	"errors"
	"strings"
	"testing"

	"foyer/models"
)

// occupyHashing leaves no room for another hash, and returns a context that does not wait for it.
func occupyHashing(t *testing.T) context.Context {
	t.Helper()
	for range cap(hashing) {
		hashing <- struct{}{}
	}
	t.Cleanup(func() {
		for range cap(hashing) {
			<-hashing
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestPasswordsAreOfSomeLength(t *testing.T) {
	busy := occupyHashing(t) // so that one which is long enough costs nothing
	for name, test := range map[string]struct {
		password string
		fine     bool
	}{
		"nothing":              {"", false},
		"too short":            {"1234567", false},
		"just long enough":     {"12345678", true},
		"characters not bytes": {"密码密码密码密", false},
		"as long as allowed":   {strings.Repeat("密", MaxPassword), true},
		"too long":             {strings.Repeat("x", MaxPassword+1), false},
	} {
		_, err := HashPassword(busy, test.password)
		if test.fine != errors.Is(err, context.Canceled) || test.fine == (models.KindOf(err) == models.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALongGuessIsRefusedWithoutTheWork(t *testing.T) {
	busy := occupyHashing(t)
	hash := "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$a2V5"
	if right, err := checkPassword(busy, hash, strings.Repeat("x", 1<<20)); err != nil || right {
		t.Errorf("right is %v (%v)", right, err)
	}
	if _, err := checkPassword(busy, hash, strings.Repeat("x", MaxPassword)); !errors.Is(err, context.Canceled) {
		t.Errorf("one that could be right is answered without: %v", err)
	}
}

func TestAHashIsSaltedAndKnowsItsPassword(t *testing.T) {
	one, err := hashed()
	must(t, err)
	two, err := HashPassword(t.Context(), password)
	must(t, err)
	if one == two {
		t.Error("two hashes of a password are alike")
	}
	if !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is %s", one)
	}
	for tried, want := range map[string]bool{password: true, password + "!": false} {
		if right, err := checkPassword(t.Context(), two, tried); err != nil || right != want {
			t.Errorf("%q is right: %v (%v)", tried, right, err)
		}
	}
}

func TestADamagedHashLetsNobodyIn(t *testing.T) {
	for _, hash := range []string{
		"", "plain", password, "$argon2id$", "$2b$10$abc", "$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$a2V5",
		"$argon2id$v=19$m=x$c2FsdA$a2V5", "$argon2id$v=19$m=19456,t=2,p=1$!$a2V5", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$!",
	} {
		if right, err := checkPassword(t.Context(), hash, password); err == nil || right {
			t.Errorf("%q: right is %v (%v)", hash, right, err)
		}
	}
}

// A crowd of sign-ins must not take the memory and time of the conversations: as many hashes as fit
// are made at once, the others wait until there is room or until who asked has gone.
func TestHashingIsBounded(t *testing.T) {
	busy := occupyHashing(t)
	if _, err := HashPassword(busy, password); !errors.Is(err, context.Canceled) {
		t.Errorf("a hash was made beside all that may be (%v)", err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := HashPassword(context.WithoutCancel(busy), password)
		done <- err
	}()
	<-hashing // one is finished
	must(t, <-done)
	hashing <- struct{}{}
}
