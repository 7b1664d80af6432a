package config

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxSweep is how long a deadline nobody was woken for may be slept over.
const maxSweep = 10 * time.Second

// validate checks what the types can't: each rule on its own, so that one report names all.
func (l *loader) validate() {
	l.validateHTTP(l.config.HTTP)
	l.validateDatabase(l.config.Database)
	l.validateSocket(l.config.Socket)
	l.validateUploads(l.config.Uploads)

	l.atLeast("queue.agent_grace", l.config.Queue.AgentGrace, 0)
	l.atLeast("queue.visitor_grace", l.config.Queue.VisitorGrace, 0)
	l.atLeast("queue.transfer_back", l.config.Queue.TransferBack, time.Second)
	l.atLeast("queue.ask_again", l.config.Queue.AskAgain, time.Second)
	l.positive("queue.sweep", l.config.Queue.Sweep)
	l.atMost("queue.sweep", l.config.Queue.Sweep, maxSweep)
	l.atLeast("messages.edit_window", l.config.Messages.EditWindow, 0)
	l.atLeast("session.ttl", l.config.Session.TTL, time.Minute)
	l.validateLimits()
	l.atLeast("shutdown.drain", l.config.Shutdown.Drain, 0)
	if f := l.config.Log.Format; f != Text && f != JSON {
		l.bad("log.format", "must be %s or %s, not %q", Text, JSON, f)
	}
}

func (l *loader) validateHTTP(c HTTP) {
	_, port, err := net.SplitHostPort(c.Addr)
	if _, portErr := strconv.ParseUint(port, 10, 16); err != nil || portErr != nil {
		l.bad("http.addr", "must be host:port, such as 127.0.0.1:8080 or :8080, not %q", c.Addr)
	}
	if c.PublicURL != "" && c.PublicURL != origin(c.PublicURL) {
		l.bad("http.public_url", "must be an origin as browsers write it, such as https://chat.example.com "+
			"(http or https, small letters, no path, no usual port), not %q", c.PublicURL)
	}
	for _, proxy := range c.TrustedProxies {
		_, addrErr := netip.ParseAddr(proxy)
		_, prefixErr := netip.ParsePrefix(proxy)
		if addrErr != nil && prefixErr != nil {
			l.bad("http.trusted_proxies", "must be addresses or networks, such as 10.0.0.7 or 10.0.0.0/8, not %q", proxy)
		}
	}
}

// validateLimits wants every limit to let something through: what stops everybody is a mistake.
func (l *loader) validateLimits() {
	for _, s := range l.config.settings() {
		if n, isInt := s.value.(*int); isInt && strings.HasPrefix(s.key, "limits.") && *n < 1 {
			l.bad(s.key, "must be at least 1, not %d", *n)
		}
	}
}

// origin returns what a browser would send as Origin from a page at address, or "" if none can be there.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return ""
		}
	}
	if strings.ContainsFunc(u.Host, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "" // browsers send punycode
	}
	usual := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	return u.Scheme + "://" + strings.ToLower(strings.TrimSuffix(u.Host, usual))
}

func (l *loader) validateDatabase(c Database) {
	if c.Driver != SQLite && c.Driver != Postgres {
		l.bad("database.driver", "must be %s or %s, not %q", SQLite, Postgres, c.Driver)
	}
	if strings.TrimSpace(c.DSN) == "" {
		l.bad("database.dsn", "must name the database: a file for sqlite, a connection string for postgres")
	}
	if c.Readers < 1 || c.Readers > 256 {
		l.bad("database.readers", "must be between 1 and 256, not %d", c.Readers)
	}
}

func (l *loader) validateSocket(c Socket) {
	l.positive("socket.agent_ping", c.AgentPing)
	l.positive("socket.visitor_ping", c.VisitorPing)
	l.positive("socket.hello", c.Hello)
	l.positive("socket.write", c.Write)
	if c.AgentDead <= c.AgentPing {
		l.bad("socket.agent_dead", "must be longer than socket.agent_ping (%s), not %s", c.AgentPing, c.AgentDead)
	}
	if c.VisitorDead <= c.VisitorPing {
		l.bad("socket.visitor_dead", "must be longer than socket.visitor_ping (%s), not %s", c.VisitorPing, c.VisitorDead)
	}
	l.bytes("socket.max_frame_agent", c.MaxFrameAgent)
	l.bytes("socket.max_frame_visitor", c.MaxFrameVisitor)
	if c.QueueFrames < 1 {
		l.bad("socket.queue_frames", "must be at least 1, not %d", c.QueueFrames)
	}
	l.bytes("socket.queue_bytes", c.QueueBytes)
	if largest := max(c.MaxFrameAgent, c.MaxFrameVisitor); c.QueueBytes < largest {
		l.bad("socket.queue_bytes", "must hold the largest frame a client may send (%d bytes), not %d", largest, c.QueueBytes)
	}
}

func (l *loader) validateUploads(c Uploads) {
	scheme, _, address := strings.Cut(c.URL, "://")
	if strings.TrimSpace(c.URL) == "" || address && scheme != "s3" {
		l.bad("uploads.url", "must be a folder, or a bucket such as s3://my-files?region=eu-central-1, not %q", c.URL)
	}
	l.bytes("uploads.max_bytes", c.MaxBytes)
	for key, quota := range map[string]int{"uploads.visitor_quota": c.VisitorQuota, "uploads.site_quota": c.SiteQuota} {
		if quota < c.MaxBytes {
			l.bad(key, "must have room for the largest file (uploads.max_bytes, %d), not %d", c.MaxBytes, quota)
		}
	}
}

func (l *loader) positive(key string, d time.Duration) {
	if d <= 0 {
		l.bad(key, "must be longer than 0s, not %s", d)
	}
}

func (l *loader) atLeast(key string, d, least time.Duration) {
	if d < least {
		l.bad(key, "must be %s or longer, not %s", least, d)
	}
}

func (l *loader) atMost(key string, d, most time.Duration) {
	if d > most {
		l.bad(key, "must be %s or shorter, not %s", most, d)
	}
}

func (l *loader) bytes(key string, n int) {
	if n <= 0 {
		l.bad(key, "must be a number of bytes above 0, not %d", n)
	}
}
