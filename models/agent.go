package models

import (
	"net/mail"
	"strings"
)

// Role says what an agent may do.
type Role string

// The roles, from most to least powerful.
const (
	RoleOwner      Role = "owner"
	RoleAdmin      Role = "admin"
	RoleSupervisor Role = "supervisor"
	RoleAgent      Role = "agent"
)

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool {
	return r == RoleOwner || r == RoleAdmin || r == RoleSupervisor || r == RoleAgent
}

// Availability is what an agent wants to be. A lost connection does not change it.
type Availability string

// The availabilities an agent can choose.
const (
	Online  Availability = "online"
	Away    Availability = "away"
	Offline Availability = "offline"
)

// Valid reports whether a is one of the availabilities.
func (a Availability) Valid() bool { return a == Online || a == Away || a == Offline }

// DefaultChatLimit is how many conversations a new agent may have at once.
const DefaultChatLimit = 4

// Agent is somebody of the account who signs in and answers visitors.
type Agent struct {
	ID             int64
	AccountID      int64
	PublicID       string
	Email          string // lower case; one agent per address in the whole installation
	Name           string
	Role           Role
	PasswordHash   string
	ChatLimit      int // open conversations at once; 0 means none
	Availability   Availability
	Accepting      bool    // wants new conversations while online
	ActiveAt       Instant // when they last showed a sign of being at their desk
	LastAssignedAt Instant
	CreatedAt      Instant `gorm:"autoCreateTime:false"`
}

// NormalEmail returns an e-mail address in the form it is stored and compared in. Something that
// is not one bare address is refused.
func NormalEmail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 {
		return "", Errorf(KindInvalid, "this is not an e-mail address: use the form name@example.com")
	}
	return s, nil
}

// Session is a sign-in of an agent. Only the hash of its token is kept.
type Session struct {
	ID        int64
	AccountID int64
	AgentID   int64
	TokenHash []byte
	CreatedAt Instant `gorm:"autoCreateTime:false"`
	ExpiresAt Instant
	UserAgent string
}

// Supervises reports whether somebody of this role may act on colleagues' conversations.
func (r Role) Supervises() bool { return r == RoleOwner || r == RoleAdmin || r == RoleSupervisor }
