package handlers

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"foyer/app/config"
)

func TestEveryFrameHasItsWeight(t *testing.T) {
	for name := range visitorFrames {
		if _, ok := visitorWeights[name]; !ok {
			t.Errorf("the frame %s of visitors has no weight", name)
		}
	}
	for name := range agentFrames {
		if _, ok := agentWeights[name]; !ok {
			t.Errorf("the frame %s of agents has no weight", name)
		}
	}
}

// Whoever is refused offers the line again; one that found a token meanwhile would be stored before it.
func TestNoLineOvertakesARefusedOne(t *testing.T) {
	now, tokens := time.Now(), 1
	f := flow{take: func(n int, _ time.Time) time.Duration {
		if tokens < n {
			return time.Second
		}
		tokens -= n
		return 0
	}}
	pass := func(cid string, want bool) {
		t.Helper()
		if err := f.pass(1, cid, now); (err == nil) != want {
			t.Errorf("%s: %v", cid, err)
		}
	}
	pass("a", true)
	pass("b", false)
	tokens = 9
	pass("c", false)
	pass("", true) // what is no line
	pass("b", true)
	pass("c", true)
	tokens = 0
	pass("d", false)
	tokens = 9
	now = now.Add(time.Minute) // the client has forgotten it
	pass("e", true)
}

func TestLinesOverTheLimitWaitAndKeepTheirOrder(t *testing.T) {
	s := startServer(t, func(c *config.Config) { c.Limits.VisitorRate, c.Limits.VisitorBurst = 30, 16 })
	s.tenant("tea", 4, "anna")
	s.signIn("anna@tea.test").agent()
	p, _ := s.visitor("tea")
	p.say(map[string]any{"t": "start", "id": "1", "cid": "c0", "text": "0"})
	conv := p.await("event", "kind", "assigned")["conv"].(string)
	var waiting []string
	for i := range 8 {
		waiting = append(waiting, fmt.Sprint("c", i+1))
	}
	refused, wait := 0, time.Duration(0)
	for len(waiting) > 0 { // as a client does: all at once, then again what was refused
		<-time.After(wait) // as it was told
		for _, cid := range waiting {
			p.say(map[string]any{"t": "send", "conv": conv, "cid": cid, "text": cid[1:]})
		}
		var again []string
		for range waiting {
			f, err := p.next()
			for ; err == nil && f["t"] != "ack" && f["t"] != "err"; f, err = p.next() {
				p.seen = append(p.seen, f)
			}
			must(t, err)
			if f["t"] == "err" {
				if ms, _ := f["retry_ms"].(float64); f["code"] != "rate_limited" || ms < 100 {
					t.Fatalf("refused with %v", f)
				}
				if refused++; len(again) == 0 {
					wait = time.Duration(f["retry_ms"].(float64)) * time.Millisecond
				}
				again = append(again, f["cid"].(string))
			}
		}
		waiting = again
	}
	if refused == 0 {
		t.Error("nothing was over the limit")
	}
	all := map[string]any{"t": "get", "id": "all", "conv": conv, "after": 0}
	p.say(all)
	var said []string
	for f, err := p.next(); ; f, err = p.next() {
		must(t, err)
		p.seen = append(p.seen, f)
		if f["t"] == "sync" {
			break
		}
		if ms, refused := f["retry_ms"].(float64); refused { // asking counts as well
			<-time.After(time.Duration(ms) * time.Millisecond)
			p.say(all)
		}
	}
	for _, f := range p.seen {
		if text, ok := f["text"].(string); ok && f["kind"] == "message" && !slices.Contains(said, text) {
			said = append(said, text)
		}
	}
	if got := strings.Join(said, ""); got != "012345678" {
		t.Errorf("said in the order %s", got)
	}
}

func TestWhoDoesNotWaitIsClosed(t *testing.T) {
	s := startServer(t, func(c *config.Config) { c.Limits.VisitorRate, c.Limits.VisitorBurst = 1, 1 })
	s.tenant("tea", 4, "anna")
	flood, _ := s.visitor("tea")
	for range refusalLimit + 5 {
		flood.say(map[string]any{"t": "page", "url": "x"})
	}
	if f := flood.await("bye"); f["code"] != "rate_limited" || f["retry_ms"] == nil {
		t.Errorf("%v", f)
	}
	if code := flood.closed(); code != closeTooFast {
		t.Errorf("closed with %d", code)
	}
	other, _ := s.visitor("tea")
	other.isOpen()
}

