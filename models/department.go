package models

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on every machine
	"unicode/utf8"
)

// Department is a group of agents with a queue of its own. Each account has one default
// department for conversations that ask for none.
type Department struct {
	ID        int64
	AccountID int64
	PublicID  string
	Name      string
	IsDefault bool
	CreatedAt Instant `gorm:"autoCreateTime:false"`

	TimeZone string    // of Hours and Holidays, by its IANA name
	Hours    Hours     `gorm:"serializer:json"` // nil is always open
	Holidays []Holiday `gorm:"serializer:json"`

	Strategy   Strategy
	Mode       Mode
	QueueLimit int  // how many may wait; 0 is any number
	MaxWait    int  // seconds somebody may wait before Then happens; 0 is any time
	Then       Then `gorm:"column:fallback"` // what becomes of those who would be too many, or wait too long
	OverflowID int64

	OfferTime     int  // seconds an offer rings
	SilentTime    int  // seconds an agent has for the first reply; 0 is any time
	IdleWarn      int  // seconds without an answer of the visitor before they are warned; 0 is never
	IdleClose     int  // seconds from then until the conversation is closed
	MatchLanguage bool // prefer agents who speak the visitor's language
}

// Strategy is how one of several free agents is chosen.
type Strategy string

// The strategies.
const (
	LeastBusy  Strategy = "least_busy"  // who has the fewest conversations, of those who was idle longest
	RoundRobin Strategy = "round_robin" // whose last assignment was longest ago
	ByTiers    Strategy = "tiers"       // the first tier while one of it is free, and so on; within it as LeastBusy
)

// Mode is how conversations get to agents.
type Mode string

// The modes.
const (
	ModeAuto  Mode = "auto"  // assigned at once
	ModeOffer Mode = "offer" // the agent accepts, in time
	ModePull  Mode = "pull"  // agents pick for themselves
)

// Then is what becomes of those who can't wait any longer in a queue.
type Then string

// What can become of them.
const (
	ThenMessage  Then = "message"  // what they said is kept as a message, to be answered later
	ThenOverflow Then = "overflow" // another department
	ThenWait     Then = "wait"     // they go on waiting
)

// Limits of a department's settings.
const (
	MaxQueueLimit = 10_000
	MaxSeconds    = 24 * 60 * 60
	MinOfferTime  = 5
	MaxOfferTime  = 300
	MaxAgentLimit = 100
	MaxTags       = 20 // skills or languages of a member
	MaxHolidays   = 400
	MaxRules      = 100
	MaxPriority   = 9
)

// NewDepartment is a department with the settings it has until somebody changes them.
func NewDepartment(name string) Department {
	return Department{
		Name: name, TimeZone: "UTC", Strategy: LeastBusy, Mode: ModeAuto, Then: ThenWait,
		OfferTime: 20, SilentTime: 120, IdleWarn: 600, IdleClose: 300,
	}
}

// Check says what is wrong with the settings, if anything.
func (d *Department) Check() error {
	name := strings.TrimSpace(d.Name)
	if n := utf8.RuneCountInString(name); n == 0 || n > MaxName || name != Clip(d.Name, MaxName) {
		return Errorf(KindInvalid, "name must have 1 to %d characters that can be shown", MaxName)
	}
	d.Name = name
	if _, err := Zone(d.TimeZone); err != nil {
		return err
	}
	if err := d.Hours.check(); err != nil {
		return err
	}
	if err := checkHolidays(d.Holidays); err != nil {
		return err
	}
	switch {
	case d.Strategy != LeastBusy && d.Strategy != RoundRobin && d.Strategy != ByTiers:
		return Errorf(KindInvalid, "strategy must be least_busy, round_robin or tiers")
	case d.Mode != ModeAuto && d.Mode != ModeOffer && d.Mode != ModePull:
		return Errorf(KindInvalid, "mode must be auto, offer or pull")
	case d.Then != ThenMessage && d.Then != ThenOverflow && d.Then != ThenWait:
		return Errorf(KindInvalid, "then must be message, overflow or wait")
	case d.Then == ThenOverflow && d.OverflowID == 0:
		return Errorf(KindInvalid, "then is overflow: name the department in overflow")
	case d.OverflowID != 0 && d.OverflowID == d.ID:
		return Errorf(KindInvalid, "overflow must be another department")
	case d.QueueLimit < 0 || d.QueueLimit > MaxQueueLimit:
		return Errorf(KindInvalid, "queue_limit must be 0 (none) to %d", MaxQueueLimit)
	case d.OfferTime < MinOfferTime || d.OfferTime > MaxOfferTime:
		return Errorf(KindInvalid, "offer_s must be %d to %d seconds", MinOfferTime, MaxOfferTime)
	case d.IdleWarn > 0 && d.IdleClose == 0:
		return Errorf(KindInvalid, "idle_close_s must be 1 or more while idle_warn_s is set")
	}
	for name, seconds := range map[string]int{
		"max_wait_s": d.MaxWait, "silent_s": d.SilentTime, "idle_warn_s": d.IdleWarn, "idle_close_s": d.IdleClose,
	} {
		if seconds < 0 || seconds > MaxSeconds {
			return Errorf(KindInvalid, "%s must be 0 to %d seconds", name, MaxSeconds)
		}
	}
	return nil
}

