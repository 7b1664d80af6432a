package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/app/uploads"
)

// sentFile uploads a file to somebody's conversation and sends it.
func (s *server) sentFile(conv, token string) string {
	s.t.Helper()
	id := s.holder(token).upload(conv, "Lapsang.txt", []byte("Lapsang, as ever"))["id"].(string)
	p, _ := s.comeBack("tea", token, conv, 0)
	p.say(map[string]any{"t": "send", "conv": conv, "cid": "f1", "file": id})
	p.await("ack", "cid", "f1")
	return id
}

// Whoever may not see a conversation can neither add a file to it nor fetch one of it, however they ask.
func TestIsolationOfFiles(t *testing.T) {
	s := startServer(t, nil)
	conv, _, token := world(s)
	file := s.sentFile(conv, token)
	unsent := s.holder(token).upload(conv, "Darjeeling.txt", []byte("Darjeeling"))["id"].(string)
	path := "/api/v1/files/" + file
	_, neighbour := s.visitor("tea")
	own, stranger := s.visitor("oil")
	own.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "x"})
	theirs := own.await("ok")["conv"].(string)
	mine := s.holder(stranger).upload(theirs, "x.txt", []byte("x"))["id"].(string)
	eve, ben := sender{client: s.signIn("eve@oil.test")}, sender{client: s.signIn("ben@tea.test")}
	for _, test := range []struct {
		name               string
		who                sender
		upload, get, relay int // to the conversation, the file, a link to it
	}{
		{"nobody", s.holder(""), 401, 401, 401},
		{"a token of nobody's", s.holder("x"), 401, 401, 401},
		{"another visitor of the site", s.holder(neighbour), 404, 404, 404},
		{"a visitor of another tenant", s.holder(stranger), 404, 404, 404},
		{"an agent of another tenant", eve, 404, 404, 401},
		{"a colleague", ben, 409, 200, 401},
	} {
		res, out := test.who.try(conv, "x.txt", "text/plain", []byte("x"))
		if res.StatusCode != test.upload {
			t.Errorf("upload by %s: %s %v", test.name, res.Status, out)
		}
		res, text := test.who.fetch(path)
		if res.StatusCode != test.get {
			t.Errorf("get by %s: %s %s", test.name, res.Status, text)
		}
		if test.get != 200 {
			noSecrets(t, "get by "+test.name, text)
		}
		if test.get == 404 {
			if _, unknown := test.who.fetch("/api/v1/files/01ARZ3NDEKTSV4RRFFQ69G5FAV"); unknown != text {
				t.Errorf("get by %s: %q, unknown %q", test.name, text, unknown)
			}
		}
		req, err := http.NewRequest(http.MethodPost, s.base+path+"/link", nil)
		must(t, err)
		if res, text := test.who.do(test.who.sign(req)); res.StatusCode != test.relay {
			t.Errorf("link by %s: %s %s", test.name, res.Status, text)
		}
		if res, text := test.who.fetch("/api/v1/files/" + unsent); res.StatusCode == 200 {
			t.Errorf("unsent, by %s: %s", test.name, text)
		}
	}
	if res, _ := s.holder(token).fetch("/api/v1/files/" + unsent); res.StatusCode != 404 {
		t.Errorf("unsent, by who uploaded it: %s", res.Status)
	}
	for name, frame := range map[string]map[string]any{
		"somebody else's file":            {"conv": theirs, "file": unsent},
		"in somebody else's conversation": {"conv": conv, "file": mine},
		"a file that was sent":            {"conv": theirs, "file": file},
	} {
		frame["t"], frame["cid"] = "send", name
		own.say(frame)
		if e := own.await("err", "cid", name); e["code"] != "not_found" {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestLinks(t *testing.T) {
	k := startTalk(t)
	id := k.send(k.guest.upload(k.conv, "a.txt", []byte("a")))["file"].(map[string]any)["id"].(string)
	other := k.send(k.guest.upload(k.conv, "b.txt", []byte("b")))["file"].(map[string]any)["id"].(string)
	_, stranger := k.server.visitor("tea")
	good := k.guest.link(id)
	if strings.Contains(good, k.guest.token) {
		t.Errorf("the token is in the link %s", good)
	}
	nobody := k.holder("")
	if res, text := nobody.fetch(good); res.StatusCode != 200 || text != "a" {
		t.Fatalf("followed at once: %s %s", res.Status, text)
	}
	u, err := url.Parse(good)
	must(t, err)
	change := func(key, value string) string {
		q := u.Query()
		q.Set(key, value)
		return u.Path + "?" + q.Encode()
	}
	expires, _ := strconv.ParseInt(u.Query().Get("e"), 10, 64)
	if left := time.Until(time.Unix(expires, 0)); left > uploads.LinkFor || left <= 0 {
		t.Errorf("the link is good for %s", left)
	}
	sign := u.Query().Get("s")
	for name, bad := range map[string]string{
		"another file":           strings.Replace(good, id, other, 1),
		"a later time":           change("e", strconv.FormatInt(expires+1, 10)),
		"no time":                change("e", ""),
		"an earlier time":        change("e", "0"),
		"another visitor":        change("v", k.whoIs(stranger)),
		"no visitor":             change("v", ""),
		"another signature":      change("s", strings.Repeat("A", len(sign))),
		"half a signature":       change("s", sign[:20]),
		"a longer signature":     change("s", sign+"A"),
		"with a line break":      change("s", sign+"\n"),
		"another case":           change("s", strings.ToUpper(sign)),
		"numbers grown together": u.Path + "?e=" + u.Query().Get("e")[1:] + "&v=" + u.Query().Get("v") + u.Query().Get("e")[:1] + "&s=" + url.QueryEscape(sign),
	} {
		if res, text := nobody.fetch(bad); res.StatusCode != 404 {
			t.Errorf("%s: %s %s", name, res.Status, text)
		}
	}
	if res, _ := k.holder(stranger).fetch(u.Path + "?s="); res.StatusCode != 404 {
		t.Errorf("an empty signature: %s", res.Status)
	}
}

// whoIs is the public id of the visitor who holds a token.
func (s *server) whoIs(token string) string {
	s.t.Helper()
	p, welcome := s.comeBack("tea", token, "", 0)
	_ = p.conn.Close()
	return welcome["me"].(map[string]any)["id"].(string)
}
