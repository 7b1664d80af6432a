package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/app/config"
)

// raw sends bytes as they are and returns everything that is answered until the server hangs up.
func (s *server) rawUpload(parts ...string) string {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.host)
	must(s.t, err)
	defer conn.Close()
	for _, part := range parts {
		if _, err := io.WriteString(conn, part); err != nil {
			break // it was answered already
		}
	}
	must(s.t, conn.SetReadDeadline(time.Now().Add(testWait)))
	answer, err := io.ReadAll(conn)
	if err != nil && len(answer) == 0 {
		s.t.Fatalf("no answer: %v", err)
	}
	return string(answer)
}

// head is the head of an upload by a visitor.
func (k talk) head(contentType string, more ...string) string {
	return "POST " + uploadsPath + " HTTP/1.1\r\nHost: " + k.host + "\r\nAuthorization: Bearer " + k.guest.token +
		"\r\nContent-Type: " + contentType + "\r\n" + strings.Join(more, "\r\n") + "\r\n\r\n"
}

func TestUploadsOfEveryShape(t *testing.T) {
	k := startTalk(t)
	whole, contentType := form(t, k.conv, "a.txt", "text/plain", []byte("hello"))
	body := whole.String()
	length := func(n int) string { return fmt.Sprintf("Content-Length: %d", n) }
	var chunked strings.Builder
	for part := range strings.SplitSeq(body, "\r\n") {
		if part += "\r\n"; part != "\r\n" || true {
			fmt.Fprintf(&chunked, "%x\r\n%s\r\n", len(part), part)
		}
	}
	fileFirst, boundary := &bytes.Buffer{}, "x"
	fmt.Fprintf(fileFirst, "--x\r\nContent-Disposition: form-data; name=file; filename=a.txt\r\n\r\nhello\r\n--x\r\nContent-Disposition: form-data; name=conv\r\n\r\n%s\r\n--x--\r\n", k.conv)
	for name, test := range map[string]struct {
		parts  []string
		answer string
	}{
		"whole":                 {[]string{k.head(contentType, length(len(body))), body}, "201"},
		"in two parts":          {[]string{k.head(contentType, length(len(body))), body[:40], body[40:]}, "201"},
		"head and body at once": {[]string{k.head(contentType, length(len(body))) + body}, "201"},
		"chunked":               {[]string{k.head(contentType, "Transfer-Encoding: chunked"), chunked.String() + "0\r\n\r\n"}, "201"},
		"after asking":          {[]string{k.head(contentType, length(len(body)), "Expect: 100-continue"), body}, "201"},
		"the file first":        {[]string{k.head("multipart/form-data; boundary="+boundary, length(fileFirst.Len())), fileFirst.String()}, "201"},
		"no length":             {[]string{k.head(contentType)}, "400"},
		"a length of nothing":   {[]string{k.head(contentType, length(0))}, "400"},
		"cut by its length":     {[]string{k.head(contentType, length(len(body)-20)), body[:len(body)-20]}, "400"},
		"a chunk that is none":  {[]string{k.head(contentType, "Transfer-Encoding: chunked"), "zz\r\nhello\r\n"}, "400"},
		"no form":               {[]string{k.head("text/plain", length(5)), "hello"}, "400"},
		"a form without an end": {[]string{k.head("multipart/form-data; boundary=x", length(5)), "hello"}, "400"},
		"no boundary":           {[]string{k.head("multipart/form-data", length(len(body))), body}, "400"},
		"a length to frighten":  {[]string{k.head(contentType, length(1<<40)), body}, "413"},
		"a length we hand on":   {[]string{k.head(contentType, length(len(body)), uploadLength+": 3"), body}, "201"},
		"endless chunks":        {[]string{k.head(contentType, "Transfer-Encoding: chunked"), endless(k.web.Config.Uploads.MaxBytes, boundaryOf(contentType))}, "413"},
		"the path, spelt anew":  {[]string{strings.Replace(k.head(contentType, length(len(body)), "Connection: close"), uploadsPath, uploadsPath+"/", 1), body}, "404"},
		"the path in capitals":  {[]string{strings.Replace(k.head(contentType, length(len(body)), "Connection: close"), uploadsPath, strings.ToUpper(uploadsPath), 1), body}, "404"},
		"the path with a query": {[]string{strings.Replace(k.head(contentType, length(len(body)), "Connection: close"), uploadsPath, uploadsPath+"?x", 1), body}, "404"},
	} {
		answer := k.rawUpload(test.parts...)
		answer = strings.TrimPrefix(answer, "HTTP/1.1 100 Continue\r\n\r\n")
		if !strings.HasPrefix(answer, "HTTP/1.1 "+test.answer+" ") || strings.Count(answer, "HTTP/1.1 ") != 1 {
			t.Errorf("%s: %.300q", name, answer)
		}
	}
}

