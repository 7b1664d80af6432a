package handlers

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/app/config"
)

func TestSigningIn(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	tests := map[string]struct {
		body   any
		status int
		says   string
	}{
		"right":                  {map[string]any{"email": "Anna@Tea.test ", "password": testPassword}, 200, `"name":"anna"`},
		"wrong password":         {map[string]any{"email": "anna@tea.test", "password": "wrong"}, 401, "the e-mail address or the password is wrong"},
		"unknown address":        {map[string]any{"email": "nobody@tea.test", "password": testPassword}, 401, "the e-mail address or the password is wrong"},
		"no address":             {map[string]any{"email": "", "password": testPassword}, 401, "the e-mail address or the password is wrong"},
		"object for a string":    {map[string]any{"email": map[string]any{"$ne": ""}, "password": testPassword}, 400, "body.email"},
		"password left out":      {map[string]any{"email": "anna@tea.test"}, 400, "password"},
		"password of a megabyte": {map[string]any{"email": "anna@tea.test", "password": strings.Repeat("x", 900_000)}, 400, "body.password"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			res, text := s.anonymous().send(http.MethodPost, "/api/v1/session", test.body)
			if res.StatusCode != test.status || !strings.Contains(text, test.says) {
				t.Errorf("%d %s", res.StatusCode, text)
			}
			if test.status != 200 && res.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("content type %q", res.Header.Get("Content-Type"))
			}
			if got := res.Header.Get("Set-Cookie") != ""; got != (test.status == 200) {
				t.Errorf("cookie: %v", got)
			}
		})
	}
}

func TestSessionCookie(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	sent := func(s *server) string {
		res, _ := s.anonymous().send(http.MethodPost, "/api/v1/session", map[string]string{"email": "anna@tea.test", "password": testPassword})
		return res.Header.Get("Set-Cookie")
	}
	if c := sent(s); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") || strings.Contains(c, "Secure") {
		t.Errorf("by http: %s", c)
	}
	s.web.Config.HTTP.PublicURL = "https://chat.tea.test"
	c := s.anonymous()
	c.origin = "https://chat.tea.test"
	res, _ := c.send(http.MethodPost, "/api/v1/session", map[string]string{"email": "anna@tea.test", "password": testPassword})
	if c := res.Header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-") || !strings.Contains(c, "Secure") {
		t.Errorf("by https: %s", c)
	}
}

func TestSigningOutEndsTheSessionAndItsSockets(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	anna, elsewhere := s.signIn("anna@tea.test"), s.signIn("anna@tea.test")
	desk, other := anna.agent(), elsewhere.agent()
	anna.call("DELETE", "/api/v1/session", nil)
	if code := desk.closed(); code != closeSignedOut {
		t.Errorf("closed with %d", code)
	}
	if res, _ := anna.send("GET", "/api/v1/me", nil); res.StatusCode != 401 {
		t.Errorf("the session still opens doors: %s", res.Status)
	}
	other.say(map[string]any{"t": "get", "id": "1", "conv": "x"}) // the other sign-in goes on
	other.await("err", "id", "1")
}