func TestConnectionsHaveLimits(t *testing.T) {
	s := startServer(t, func(c *config.Config) {
		c.HTTP.TrustedProxies = []string{"127.0.0.1"}
		c.Limits.VisitorSockets, c.Limits.AgentSockets, c.Limits.AddressSockets = 2, 2, 4
	})
	s.tenant("tea", 4, "anna", "ben")
	from := func(addr string) http.Header { return http.Header{"Origin": {s.base}, "X-Forwarded-For": {addr}} }
	open := func(addr string, hello map[string]any) *peer {
		t.Helper()
		p, _, err := s.dial("/ws/visitor?site=tea", from(addr))
		must(t, err)
		p.say(hello)
		return p
	}
	first := open("2001:db8::1", map[string]any{"t": "hello"})
	token := first.await("welcome")["token"].(string)
	again := map[string]any{"t": "hello", "token": token}
	open("2001:db8::2", again).await("welcome")
	if code := open("2001:db8:0:3::1", again).closed(); code != closeTooMany {
		t.Errorf("the third socket of a visitor was closed with %d", code)
	}
	open("2001:db8:0:1::1", map[string]any{"t": "hello"}).await("welcome")

	last := open("2001:db8::4", map[string]any{"t": "hello"})
	last.await("welcome")
	open("2001:db8::5", map[string]any{"t": "hello"}).await("welcome")
	_, res, err := s.dial("/ws/visitor?site=tea", from("2001:db8::6"))
	if err == nil || res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Fatalf("the fifth socket from a network: %v", res)
	}
	open("2001:db8:0:2::1", map[string]any{"t": "hello"}).await("welcome") // another network
	must(t, last.conn.Close())
	for late := time.Now().Add(testWait); ; {
		if _, _, err = s.dial("/ws/visitor?site=tea", from("2001:db8::6")); err == nil {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("a seat that was left is not free: %v", err)
		}
	}

	anna := s.signIn("anna@tea.test")
	anna.agent()
	anna.agent()
	desk, _, err := s.dial("/ws/agent", http.Header{"Origin": {s.base}, "Cookie": {anna.cookie}})
	must(t, err)
	desk.say(map[string]any{"t": "hello"})
	if code := desk.closed(); code != closeTooMany {
		t.Errorf("the third socket of an agent was closed with %d", code)
	}
	s.signIn("ben@tea.test").agent()
}

// A connection is closed more than once, and may be closed before it is seated.
func TestASeatIsGivenBackOnce(t *testing.T) {
	c := config.Default().Limits
	c.Sockets, c.SiteSockets, c.AddressSockets = 1, 1, 1
	u, from := newUsage(c), netip.MustParsePrefix("192.0.2.1/32")
	sit := func(conn *seatOf) {
		t.Helper()
		if !u.allSockets.Take(struct{}{}) || !u.siteSockets.Take(7) || !u.addressSockets.Take(from) {
			t.Fatal("a seat that was left is not free")
		}
		conn.sit(seat{of: u, address: from, site: 7})
	}
	var first, second, closed seatOf
	sit(&first)
	first.vacate()
	sit(&second)
	first.vacate()
	if u.allSockets.Take(struct{}{}) || u.siteSockets.Take(7) || u.addressSockets.Take(from) {
		t.Error("one connection has given back another's seat")
	}
	second.vacate()
	closed.vacate()
	sit(&closed)
	sit(&first)
}

func TestGuessingPasswordsIsSlow(t *testing.T) {
	s := startServer(t, func(c *config.Config) {
		c.HTTP.TrustedProxies = []string{"127.0.0.1"}
		c.Limits.SignInAccount, c.Limits.SignInAddress = 15, 30 // 3 and 6 at once
	})
	s.tenant("tea", 4, "anna", "ben")
	try := func(addr, who, password string) int {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, s.base+"/api/v1/session",
			strings.NewReader(fmt.Sprintf(`{"email":%q,"password":%q}`, who, password)))
		must(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Forwarded-For", addr)
		res, _ := s.anonymous().do(req)
		if (res.StatusCode == http.StatusTooManyRequests) != (res.Header.Get("Retry-After") != "") {
			t.Errorf("%s with Retry-After %q", res.Status, res.Header.Get("Retry-After"))
		}
		return res.StatusCode
	}
	want := func(what string, got, status int) {
		t.Helper()
		if got != status {
			t.Errorf("%s: %d, want %d", what, got, status)
		}
	}
	for range 4 { // a right one costs nothing
		want("anna", try("192.0.2.1", "anna@tea.test", testPassword), 200)
	}
	for i := range 3 {
		want("guess", try(fmt.Sprint("198.51.100.", i), "Anna@tea.test", "wrong"), 401)
	}
	want("a fourth guess, from elsewhere", try("198.51.100.9", "anna@tea.test", "wrong"), 429)
	want("even a right one", try("198.51.100.9", "anna@tea.test", testPassword), 429)
	want("anna, where she always signs in", try("192.0.2.1", "anna@tea.test", testPassword), 200)
	want("ben", try("198.51.100.9", "ben@tea.test", testPassword), 200)
	for i := range 6 {
		want("spraying", try("203.0.113.1", fmt.Sprint("a", i, "@tea.test"), "wrong"), 401)
	}
	want("spraying on", try("203.0.113.1", "ben@tea.test", testPassword), 429)
	for i := range 7 { // behind the address at which anna always signs in
		try("192.0.2.1", fmt.Sprint("b", i, "@tea.test"), "wrong")
	}
	want("guesses behind the same address", try("192.0.2.1", "ben@tea.test", testPassword), 429)
	want("anna behind it", try("192.0.2.1", "anna@tea.test", testPassword), 200)
	want("ben, from elsewhere", try("203.0.113.2", "ben@tea.test", testPassword), 200)
}

