// Package config turns config.yaml and the FOYER_* environment variables into a Config. It holds
// every setting, its default and the rules of what is allowed, and nothing that acts on them.
// A setting belongs here only once somebody reads it.
package config

import (
	"log/slog"
	"time"
)

// Config is every setting of a Foyer server. What each means stands in config.yaml.
type Config struct {
	HTTP     HTTP
	Database Database
	Socket   Socket
	Queue    Queue
	Messages Messages
	Session  Session
	Limits   Limits
	Uploads  Uploads
	Shutdown Shutdown
	Log      Log
}

// HTTP says where the server listens and how it is known outside.
type HTTP struct {
	Addr           string
	PublicURL      string // our own origin; empty means: as the request has it
	TrustedProxies []string
}

// The databases Foyer can keep its data in.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Database says where the data is.
type Database struct {
	Driver  string // SQLite or Postgres
	DSN     string
	Readers int
}

// Socket holds the limits of a WebSocket, of both sorts.
type Socket struct {
	AgentPing       time.Duration
	AgentDead       time.Duration
	VisitorPing     time.Duration
	VisitorDead     time.Duration
	Hello           time.Duration
	Write           time.Duration
	MaxFrameAgent   int // bytes
	MaxFrameVisitor int // bytes
	QueueFrames     int
	QueueBytes      int
}

// Queue holds the times by which conversations move.
type Queue struct {
	AgentGrace   time.Duration
	VisitorGrace time.Duration
	TransferBack time.Duration
	AskAgain     time.Duration
	Sweep        time.Duration
}

// Messages holds what may become of what was said.
type Messages struct {
	EditWindow time.Duration
}

// Session holds how long people stay signed in.
type Session struct {
	TTL time.Duration
}

// Limits holds how much somebody may do before they are asked to wait. Rates are in the long run, per
// second unless said otherwise; bursts are what may come at once.
type Limits struct {
	VisitorRate, VisitorBurst int // weighed frames
	AddressRate, AddressBurst int // weighed frames and calls, of all behind one address
	SiteRate, SiteBurst       int // weighed frames of all visitors
	AgentRate, AgentBurst     int // frames and calls
	ConnectRate, ConnectBurst int // attempts to open a socket, per address
	SignInAccount             int // wrong passwords an hour
	SignInAddress             int // wrong passwords an hour
	VisitorSockets            int
	AgentSockets              int
	AddressSockets            int
	SiteSockets               int
	Sockets                   int // of the whole server
}

// Uploads says where files that people send are kept, and how many bytes they may have.
type Uploads struct {
	URL          string // a folder, or an s3:// address
	MaxBytes     int    // of one file
	VisitorQuota int    // of one visitor in 24 hours
	SiteQuota    int    // of all visitors of a site in 24 hours
}

// Shutdown holds how long a planned stop may take.
type Shutdown struct {
	Drain time.Duration
}

// The ways a log line can be written.
const (
	Text = "text"
	JSON = "json"
)

// Log says what is logged and how.
type Log struct {
	Level  slog.Level
	Format string // Text or JSON
}

// Default returns the settings of a server that was told nothing. config.yaml says the same.
func Default() Config {
	return Config{
		HTTP:     HTTP{Addr: "127.0.0.1:8080"},
		Database: Database{Driver: SQLite, DSN: "data/foyer.db", Readers: 4},
		Socket: Socket{
			AgentPing:       10 * time.Second,
			AgentDead:       18 * time.Second,
			VisitorPing:     20 * time.Second,
			VisitorDead:     35 * time.Second,
			Hello:           5 * time.Second,
			Write:           5 * time.Second,
			MaxFrameAgent:   64 << 10,
			MaxFrameVisitor: 16 << 10,
			QueueFrames:     256,
			QueueBytes:      1 << 20,
		},
		Queue:    Queue{AgentGrace: 12 * time.Second, VisitorGrace: time.Minute, TransferBack: time.Minute, AskAgain: time.Minute, Sweep: time.Second},
		Messages: Messages{EditWindow: 15 * time.Minute},
		Session:  Session{TTL: 30 * 24 * time.Hour},
		Limits: Limits{
			VisitorRate: 10, VisitorBurst: 200,
			AddressRate: 200, AddressBurst: 4000,
			SiteRate: 2000, SiteBurst: 20_000,
			AgentRate: 200, AgentBurst: 2000,
			ConnectRate: 20, ConnectBurst: 1000,
			SignInAccount:  100,
			SignInAddress:  300,
			VisitorSockets: 10,
			AgentSockets:   20,
			AddressSockets: 1000,
			SiteSockets:    20_000,
			Sockets:        50_000,
		},
		Uploads: Uploads{
			URL: "data/uploads", MaxBytes: 10 << 20, VisitorQuota: 100 << 20, SiteQuota: 2 << 30,
		},
		Shutdown: Shutdown{Drain: 10 * time.Second},
		Log:      Log{Level: slog.LevelInfo, Format: Text},
	}
}

