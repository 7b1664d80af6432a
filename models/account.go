package models

// Account is a tenant: a company with its own sites, agents, departments and reports.
type Account struct {
	ID        int64
	PublicID  string
	Name      string
	CreatedAt Instant `gorm:"autoCreateTime:false"`

	ReturnToLast bool          // a visitor who comes back gets the agent they last had, if that one is free
	AutoAway     int           // seconds without a sign of an agent after which they count as away; 0 is never
	Rules        []RoutingRule `gorm:"column:routing_rules;serializer:json"` // the first that fits counts
}

// What AutoAway may be, seconds. Consoles tell at most once a minute that somebody is at the desk.
const (
	DefaultAutoAway = 30 * 60
	MinAutoAway     = 2 * 60
)

// Site is one website of an account, known to the widget by its key.
type Site struct {
	ID            int64
	AccountID     int64
	PublicID      string
	Key           string `gorm:"column:site_key"`
	Name          string
	Origins       []string `gorm:"serializer:json"` // where the widget may stand, as scheme://host[:port]
	Enabled       bool
	TypingPreview bool    // agents may see what a visitor has not sent yet
	CreatedAt     Instant `gorm:"autoCreateTime:false"`
}