func TestCallsOverTheLimitAreToldToWait(t *testing.T) {
	s := startServer(t, func(c *config.Config) { c.Limits.AgentRate, c.Limits.AgentBurst = 1, 2 })
	s.tenant("tea", 4, "anna", "ben")
	anna, ben := s.signIn("anna@tea.test"), s.signIn("ben@tea.test")
	anna.call("GET", "/api/v1/me", nil)
	anna.call("GET", "/api/v1/me", nil)
	res, text := anna.send("GET", "/api/v1/me", nil)
	if res.StatusCode != 429 || res.Header.Get("Retry-After") != "1" || !strings.Contains(text, `"code":"rate_limited"`) {
		t.Errorf("%s %v %s", res.Status, res.Header, text)
	}
	ben.call("GET", "/api/v1/me", nil)
}

func TestNewVisitorsAndSocketsPerAddress(t *testing.T) {
	s := startServer(t, func(c *config.Config) {
		c.HTTP.TrustedProxies = []string{"127.0.0.1"}
		c.Limits.ConnectRate, c.Limits.ConnectBurst = 1, 7
	})
	s.tenant("tea", 4)
	from := http.Header{"Origin": {s.base}, "X-Forwarded-For": {"192.0.2.1"}}
	come := func() *peer {
		p, _, err := s.dial("/ws/visitor?site=tea", from)
		must(t, err)
		p.say(map[string]any{"t": "hello"})
		return p
	}
	come().await("welcome")
	if code := come().closed(); code != closeTooFast {
		t.Errorf("one new visitor too many: %d", code)
	}
	if _, res, err := s.dial("/ws/visitor?site=tea", from); err == nil || res.StatusCode != 429 {
		t.Errorf("one socket too many: %v", res)
	}
	for range 3 { // this machine's own address stands for nobody
		s.visitor("tea")
	}
}

func TestWhereARequestComesFrom(t *testing.T) {
	tests := map[string]struct {
		remote, want string
		forwarded    []string
	}{
		"directly":                       {"192.0.2.7", "192.0.2.7/32", nil},
		"what anybody may write":         {"192.0.2.7", "192.0.2.7/32", []string{"203.0.113.1"}},
		"by a proxy":                     {"10.0.0.1", "203.0.113.1/32", []string{"203.0.113.1"}},
		"by a proxy, with a lie before":  {"10.0.0.1", "203.0.113.1/32", []string{"198.51.100.1, 203.0.113.1"}},
		"by two proxies":                 {"10.0.0.1", "203.0.113.1/32", []string{"198.51.100.1, 203.0.113.1, 172.16.0.9"}},
		"by two, in two lines":           {"10.0.0.1", "203.0.113.1/32", []string{"198.51.100.1, 203.0.113.1", "172.16.0.9"}},
		"a lie that looks like a proxy":  {"10.0.0.1", "203.0.113.1/32", []string{"10.0.0.2, 203.0.113.1"}},
		"by a proxy that says nothing":   {"10.0.0.1", "10.0.0.1/32", nil},
		"by a proxy that says nonsense":  {"10.0.0.1", "10.0.0.1/32", []string{"198.51.100.1, unknown"}},
		"this machine":                   {"::1", "::1/128", nil},
		"IPv6 is its network":            {"10.0.0.1", "2001:db8:1:2::/64", []string{"2001:db8:1:2:3:4:5:6"}},
		"IPv4 written as IPv6":           {"::ffff:192.0.2.7", "192.0.2.7/32", nil},
		"a proxy written as IPv6, by v4": {"::ffff:10.0.0.1", "203.0.113.1/32", []string{"::ffff:203.0.113.1"}},
		"an address with a zone":         {"10.0.0.1", "fe80::/64", []string{"fe80::1%eth0"}},
	}
	w := &Web{Config: config.Config{HTTP: config.HTTP{TrustedProxies: []string{"10.0.0.0/24", "172.16.0.9"}}}}
	app := fiber.New()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var raw fasthttp.RequestCtx
			var req fasthttp.Request
			for _, line := range test.forwarded {
				req.Header.Add("X-Forwarded-For", line)
			}
			raw.Init(&req, addrOf(test.remote), nil)
			c := app.AcquireCtx(&raw)
			defer app.ReleaseCtx(c)
			if got := w.addressOf(c).String(); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func addrOf(s string) net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(s), 9))
}
