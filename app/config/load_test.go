package config

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatIsWrongIsNamed(t *testing.T) {
	tests := map[string]struct {
		file string
		env  string
		want string // within the only line
	}{
		"unknown section":           {file: "htp: {addr: x}", want: `htp.addr (FILE): no such setting; the sections are database, http, limits, log`},
		"unknown key":               {file: "http: {adr: x}", want: `http.adr (FILE): no such setting; http has addr, public_url`},
		"key with keys":             {file: "http: {addr: {x: y}}", want: `http.addr.x (FILE): no such setting`},
		"section with a value":      {file: "http: 8080", want: `http (FILE): no such setting; http has addr`},
		"key twice":                 {file: "http: {addr: ':1', addr: ':2'}", want: `settings file FILE: `},
		"not YAML":                  {file: "http: [", want: `settings file FILE: `},
		"a list of settings":        {file: "- http", want: `settings file FILE: `},
		"unknown variable":          {env: "FOYER_HTTP_ADR=x", want: `FOYER_HTTP_ADR (environment): no such setting; there are FOYER_HTTP_ADDR, `},
		"unknown variable, section": {env: "FOYER_PORT=1", want: `FOYER_PORT (environment): no such setting; config.yaml lists`},
		"number for a text":         {file: "http: {addr: 8080}", want: `http.addr (FILE): must be a text (in quotes if it looks like a number), not 8080`},
		"nothing for a text":        {file: "http: {addr: }", want: `http.addr (FILE): must be a text`},
		"text for a number":         {file: "database: {readers: many}", want: `database.readers (FILE): must be a whole number, not "many"`},
		"fraction":                  {env: "FOYER_SOCKET_QUEUE_FRAMES=2.5", want: `socket.queue_frames (FOYER_SOCKET_QUEUE_FRAMES): must be a whole number`},
		"time without unit":         {file: "socket: {hello: 5}", want: `socket.hello (FILE): must be a time with its unit, such as 90s, 12m or 720h, not 5`},
		"text for a list":           {file: "http: {trusted_proxies: 5}", want: `http.trusted_proxies (FILE): must be a list`},
		"list of numbers":           {file: "http: {trusted_proxies: [5]}", want: `http.trusted_proxies (FILE): must be a list`},
		"level":                     {env: "FOYER_LOG_LEVEL=loud", want: `log.level (FOYER_LOG_LEVEL): must be debug, info, warn or error, not "loud"`},

		"address without port":       {env: "FOYER_HTTP_ADDR=localhost", want: `http.addr (FOYER_HTTP_ADDR): must be host:port, such as`},
		"address with a big port":    {env: "FOYER_HTTP_ADDR=:70000", want: `http.addr`},
		"origin with a path":         {env: "FOYER_HTTP_PUBLIC_URL=https://a.example/chat", want: `http.public_url (FOYER_HTTP_PUBLIC_URL): must be an origin`},
		"origin with a slash":        {env: "FOYER_HTTP_PUBLIC_URL=https://a.example/", want: `http.public_url`},
		"origin with the usual port": {env: "FOYER_HTTP_PUBLIC_URL=https://a.example:443", want: `http.public_url`},
		"origin of sockets":          {env: "FOYER_HTTP_PUBLIC_URL=wss://a.example", want: `http.public_url`},
		"origin with a user":         {env: "FOYER_HTTP_PUBLIC_URL=https://me@a.example", want: `http.public_url`},
		"origin without scheme":      {env: "FOYER_HTTP_PUBLIC_URL=a.example", want: `http.public_url`},
		"origin not in punycode":     {env: "FOYER_HTTP_PUBLIC_URL=https://bücher.example", want: `http.public_url`},
		"origin with port 0":         {env: "FOYER_HTTP_PUBLIC_URL=https://a.example:0", want: `http.public_url`},
		"proxy by name":              {env: "FOYER_HTTP_TRUSTED_PROXIES=10.0.0.1,proxy", want: `not "proxy"`},
		"other database":             {env: "FOYER_DATABASE_DRIVER=mysql", want: `database.driver (FOYER_DATABASE_DRIVER): must be sqlite or postgres, not "mysql"`},
		"no database":                {env: "FOYER_DATABASE_DSN= ", want: `database.dsn`},
		"no readers":                 {env: "FOYER_DATABASE_READERS=0", want: `database.readers`},
		"agent dead too soon":        {file: "socket: {agent_dead: 10s}", want: `socket.agent_dead (FILE): must be longer than socket.agent_ping (10s), not 10s`},
		"visitor pinged too late":    {file: "socket: {visitor_ping: 40s}", want: `socket.visitor_dead (the default): must be longer than socket.visitor_ping (40s), not 35s`},
		"ping never":                 {file: "socket: {agent_ping: 0s}", want: `socket.agent_ping (FILE): must be longer than 0s, not 0s`},
		"no room for a frame":        {file: "socket: {queue_bytes: 1000}", want: `socket.queue_bytes (FILE): must hold the largest frame a client may send (65536 bytes), not 1000`},
		"frame of nothing":           {file: "socket: {max_frame_agent: -1}", want: `socket.max_frame_agent (FILE): must be a number of bytes above 0, not -1`},
		"no queue":                   {file: "socket: {queue_frames: 0}", want: `socket.queue_frames`},
		"negative grace":             {file: "queue: {agent_grace: -1s}", want: `queue.agent_grace (FILE): must be 0s or longer, not -1s`},
		"no time for a visitor":      {file: "queue: {visitor_grace: -1s}", want: `queue.visitor_grace (FILE): must be 0s or longer, not -1s`},
		"a transfer at once back":    {file: "queue: {transfer_back: 0s}", want: `queue.transfer_back (FILE): must be 1s or longer, not 0s`},
		"asked again at once":        {file: "queue: {ask_again: 999ms}", want: `queue.ask_again (FILE): must be 1s or longer, not 999ms`},
		"a sweep now and then":       {file: "queue: {sweep: 10001ms}", want: `queue.sweep (FILE): must be 10s or shorter, not 10.001s`},
		"short session":              {file: "session: {ttl: 1s}", want: `session.ttl (FILE): must be 1m0s or longer, not 1s`},
		"limit of nothing":           {env: "FOYER_LIMITS_VISITOR_RATE=0", want: `limits.visitor_rate (FOYER_LIMITS_VISITOR_RATE): must be at least 1, not 0`},
		"log format":                 {file: "log: {format: xml}", want: `log.format (FILE): must be text or json, not "xml"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := write(t, test.file)
			_, err := Load(path, []string{test.env})
			if err == nil {
				t.Fatal("Load() had nothing to complain of")
			}
			got := strings.ReplaceAll(err.Error(), path, "FILE")
			if !strings.Contains(got, test.want) {
				t.Errorf("Load() says %s\nwant         %s", got, test.want)
			}
			if lines := strings.Count(got, "\n") + 1; lines != 1 && !strings.HasPrefix(test.want, "settings file") {
				t.Errorf("Load() says %d things, want 1:\n%s", lines, got)
			}
		})
	}
}

func TestEverythingWrongIsReportedAtOnce(t *testing.T) {
	path := write(t, "http: {adr: x}\ndatabase: {driver: oracle, readers: many}\nsocket: {agent_ping: 20s}\n")
	_, err := Load(path, []string{"FOYER_NO_SUCH=1", "FOYER_LOG_FORMAT=xml", "FOYER_LOG_LEVEL=loud"})
	if err == nil {
		t.Fatal("Load() had nothing to complain of")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 7 {
		t.Errorf("Load() says %d things, want 7:\n%s", len(lines), err)
	}
	for _, key := range []string{"http.adr", "database.driver", "database.readers", "FOYER_NO_SUCH", "log.format", "log.level", "socket.agent_dead"} {
		if !strings.Contains(err.Error(), key+" (") {
			t.Errorf("Load() does not name %s:\n%s", key, err)
		}
	}
}

func TestANamedFileMustBeThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nowhere.yaml")
	if _, err := Load(path, nil); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Load() = %v, want an error that names %s", err, path)
	}
}

func TestOriginsThatAreAllowed(t *testing.T) {
	for _, url := range []string{"https://chat.example.com", "http://localhost:8080", "https://[::1]:8443", "http://a.example:443"} {
		if _, err := Load(write(t, ""), []string{"FOYER_HTTP_PUBLIC_URL=" + url}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}
