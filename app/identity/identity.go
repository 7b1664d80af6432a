// Package identity knows who somebody is: agents by password and session, visitors by the token
// their widget keeps. Tokens are 32 random bytes; only their SHA-256 is stored.
package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"foyer/app/store"
	"foyer/models"
)

// Service answers who somebody is.
type Service struct {
	store *store.Store
	now   func() time.Time
	ttl   time.Duration
	decoy string // hash that is checked for unknown addresses, so that they take as long as known ones
}

// New makes a Service whose sign-ins last for ttl.
func New(ctx context.Context, s *store.Store, now func() time.Time, ttl time.Duration) (*Service, error) {
	decoy, err := HashPassword(ctx, newToken())
	if err != nil {
		return nil, err
	}
	return &Service{store: s, now: now, ttl: ttl, decoy: decoy}, nil
}

// Principal is an agent who is signed in.
type Principal struct {
	Agent   models.Agent
	Session models.Session
}

// SignIn checks an e-mail address and password and opens a session. It returns the session's token,
// which is not kept. A wrong address and a wrong password are told apart by
// nothing, not even time.
func (s *Service) SignIn(ctx context.Context, email, password, userAgent string) (token string, p Principal, err error) {
	refused := models.Errorf(models.KindUnauthorized, "the e-mail address or the password is wrong")
	hash, known := s.decoy, false
	if email, err := models.NormalEmail(email); err == nil {
		agent, err := s.store.AgentByEmail(ctx, email)
		switch {
		case err == nil:
			hash, known, p.Agent = agent.PasswordHash, true, agent
		case models.KindOf(err) != models.KindNotFound:
			return "", Principal{}, err
		}
	}
	right, err := checkPassword(ctx, hash, password)
	if err != nil {
		return "", Principal{}, err
	}
	if !right || !known {
		return "", Principal{}, refused
	}
	token = newToken()
	p.Session = models.Session{
		AgentID: p.Agent.ID, TokenHash: hashToken(token), UserAgent: models.Clip(userAgent, models.MaxField),
		ExpiresAt: models.InstantOf(s.now().Add(s.ttl)),
	}
	if err := s.store.For(p.Agent.AccountID).CreateSession(ctx, &p.Session); err != nil {
		return "", Principal{}, err
	}
	return token, p, nil
}

// Authenticate returns the agent whose session has a token.
func (s *Service) Authenticate(ctx context.Context, token string) (Principal, error) {
	refused := models.Errorf(models.KindUnauthorized, "you are not signed in, or the session has ended: sign in")
	if token == "" {
		return Principal{}, refused
	}
	session, err := s.store.SessionByToken(ctx, hashToken(token))
	if models.KindOf(err) == models.KindNotFound {
		return Principal{}, refused
	}
	if err != nil {
		return Principal{}, err
	}
	agent, err := s.store.For(session.AccountID).Agent(ctx, session.AgentID)
	return Principal{Agent: agent, Session: session}, err
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, p Principal) error {
	return s.store.For(p.Agent.AccountID).DeleteSession(ctx, p.Session.ID)
}

// ChangePassword gives an agent a new password, and ends all their sessions but this one. It
// returns the sessions that ended.
func (s *Service) ChangePassword(ctx context.Context, p Principal, current, wanted string) (ended []int64, err error) {
	right, err := checkPassword(ctx, p.Agent.PasswordHash, current)
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, models.Errorf(models.KindForbidden, "the current password is wrong")
	}
	hash, err := HashPassword(ctx, wanted)
	if err != nil {
		return nil, err
	}
	return s.store.For(p.Agent.AccountID).SetPassword(ctx, p.Agent.ID, p.Agent.PasswordHash, hash, p.Session.ID)
}

// Roles returns the roles of those to whom sessions belong; a session that has ended is left out.
func (s *Service) Roles(ctx context.Context, sessions []int64) (map[int64]models.Role, error) {
	return s.store.SessionRoles(ctx, sessions)
}

// Sites returns those of the sites that are switched on.
func (s *Service) Sites(ctx context.Context, ids []int64) (map[int64]models.Site, error) {
	return s.store.EnabledSites(ctx, ids)
}

// Site returns the site with a key. One that was switched off is as unknown as one that never was.
func (s *Service) Site(ctx context.Context, key string) (models.Site, error) {
	site, err := s.store.SiteByKey(ctx, key)
	if err == nil && !site.Enabled {
		return models.Site{}, models.Errorf(models.KindNotFound, "there is no site with this key: check data-site in the snippet")
	}
	return site, err
}

// Visitor returns the visitor of a site who holds a token; not found when nobody does.
func (s *Service) Visitor(ctx context.Context, site models.Site, token string) (models.Visitor, error) {
	return s.store.For(site.AccountID).VisitorByToken(ctx, site.ID, hashToken(token))
}

// VisitorWithToken returns the visitor who holds a token, on whatever site that is switched on.
func (s *Service) VisitorWithToken(ctx context.Context, token string) (models.Visitor, error) {
	return s.store.VisitorWithToken(ctx, hashToken(token))
}

// NewVisitor stores a visitor of a site who was never here, and returns the token for them to keep.
func (s *Service) NewVisitor(ctx context.Context, site models.Site, v *models.Visitor) (token string, err error) {
	token = newToken()
	v.SiteID, v.TokenHash = site.ID, hashToken(token)
	return token, s.store.For(site.AccountID).CreateVisitor(ctx, v)
}

func newToken() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(b)
}

func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
