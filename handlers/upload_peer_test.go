package handlers

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"foyer/app/config"
)

// sender uploads files as an agent, by the cookie, or as a visitor, by the token.
type sender struct {
	*client
	token string
}

func (s *server) holder(token string) sender { return sender{s.anonymous(), token} }

// form is the body of an upload.
func form(t *testing.T, conv, name, claimed string, content []byte) (body *bytes.Buffer, contentType string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	must(t, w.WriteField("conv", conv))
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`}, "Content-Type": {claimed},
	})
	must(t, err)
	_, err = part.Write(content)
	must(t, err)
	must(t, w.Close())
	return body, w.FormDataContentType()
}

// try uploads a file and returns whatever is answered.
func (c sender) try(conv, name, claimed string, content []byte) (*http.Response, map[string]any) {
	c.s.t.Helper()
	body, contentType := form(c.s.t, conv, name, claimed, content)
	req, err := http.NewRequest(http.MethodPost, c.s.base+uploadsPath, body)
	must(c.s.t, err)
	req.Header.Set("Content-Type", contentType)
	res, text := c.do(c.sign(req))
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		c.s.t.Fatalf("upload of %q: %s %q", name, res.Status, text)
	}
	return res, out
}

// sign says in a request who it comes from.
func (c sender) sign(req *http.Request) *http.Request {
	req.Header.Set("Origin", c.origin)
	if c.cookie != "" {
		req.Header.Set("Cookie", c.cookie)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req
}

// upload uploads a file that must be taken.
func (c sender) upload(conv, name string, content []byte) map[string]any {
	c.s.t.Helper()
	res, out := c.try(conv, name, "application/octet-stream", content)
	if res.StatusCode != http.StatusCreated {
		c.s.t.Fatalf("upload of %q: %s %v", name, res.Status, out)
	}
	return out
}

// fetch asks for a file.
func (c sender) fetch(path string) (*http.Response, string) {
	c.s.t.Helper()
	req, err := http.NewRequest(http.MethodGet, c.s.base+path, nil)
	must(c.s.t, err)
	return c.do(c.sign(req))
}

// link asks for a link to a file, which must be given.
func (c sender) link(id string) string {
	c.s.t.Helper()
	req, err := http.NewRequest(http.MethodPost, c.s.base+"/api/v1/files/"+id+"/link", nil)
	must(c.s.t, err)
	res, text := c.do(c.sign(req))
	var out struct{ URL string }
	if err := json.Unmarshal([]byte(text), &out); err != nil || res.StatusCode != http.StatusOK {
		c.s.t.Fatalf("link: %s %s", res.Status, text)
	}
	return out.URL
}

// talk is a conversation of a visitor with anna.
type talk struct {
	*server
	conv          string
	visitor, desk *peer
	guest         sender // the visitor
	anna          sender
}

func startTalk(t *testing.T) talk {
	t.Helper()
	s := startServer(t, func(c *config.Config) { liftLimits(&c.Limits) })
	s.tenant("tea", 4, "anna", "ben")
	anna := s.signIn("anna@tea.test")
	desk := anna.agent()
	visitor, token := s.visitor("tea")
	visitor.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "hello"})
	conv := visitor.await("event", "kind", "assigned")["conv"].(string)
	desk.await("event", "kind", "message")
	return talk{s, conv, visitor, desk, s.holder(token), sender{client: anna}}
}

// send makes an upload of the visitor's a line, and returns its event as anna hears it.
func (k talk) send(file map[string]any) map[string]any {
	k.t.Helper()
	cid := "f" + file["id"].(string)
	k.visitor.say(map[string]any{"t": "send", "conv": k.conv, "cid": cid, "file": file["id"]})
	k.visitor.await("ack", "cid", cid)
	return k.desk.await("event", "cid", cid)
}

// header returns one header of an answer, all its lines.
func header(res *http.Response, name string) string {
	return strings.Join(res.Header.Values(name), "|")
}