// Open reports whether the department is open at a time.
func (d *Department) Open(at Instant) bool {
	open, _ := d.Turn(at)
	return open
}

// Tier says in which turn an agent is asked.
type Tier string

// The tiers, in their order.
const (
	TierFirst  Tier = "first"
	TierNormal Tier = "normal"
	TierLast   Tier = "last"
)

// Rank is the place of a tier among them.
func (t Tier) Rank() int { return slices.Index([]Tier{TierFirst, TierNormal, TierLast}, t) }

// DepartmentMember says that an agent answers for a department, and how.
type DepartmentMember struct {
	AccountID    int64
	DepartmentID int64 `gorm:"primaryKey;autoIncrement:false"`
	AgentID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Tier         Tier
	ChatLimit    int      // conversations of this department at once; NoLimit leaves it to the agent's own
	Skills       []string `gorm:"serializer:json"`
	Languages    []string `gorm:"serializer:json"` // none is any
}

// NoLimit says that an agent has no limit of their own in a department.
const NoLimit = -1

// NewMember is a member as they are until somebody says otherwise.
func NewMember(departmentID, agentID int64) DepartmentMember {
	return DepartmentMember{DepartmentID: departmentID, AgentID: agentID, Tier: TierNormal, ChatLimit: NoLimit}
}

// Check says what is wrong with a member, if anything, and brings tags into one form.
func (m *DepartmentMember) Check() (err error) {
	if m.Tier.Rank() < 0 {
		return Errorf(KindInvalid, "tier must be first, normal or last")
	}
	if m.ChatLimit != NoLimit {
		if err := CheckLimit(m.ChatLimit); err != nil {
			return err
		}
	}
	if m.Skills, err = tags("skills", m.Skills); err != nil {
		return err
	}
	languages := make([]string, len(m.Languages))
	for i, l := range m.Languages {
		languages[i] = Language(l)
	}
	m.Languages, err = tags("languages", languages)
	return err
}

// CheckLimit says what is wrong with how many conversations somebody may have.
func CheckLimit(n int) error {
	if n < 0 || n > MaxAgentLimit {
		return Errorf(KindInvalid, "limit must be 0 to %d conversations, it is %d", MaxAgentLimit, n)
	}
	return nil
}

// tags brings words into the form they are compared in.
func tags(what string, list []string) ([]string, error) {
	if len(list) > MaxTags {
		return nil, Errorf(KindInvalid, "%s has %d entries: at most %d are allowed", what, len(list), MaxTags)
	}
	var out []string
	for _, s := range list {
		s = strings.ToLower(Clip(s, MaxName))
		if s == "" {
			return nil, Errorf(KindInvalid, "%s must not have an empty entry", what)
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out, nil
}

// Language is the language of a locale without its region: "de" of "de-AT".
func Language(locale string) string {
	language, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(locale)), "_", "-"), "-")
	return language
}

// RoutingRule gives new conversations that fit it a priority, and skills that are wanted.
type RoutingRule struct {
	SiteID       int64    `json:"site,omitempty"`       // 0 is any
	DepartmentID int64    `json:"department,omitempty"` // 0 is any
	Page         string   `json:"page,omitempty"`       // pattern of the page's address, * standing for anything; "" is any
	Identified   *bool    `json:"identified,omitempty"` // whether the visitor gave an e-mail address; nil is either
	Priority     int      `json:"priority"`
	Skills       []string `json:"skills,omitempty"`
}

// Check says what is wrong with a rule, if anything.
func (r *RoutingRule) Check() (err error) {
	if err := CheckPriority(r.Priority); err != nil {
		return err
	}
	if utf8.RuneCountInString(r.Page) > MaxField {
		return Errorf(KindInvalid, "page must have at most %d characters", MaxField)
	}
	r.Skills, err = tags("skills", r.Skills)
	return err
}

// CheckPriority says what is wrong with a priority, if anything.
func CheckPriority(n int) error {
	if n < -MaxPriority || n > MaxPriority {
		return Errorf(KindInvalid, "priority must be -%d to %d, it is %d", MaxPriority, MaxPriority, n)
	}
	return nil
}

// Fits reports whether a rule is about a conversation that a visitor begins.
func (r *RoutingRule) Fits(c *Conversation, v *Visitor) bool {
	return (r.SiteID == 0 || r.SiteID == c.SiteID) &&
		(r.DepartmentID == 0 || r.DepartmentID == c.DepartmentID) &&
		(r.Identified == nil || *r.Identified == (v.Email != "")) &&
		(r.Page == "" || like(r.Page, v.PageURL))
}

// like reports whether s fits a pattern in which * stands for any number of any characters. It takes
// at most len(pattern)*len(s) steps.
func like(pattern, s string) bool {
	star, back, i, j := -1, 0, 0, 0
	for j < len(s) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, back = i, j
			i++
		case i < len(pattern) && pattern[i] == s[j]:
			i, j = i+1, j+1
		case star >= 0:
			back++
			i, j = star+1, back
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}

// Zone returns the time zone with an IANA name.
func Zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, Errorf(KindInvalid, "time_zone must be an IANA name such as Europe/Berlin")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, Errorf(KindInvalid, "time_zone %q is not known: use an IANA name such as Europe/Berlin", Clip(name, MaxName))
	}
	return zone, nil
}