func TestOtherSitesCannotActInSomebodysName(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	anna := s.signIn("anna@tea.test")
	put := func(origin, fetchSite string) int {
		req, err := http.NewRequest(http.MethodPut, s.base+"/api/v1/me/availability", strings.NewReader(`{"status":"away"}`))
		must(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Cookie", anna.cookie)
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		if fetchSite != "" {
			req.Header.Set("Sec-Fetch-Site", fetchSite)
		}
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		_ = res.Body.Close()
		return res.StatusCode
	}
	tests := []struct {
		origin, fetchSite string
		status            int
	}{
		{s.base, "", 200},
		{strings.ToUpper(s.base), "", 200},
		{"", "same-origin", 200},
		{"", "", 403},
		{"", "cross-site", 403},
		{"", "same-site", 403},
		{"null", "", 403},
		{"null", "same-origin", 403},
		{"https://evil.test", "", 403},
		{"https://evil.test", "same-origin", 403},
		{s.base + ".evil.test", "", 403},
		{strings.Replace(s.base, "http", "https", 1), "", 403},
		{"http://127.0.0.1:1", "", 403},
	}
	for _, test := range tests {
		if got := put(test.origin, test.fetchSite); got != test.status {
			t.Errorf("Origin %q, Sec-Fetch-Site %q: %d, want %d", test.origin, test.fetchSite, got, test.status)
		}
	}
	evil := s.anonymous()
	evil.origin = "https://evil.test"
	if res, _ := evil.send("POST", "/api/v1/session", map[string]string{"email": "anna@tea.test", "password": testPassword}); res.StatusCode != 403 {
		t.Errorf("another site signs people in: %s", res.Status)
	}
}

func TestSocketOrigins(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	anna := s.signIn("anna@tea.test")
	tests := []struct {
		origin         string
		agent, visitor int
	}{
		{s.base, 101, 101},
		{strings.ToUpper(s.base), 101, 101},
		{"https://www.tea.test", 403, 101},
		{"https://WWW.tea.test", 403, 101},
		{"http://www.tea.test", 403, 403},
		{"https://www.tea.test:8443", 403, 403},
		{"https://www.tea.test.evil.test", 403, 403},
		{"https://tea.test", 403, 403},
		{"https://www.oil.test", 403, 403},
		{"https://xn--www-tea-test.test", 403, 403},
		{"null", 403, 403},
		{"", 403, 403},
	}
	for _, test := range tests {
		for path, want := range map[string]int{"/ws/agent": test.agent, "/ws/visitor?site=tea": test.visitor} {
			h := http.Header{"Cookie": {anna.cookie}}
			if test.origin != "" {
				h.Set("Origin", test.origin)
			}
			_, res, err := s.dial(path, h)
			if res == nil {
				t.Fatal(err)
			}
			if res.StatusCode != want {
				t.Errorf("%s from %q: %d, want %d", path, test.origin, res.StatusCode, want)
			}
		}
	}
	if _, res, _ := s.dial("/ws/visitor?site=nowhere", http.Header{"Origin": {s.base}}); res.StatusCode != 404 {
		t.Errorf("unknown site: %s", res.Status)
	}
}

func TestPublicURLIsTheOnlyOriginOfOurs(t *testing.T) {
	s := startServer(t, func(c *config.Config) { c.HTTP.PublicURL = "https://chat.tea.test" })
	s.tenant("tea", 4, "anna")
	for origin, want := range map[string]int{"https://chat.tea.test": 101, s.base: 403} {
		if _, res, _ := s.dial("/ws/visitor?site=tea", http.Header{"Origin": {origin}}); res.StatusCode != want {
			t.Errorf("%s: %s", origin, res.Status)
		}
	}
}

func TestMoves(t *testing.T) {
	s := startServer(t, nil)
	tea := s.tenant("tea", 1, "anna", "ben")
	anna, ben := s.signIn("anna@tea.test"), s.signIn("ben@tea.test")
	v, _ := s.visitor("tea")
	v.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "one"})
	conv := v.await("ok")["conv"].(string)
	path := "/api/v1/conversations/" + conv

	if got := anna.call("POST", path+"/take", nil); got["state"] != "active" || got["owner"].(map[string]any)["name"] != "anna" {
		t.Errorf("take: %v", got)
	}
	anna.call("POST", path+"/take", nil) // again: no error
	expect := func(c *client, path string, body any, status int, code string) {
		t.Helper()
		res, text := c.send("POST", path, body)
		var p map[string]any
		must(t, json.Unmarshal([]byte(text), &p))
		if res.StatusCode != status || p["code"] != code {
			t.Errorf("%s: %s", path, text)
		}
	}
	expect(ben, path+"/take", nil, 409, "conflict")
	expect(anna, path+"/transfer", map[string]any{"agent": tea.agents["ben"].PublicID}, 409, "not_eligible")
	expect(anna, path+"/transfer", map[string]any{}, 400, "invalid")
	expect(anna, path+"/transfer", map[string]any{"agnet": "x", "owner": "x", "fence": 1}, 400, "invalid")
	w, _ := s.visitor("tea")
	w.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "two"})
	other := w.await("ok")["conv"].(string)
	expect(anna, "/api/v1/conversations/"+other+"/take", nil, 409, "at_capacity")

	desk := ben.agent()
	desk.await("event", "kind", "assigned", "conv", other)
	expect(anna, path+"/transfer", map[string]any{"agent": tea.agents["ben"].PublicID}, 409, "at_capacity")
	ben.call("POST", "/api/v1/conversations/"+other+"/close", map[string]any{"reason": "spam"})
	if e := w.await("event", "kind", "closed"); e["reason"] != "spam" {
		t.Errorf("the visitor hears %v", e)
	}
	if got := anna.call("POST", path+"/transfer", map[string]any{"agent": tea.agents["ben"].PublicID, "note": "your topic"}); got["owner"].(map[string]any)["name"] != "ben" {
		t.Errorf("transfer: %v", got)
	}
	v.await("event", "kind", "transferred")
	desk.await("event", "kind", "note")
	expect(anna, path+"/close", nil, 403, "forbidden")
	ben.call("POST", path+"/close", nil)
	expect(ben, path+"/close", nil, 409, "conflict")
	expect(ben, path+"/messages", map[string]any{"cid": "1", "text": "late"}, 409, "closed")
	if got := ben.call("GET", "/api/v1/conversations?state=closed", nil); len(got["items"].([]any)) != 2 {
		t.Errorf("closed: %v", got)
	}
}

