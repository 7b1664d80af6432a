package chat

import (
	"context"
	"slices"
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

// AgentWelcome is the first thing an agent's socket hears: everything that is open now. Convs, the
// summaries, are added to its bytes.
type AgentWelcome struct {
	T      string `json:"t"`
	Epoch  string `json:"epoch"`
	PingMS int64  `json:"ping_ms"`
	DeadMS int64  `json:"dead_ms"`
	EditMS int64  `json:"edit_ms"`
	Me     Me     `json:"me"`
	Counts Counts `json:"counts"`
}

// Beat says how often a socket is pinged and after what silence it is dead.
type Beat struct{ Ping, Dead time.Duration }

// openList is everything that is open in an account, for all agents who come at the same time.
type openList struct {
	summaries []byte        // their JSON
	counts    Counts        // without Mine
	owned     map[int64]int // by agent
}

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
	open, err := s.lists.get(a.AccountID, func() (openList, error) { return s.openList(context.WithoutCancel(ctx), a.AccountID) })
	if err != nil {
		return nil, err
	}
	w := AgentWelcome{
		T: "welcome", Epoch: s.store.Epoch(), PingMS: beat.Ping.Milliseconds(), DeadMS: beat.Dead.Milliseconds(),
		EditMS: s.settings.EditWindow.Milliseconds(), Me: me, Counts: open.counts,
	}
	w.Counts.Mine = open.owned[a.ID]
	out := slices.Grow(frame(w), len(open.summaries)+len(`,"convs":`))
	out = append(out[:len(out)-1], `,"convs":`...)
	return append(append(out, open.summaries...), '}'), nil
}

func (s *Service) openList(ctx context.Context, accountID int64) (openList, error) {
	open, err := s.store.For(accountID).Open(ctx)
	if err != nil {
		return openList{}, err
	}
	list := openList{counts: Counts{All: len(open)}, owned: map[int64]int{}}
	summaries := make([]Summary, len(open))
	for i, c := range open {
		summaries[i] = s.summary(c)
		switch {
		case c.State == models.StateQueued && c.Kind == models.KindMessage:
			list.counts.Messages++
		case c.State == models.StateQueued:
			list.counts.Queue++
		default:
			list.owned[c.AgentID]++
		}
	}
	list.summaries = frame(summaries)
	return list, nil
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
