package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// template is a database with the demo's account in it and everybody signed in, so that no fault has
// to make one.
type template struct {
	database []byte
	cookies  map[string]string // by the first part of an agent's address
}

const (
	password = "foyer-demo"
	siteKey  = "demo"
)

// who works in the demo; each may have four conversations.
var staff = []string{"owner", "anna", "ben", "chloe"}

func (c *chaos) makeTemplate(ctx context.Context) (template, error) {
	t := template{cookies: map[string]string{}}
	s, err := c.newServer(filepath.Join(c.folder, "template"))
	if err != nil {
		return t, err
	}
	s.demo = true
	defer s.kill()
	if _, err := s.start(ctx); err != nil {
		return t, err
	}
	for _, name := range staff {
		if t.cookies[name], err = s.signIn(ctx, name); err != nil {
			return t, err
		}
	}
	if err := s.stop(); err != nil {
		return t, err
	}
	t.database, err = os.ReadFile(s.database())
	return t, err
}

// signIn returns the cookie of a new session.
func (s *server) signIn(ctx context.Context, name string) (string, error) {
	body, err := json.Marshal(map[string]string{"email": name + "@demo.test", "password": password})
	if err != nil {
		return "", err
	}
	res, err := s.do(ctx, http.MethodPost, "/api/v1/session", "", body)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("signing in as %s: %s", name, res.Status)
	}
	cookie, _, _ := strings.Cut(res.Header.Get("Set-Cookie"), ";")
	return cookie, nil
}