// endless is the beginning of a form whose file goes on in chunks.
func endless(enough int, boundary string) string {
	piece := strings.Repeat("x", 64<<10)
	begin := "--" + boundary + "\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n"
	var b strings.Builder
	fmt.Fprintf(&b, "%x\r\n%s\r\n", len(begin), begin)
	for range enough/len(piece) + 8 {
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(piece), piece)
	}
	return b.String()
}

func boundaryOf(contentType string) string {
	_, boundary, _ := strings.Cut(contentType, "boundary=")
	return boundary
}

// A body is never taken for another request, whoever sends it and however the upload ends.
func TestNoRequestHidesInTheBodyOfAnUpload(t *testing.T) {
	k := startTalk(t)
	hidden := "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
	heads := map[string]string{
		"a visitor's":      k.head("text/plain", fmt.Sprintf("Content-Length: %d", len(hidden))),
		"nobody's":         strings.Replace(k.head("text/plain", fmt.Sprintf("Content-Length: %d", len(hidden))), k.guest.token, "x", 1),
		"another site's":   k.head("text/plain", fmt.Sprintf("Content-Length: %d", len(hidden)), "Origin: https://evil.test"),
		"without a length": k.head("text/plain"),
		"chunked":          k.head("text/plain", "Transfer-Encoding: chunked"),
	}
	for name, head := range heads {
		if answer := k.rawUpload(head + hidden + hidden); strings.Contains(answer, "ok\n") || strings.Count(answer, "HTTP/1.1 ") != 1 {
			t.Errorf("%s upload: %q", name, answer)
		}
	}
}

// Who is refused gets the answer although most of the body was never read.
func TestRefusedUploadsAreAnswered(t *testing.T) {
	k := startTalk(t)
	big := bytes.Repeat([]byte("x"), k.web.Config.Uploads.MaxBytes)
	for range 5 {
		if res, out := k.holder("nobody's").try(k.conv, "a", "x", big); res.StatusCode != 401 || out["code"] != "unauthorized" {
			t.Errorf("%s %v", res.Status, out)
		}
		evil := k.holder(k.guest.token)
		evil.origin = "https://evil.test"
		if res, out := evil.try(k.conv, "a", "x", big); res.StatusCode != 403 || out["code"] != "forbidden" || res.Header.Get("X-Content-Type-Options") == "" {
			t.Errorf("%s %v %v", res.Status, out, res.Header)
		}
	}
}

func TestUploadsFromABusyAddressAreAnswered(t *testing.T) {
	s := startServer(t, func(c *config.Config) {
		c.HTTP.TrustedProxies = []string{"127.0.0.1"}
		c.Limits.AddressRate, c.Limits.AddressBurst = 1, 1
	})
	big, contentType := form(t, "c", "a", "x", bytes.Repeat([]byte("x"), s.web.Config.Uploads.MaxBytes))
	slow := 0
	for range 10 {
		req, err := http.NewRequest(http.MethodPost, s.base+uploadsPath, bytes.NewReader(big.Bytes()))
		must(t, err)
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Authorization", "Bearer nobody's")
		req.Header.Set("X-Forwarded-For", "192.0.2.1")
		res, text := s.anonymous().do(req)
		if res.StatusCode == http.StatusTooManyRequests {
			if slow++; res.Header.Get("Retry-After") != "1" || !strings.Contains(text, `"code":"rate_limited"`) {
				t.Errorf("%v %s", res.Header, text)
			}
		}
	}
	if slow == 0 {
		t.Error("nothing was refused")
	}
}