func TestBadJSONIsRefused(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	anna := s.signIn("anna@tea.test")
	for name, bad := range map[string]string{
		"no JSON": "{", "wrong type": `{"status":["online"]}`, "unknown value": `{"status":"busy"}`, "null": `{"status":null}`,
		"nothing": ``, "deep": strings.Repeat("[", 100_000), "number": `{"status":1e0}`,
	} {
		req, err := http.NewRequest(http.MethodPut, s.base+"/api/v1/me/availability", strings.NewReader(bad))
		must(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Cookie", anna.cookie)
		req.Header.Set("Origin", s.base)
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		_ = res.Body.Close()
		if res.StatusCode != 400 {
			t.Errorf("%s: %s", name, res.Status)
		}
	}
}

func TestOpenAPIDocumentNamesEveryCall(t *testing.T) {
	s := startServer(t, nil)
	doc := s.anonymous().call("GET", "/api/v1/openapi.json", nil)
	if doc["openapi"] != "3.1.0" {
		t.Errorf("version %v", doc["openapi"])
	}
	calls := map[string]any{}
	for path, methods := range doc["paths"].(map[string]any) {
		for method, call := range methods.(map[string]any) {
			calls[strings.ToUpper(method)+" "+placeholder.ReplaceAllString(path, "{}")] = call
		}
	}
	for _, row := range routeMatrix() {
		route := placeholder.ReplaceAllString(row.route, "{}")
		if strings.Contains(route, " /api/v1/") && !strings.Contains(route, "openapi") && calls[route] == nil {
			t.Errorf("%s is not in the document", row.route)
		}
	}
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	settings := schemas["DepartmentBody"].(map[string]any)["properties"].(map[string]any)
	for name, value := range map[string]any{"silent_s": 120.0, "offer_s": 20.0, "time_zone": "UTC", "mode": "auto", "match_language": false} {
		if got := settings[name].(map[string]any)["default"]; got != value {
			t.Errorf("the default of %s is said to be %v", name, got)
		}
	}
	for name, field := range map[string]any{"hours": settings["hours"], "limit": schemas["MemberCallBody"].(map[string]any)["properties"].(map[string]any)["limit"]} {
		if types, ok := field.(map[string]any)["type"].([]any); !ok || !slices.Contains(types, any("null")) {
			t.Errorf("%s may be null: %v", name, field)
		}
	}
}

func TestUnknownFieldsAreIgnored(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	anna := s.signIn("anna@tea.test")
	got := anna.call("PUT", "/api/v1/me/availability", map[string]any{"status": "away", "role": "owner", "limit": 99, "account_id": 7})
	if got["status"] != "away" || got["role"] != "agent" || got["limit"] != 4.0 {
		t.Errorf("%v", got)
	}
}

func TestABrokenRequestIsNotRepeatedToTheSender(t *testing.T) {
	s := startServer(t, nil)
	conn, err := net.Dial("tcp", s.host)
	must(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte("POST /login HTTP/1.1\r\nHost: x\r\nCookie: foyer_session=secret\r\nTransfer-Encoding: xchunked\r\n\r\n"))
	must(t, err)
	must(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
	answer, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 400") || strings.Contains(string(answer), "secret") {
		t.Errorf("answered %s", answer)
	}
}
