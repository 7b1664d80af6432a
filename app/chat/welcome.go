package chat

import (
	"context"
	"time"

	"foyer/models"
)

// Me is an agent as they see themselves.
type Me struct {
	ID        string              `json:"id"`
	Name      string              `json:"name"`
	Email     string              `json:"email"`
	Role      models.Role         `json:"role" enum:"owner,admin,supervisor,agent"`
	Status    models.Availability `json:"status" enum:"online,away,offline" doc:"what the agent wants to be"`
	Accepting bool                `json:"accepting" doc:"wants new conversations while online"`
	AutoAway  int64               `json:"auto_away_ms" doc:"after how long without a sign of life they count as away; 0 is never"`
	Limit     int                 `json:"limit" doc:"conversations at once"`
	Account   Named               `json:"account"`
}

// Me returns an agent as they see themselves.
func (s *Service) Me(ctx context.Context, a models.Agent) (Me, error) {
	account, err := s.store.For(a.AccountID).Account(ctx)
	return Me{
		ID: a.PublicID, Name: a.Name, Email: a.Email, Role: a.Role, Status: a.Availability, Limit: a.ChatLimit,
		Accepting: a.Accepting, AutoAway: seconds(account.AutoAway).Milliseconds(),
		Account: Named{account.PublicID, account.Name},
	}, err
}

// Counts are how many open conversations there are for an agent to see.
type Counts struct {
	Queue    int `json:"queue"`
	Messages int `json:"messages"` // that nobody has taken yet
	Mine     int `json:"mine"`
	All      int `json:"all"`
}

// AgentWelcome is the first thing an agent's socket hears: everything that is open now.
type AgentWelcome struct {
	T      string    `json:"t"`
	Epoch  string    `json:"epoch"`
	PingMS int64     `json:"ping_ms"`
	DeadMS int64     `json:"dead_ms"`
	EditMS int64     `json:"edit_ms"`
	Me     Me        `json:"me"`
	Convs  []Summary `json:"convs"`
	Counts Counts    `json:"counts"`
}

// Beat says how often a socket is pinged and after what silence it is dead.
type Beat struct{ Ping, Dead time.Duration }

// WelcomeAgent makes an agent's welcome.
func (s *Service) WelcomeAgent(ctx context.Context, a models.Agent, beat Beat) ([]byte, error) {
	account := s.store.For(a.AccountID)
	a, err := account.Agent(ctx, a.ID) // as it is now
	if err != nil {
		return nil, err
	}
	me, err := s.Me(ctx, a)
	if err != nil {
		return nil, err
	}
	open, err := account.Open(ctx)
	if err != nil {
		return nil, err
	}
	w := AgentWelcome{
		T: "welcome", Epoch: s.store.Epoch(), PingMS: beat.Ping.Milliseconds(), DeadMS: beat.Dead.Milliseconds(),
		EditMS: s.settings.EditWindow.Milliseconds(), Me: me, Convs: make([]Summary, len(open)), Counts: Counts{All: len(open)},
	}
	for i, c := range open {
		w.Convs[i] = s.summary(c)
		switch {
		case c.State == models.StateQueued && c.Kind == models.KindMessage:
			w.Counts.Messages++
		case c.State == models.StateQueued:
			w.Counts.Queue++
		case c.AgentID == a.ID:
			w.Counts.Mine++
		}
	}
	return frame(w), nil
}

// SiteInfo is what the panel learns of its site.
type SiteInfo struct {
	Name          string          `json:"name"`
	Online        bool            `json:"online"`             // somebody is here who accepts conversations
	Open          bool            `json:"open"`               // the default department's hours
	OpensAt       *models.Instant `json:"opens_at,omitempty"` // while it is closed; absent when it never opens
	TypingPreview bool            `json:"typing_preview"`
}

// VisitorWelcome is the first thing a visitor's socket hears.
type VisitorWelcome struct {
	T      string          `json:"t"`
	Epoch  string          `json:"epoch"`
	PingMS int64           `json:"ping_ms"`
	DeadMS int64           `json:"dead_ms"`
	EditMS int64           `json:"edit_ms"`
	Me     Named           `json:"me"`
	Token  string          `json:"token,omitempty"`
	Site   SiteInfo        `json:"site"`
	Conv   *VisitorSummary `json:"conv,omitempty"`
}

// WelcomeVisitor makes a visitor's welcome. token is the one they have just been given, if any;
// conv the conversation they ask for, or "" for the open one.
func (s *Service) WelcomeVisitor(ctx context.Context, v models.Visitor, site models.Site, token, conv string, beat Beat) ([]byte, *models.Conversation, error) {
	info, err := s.siteInfo(ctx, v.AccountID, site)
	if err != nil {
		return nil, nil, err
	}
	w := VisitorWelcome{
		T: "welcome", Epoch: s.store.Epoch(), PingMS: beat.Ping.Milliseconds(), DeadMS: beat.Dead.Milliseconds(),
		EditMS: s.settings.EditWindow.Milliseconds(), Me: Named{v.PublicID, v.Name}, Token: token,
		Site: info,
	}
	c, err := s.resumed(ctx, v, conv)
	if err != nil || c == nil {
		return frame(w), nil, err
	}
	summary := visitorSummary(*c)
	w.Conv = &summary
	return frame(w), &c.Conversation, nil
}

func (s *Service) siteInfo(ctx context.Context, accountID int64, site models.Site) (SiteInfo, error) {
	online, department, err := s.Answerable(ctx, accountID)
	if err != nil {
		return SiteInfo{}, err
	}
	info := SiteInfo{Name: site.Name, Online: online, TypingPreview: site.TypingPreview}
	var next models.Instant
	if info.Open, next = department.Turn(models.InstantOf(s.now())); !info.Open {
		info.OpensAt = unlessNever(next)
	}
	return info, nil
}

// resumed finds the conversation a visitor comes back to: the open one, else the one they ask for.
func (s *Service) resumed(ctx context.Context, v models.Visitor, conv string) (*models.Summary, error) {
	c, err := s.store.For(v.AccountID).OpenOf(ctx, v.ID)
	if models.KindOf(err) == models.KindNotFound && conv != "" {
		c, err = s.ofVisitor(ctx, v, conv)
	}
	if models.KindOf(err) == models.KindNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &c, nil
}