func TestTooManyUploadsAtATime(t *testing.T) {
	k := startTalk(t)
	body, contentType := form(t, k.conv, "a.txt", "text/plain", []byte("hello"))
	var open []net.Conn
	waitFor(t, func() bool { // one more each time, until there are enough
		conn, err := net.Dial("tcp", k.host)
		must(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		open = append(open, conn)
		_, err = io.WriteString(conn, k.head(contentType, fmt.Sprintf("Content-Length: %d", body.Len())))
		must(t, err)
		res, out := k.guest.try(k.conv, "b.txt", "text/plain", []byte("b"))
		return res.StatusCode == 429 && out["code"] == "rate_limited" && res.Header.Get("Retry-After") == "1"
	})
	if res, _ := (sender{client: k.anna.client}).try(k.conv, "c.txt", "text/plain", []byte("c")); res.StatusCode != 201 {
		t.Errorf("somebody else's: %s", res.Status)
	}
	for _, conn := range open { // broken off: their places are free again
		_ = conn.Close()
	}
	waitFor(t, func() bool {
		res, _ := k.guest.try(k.conv, "b.txt", "text/plain", []byte("b"))
		return res.StatusCode == 201
	})
}

// waitFor asks again until something is so.
func waitFor(t *testing.T, so func() bool) {
	t.Helper()
	for until := time.Now().Add(testWait); !so(); {
		if time.Now().After(until) {
			t.Fatal("it never came to that")
		}
	}
}

func TestSlowUploadsAreCut(t *testing.T) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	p := &patientConn{conn: ours, until: time.Now().Add(-time.Second)}
	if _, err := p.Read(make([]byte, 1)); err == nil {
		t.Error("it reads beyond the time of an upload")
	}
}

// A hundred at a time: each comes through, or is told to come again.
func TestManyUploadsAtATime(t *testing.T) {
	k := startTalk(t)
	picture := aPNG(t, 300, 200)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			body, contentType := form(t, k.conv, fmt.Sprintf("%d.png", i), "image/png", picture)
			for {
				req, err := http.NewRequest(http.MethodPost, k.base+uploadsPath, bytes.NewReader(body.Bytes()))
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("Content-Type", contentType)
				req.Header.Set("Authorization", "Bearer "+k.guest.token)
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				var out map[string]any
				err = json.NewDecoder(res.Body).Decode(&out)
				_ = res.Body.Close()
				if err == nil && res.StatusCode == http.StatusTooManyRequests {
					continue
				}
				if err != nil || res.StatusCode != http.StatusCreated {
					t.Errorf("%d: %s %v %v", i, res.Status, out, err)
				}
				return
			}
		})
	}
	all.Wait()
}

func TestNamesInHeaders(t *testing.T) {
	k := startTalk(t)
	for name, want := range map[string]string{
		"invoice 2026.pdf":       `attachment; filename="invoice 2026.pdf"; filename*=UTF-8''invoice%202026.pdf`,
		"怎么.txt":                 `attachment; filename="__.txt"; filename*=UTF-8''%E6%80%8E%E4%B9%88.txt`,
		`a";x=".html`:            `attachment; filename="a_;x=_.html"; filename*=UTF-8''a_%3Bx%3D_.html`,
		"100%.txt":               `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`,
		"../../etc/passwd":       `attachment; filename="passwd"; filename*=UTF-8''passwd`,
		"photo\u202egnp.exe":     `attachment; filename="photognp.exe"; filename*=UTF-8''photognp.exe`,
		"a'b(c).txt":             `attachment; filename="a'b(c).txt"; filename*=UTF-8''a%27b%28c%29.txt`,
		strings.Repeat("x", 9e3): `attachment; filename="` + strings.Repeat("x", 255) + `"; filename*=UTF-8''` + strings.Repeat("x", 255),
	} {
		k.nameInHeader(name, want)
	}
}

func (k talk) nameInHeader(name, want string) {
	k.t.Helper()
	file := k.guest.upload(k.conv, name, []byte("x"))
	k.send(file)
	conn, err := net.Dial("tcp", k.host)
	must(k.t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nConnection: close\r\n\r\n", file["url"], k.host, k.anna.cookie)
	must(k.t, err)
	answer, err := io.ReadAll(conn)
	must(k.t, err)
	if !strings.Contains(string(answer), "\r\nContent-Disposition: "+want+"\r\n") {
		k.t.Errorf("%q: %q", name, answer)
	}
}