// setting ties a key of config.yaml to its place in a Config.
type setting struct {
	key   string
	value any // *string, *int, *time.Duration, *[]string or *slog.Level
}

// settings lists every key there is, in the order of config.yaml.
func (c *Config) settings() []setting {
	return []setting{
		{"http.addr", &c.HTTP.Addr},
		{"http.public_url", &c.HTTP.PublicURL},
		{"http.trusted_proxies", &c.HTTP.TrustedProxies},
		{"database.driver", &c.Database.Driver},
		{"database.dsn", &c.Database.DSN},
		{"database.readers", &c.Database.Readers},
		{"socket.agent_ping", &c.Socket.AgentPing},
		{"socket.agent_dead", &c.Socket.AgentDead},
		{"socket.visitor_ping", &c.Socket.VisitorPing},
		{"socket.visitor_dead", &c.Socket.VisitorDead},
		{"socket.hello", &c.Socket.Hello},
		{"socket.write", &c.Socket.Write},
		{"socket.max_frame_agent", &c.Socket.MaxFrameAgent},
		{"socket.max_frame_visitor", &c.Socket.MaxFrameVisitor},
		{"socket.queue_frames", &c.Socket.QueueFrames},
		{"socket.queue_bytes", &c.Socket.QueueBytes},
		{"queue.agent_grace", &c.Queue.AgentGrace},
		{"queue.visitor_grace", &c.Queue.VisitorGrace},
		{"queue.transfer_back", &c.Queue.TransferBack},
		{"queue.ask_again", &c.Queue.AskAgain},
		{"queue.sweep", &c.Queue.Sweep},
		{"messages.edit_window", &c.Messages.EditWindow},
		{"session.ttl", &c.Session.TTL},
		{"limits.visitor_rate", &c.Limits.VisitorRate},
		{"limits.visitor_burst", &c.Limits.VisitorBurst},
		{"limits.address_rate", &c.Limits.AddressRate},
		{"limits.address_burst", &c.Limits.AddressBurst},
		{"limits.site_rate", &c.Limits.SiteRate},
		{"limits.site_burst", &c.Limits.SiteBurst},
		{"limits.agent_rate", &c.Limits.AgentRate},
		{"limits.agent_burst", &c.Limits.AgentBurst},
		{"limits.connect_rate", &c.Limits.ConnectRate},
		{"limits.connect_burst", &c.Limits.ConnectBurst},
		{"limits.sign_in_account", &c.Limits.SignInAccount},
		{"limits.sign_in_address", &c.Limits.SignInAddress},
		{"limits.visitor_sockets", &c.Limits.VisitorSockets},
		{"limits.agent_sockets", &c.Limits.AgentSockets},
		{"limits.address_sockets", &c.Limits.AddressSockets},
		{"limits.site_sockets", &c.Limits.SiteSockets},
		{"limits.sockets", &c.Limits.Sockets},
		{"uploads.url", &c.Uploads.URL},
		{"uploads.max_bytes", &c.Uploads.MaxBytes},
		{"uploads.visitor_quota", &c.Uploads.VisitorQuota},
		{"uploads.site_quota", &c.Uploads.SiteQuota},
		{"shutdown.drain", &c.Shutdown.Drain},
		{"log.level", &c.Log.Level},
		{"log.format", &c.Log.Format},
	}
}
