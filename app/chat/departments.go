package chat

import (
	"context"
	"slices"

	"foyer/models"
)

// Department is a department with its settings, as agents of the account see it.
type Department struct {
	ID      string   `json:"id" readOnly:"true"`
	Default bool     `json:"default" readOnly:"true" doc:"where conversations go that ask for none"`
	Open    bool     `json:"open" readOnly:"true" doc:"by its hours, now"`
	Members []Member `json:"members" readOnly:"true"`
	DepartmentSettings
}

// DepartmentSettings are what an administrator may choose of a department. Most have a zero that means
// something: what is left out is as in NewDepartmentSettings.
type DepartmentSettings struct {
	Name          string           `json:"name" doc:"1 to 80 characters"`
	TimeZone      string           `json:"time_zone" required:"false" doc:"of hours and holidays, an IANA name"`
	Hours         models.Hours     `json:"hours" required:"false" nullable:"true" doc:"by day, mon to sun; null is always open"`
	Holidays      []models.Holiday `json:"holidays" required:"false" doc:"dates with hours of their own; no hours is closed"`
	Strategy      models.Strategy  `json:"strategy" required:"false" doc:"least_busy, round_robin or tiers"`
	Mode          models.Mode      `json:"mode" required:"false" doc:"auto, offer or pull"`
	QueueLimit    int              `json:"queue_limit" required:"false" doc:"how many may wait; 0 is any number"`
	MaxWait       int              `json:"max_wait_s" required:"false" doc:"how long somebody may wait; 0 is any time"`
	Then          models.Then      `json:"then" required:"false" doc:"what becomes of those who would be too many or wait too long: message, overflow or wait"`
	Overflow      string           `json:"overflow" required:"false" doc:"id of the department they go to"`
	OfferTime     int              `json:"offer_s" required:"false" doc:"how long an offer rings"`
	SilentTime    int              `json:"silent_s" required:"false" doc:"how long an agent has for the first reply; 0 is any time"`
	IdleWarn      int              `json:"idle_warn_s" required:"false" doc:"how long a visitor may be silent before they are warned; 0 is any time"`
	IdleClose     int              `json:"idle_close_s" required:"false" doc:"how long after that the conversation is closed"`
	MatchLanguage bool             `json:"match_language" required:"false" doc:"prefer agents who speak the visitor's language"`
}

// NewDepartmentSettings are the settings a department has until somebody changes them. It has no name.
func NewDepartmentSettings() DepartmentSettings { return settingsOf(models.NewDepartment(""), "") }

// Member is an agent who answers for a department.
type Member struct {
	Agent Named `json:"agent"`
	MemberSettings
}

// MemberSettings are what an administrator may choose of a member.
type MemberSettings struct {
	Tier      models.Tier `json:"tier" required:"false" default:"normal" doc:"first, normal or last: in which turn they are asked where the strategy is tiers"`
	Limit     *int        `json:"limit" required:"false" doc:"conversations of this department at once, 0 to 100; null leaves it to the agent's own"`
	Skills    []string    `json:"skills" required:"false"`
	Languages []string    `json:"languages" required:"false" doc:"none is any"`
}

// Departments returns all departments of the account, by name.
func (s *Service) Departments(ctx context.Context, a models.Agent) ([]Department, error) {
	plan, err := s.store.For(a.AccountID).Plan(ctx)
	if err != nil {
		return nil, err
	}
	staff, err := s.store.For(a.AccountID).Staff(ctx)
	if err != nil {
		return nil, err
	}
	agents, ids := map[int64]Named{}, map[int64]string{0: ""}
	for _, a := range staff.Agents {
		agents[a.ID] = Named{a.PublicID, a.Name}
	}
	for _, d := range plan.Departments {
		ids[d.ID] = d.PublicID
	}
	list := make([]Department, len(plan.Departments))
	for i, d := range plan.Departments {
		list[i] = Department{
			ID: d.PublicID, Default: d.IsDefault, Open: d.Open(models.InstantOf(s.now())), Members: []Member{},
			DepartmentSettings: settingsOf(d, ids[d.OverflowID]),
		}
		for _, m := range plan.Members {
			if m.DepartmentID == d.ID {
				list[i].Members = append(list[i].Members, Member{agents[m.AgentID], memberSettingsOf(m)})
			}
		}
		slices.SortFunc(list[i].Members, func(a, b Member) int { return compareNames(a.Agent, b.Agent) })
	}
	return list, nil
}

// Department returns one department.
func (s *Service) Department(ctx context.Context, a models.Agent, id string) (Department, error) {
	list, err := s.Departments(ctx, a)
	for _, d := range list {
		if d.ID == id {
			return d, nil
		}
	}
	if err == nil {
		err = models.Errorf(models.KindNotFound, "there is no such department")
	}
	return Department{}, err
}

func settingsOf(d models.Department, overflow string) DepartmentSettings {
	holidays := d.Holidays
	if holidays == nil {
		holidays = []models.Holiday{}
	}
	return DepartmentSettings{
		Name: d.Name, TimeZone: d.TimeZone, Hours: d.Hours, Holidays: holidays, Strategy: d.Strategy, Mode: d.Mode,
		QueueLimit: d.QueueLimit, MaxWait: d.MaxWait, Then: d.Then, Overflow: overflow, OfferTime: d.OfferTime,
		SilentTime: d.SilentTime, IdleWarn: d.IdleWarn, IdleClose: d.IdleClose, MatchLanguage: d.MatchLanguage,
	}
}

func memberSettingsOf(m models.DepartmentMember) MemberSettings {
	out := MemberSettings{Tier: m.Tier, Skills: append([]string{}, m.Skills...), Languages: append([]string{}, m.Languages...)}
	if m.ChatLimit != models.NoLimit {
		out.Limit = &m.ChatLimit
	}
	return out
}

// AddDepartment makes a department.
func (s *Service) AddDepartment(ctx context.Context, by models.Agent, to DepartmentSettings) (Department, error) {
	d := models.NewDepartment(to.Name)
	if err := s.apply(ctx, by, &d, to); err != nil {
		return Department{}, err
	}
	d, err := s.store.For(by.AccountID).CreateDepartment(ctx, d)
	if err != nil {
		return Department{}, err
	}
	s.changed(by.AccountID)
	return s.Department(ctx, by, d.PublicID)
}

// SetDepartment changes the settings of a department. Whoever waits there is looked at anew, and may wait
// for as long as is wanted now; other deadlines that run already stay.
func (s *Service) SetDepartment(ctx context.Context, by models.Agent, id string, to DepartmentSettings) (Department, error) {
	if err := mayAdminister(by); err != nil {
		return Department{}, err
	}
	account := s.store.For(by.AccountID)
	d, err := account.DepartmentCalled(ctx, needed(id))
	if err != nil {
		return Department{}, err
	}
	if err := s.apply(ctx, by, &d, to); err != nil {
		return Department{}, err
	}
	if err := account.SaveDepartment(ctx, &d); err != nil {
		return Department{}, err
	}
	s.changed(by.AccountID)
	if err := s.rearm(ctx, by.AccountID, d.ID); err != nil {
		return Department{}, err
	}
	return s.Department(ctx, by, id)
}

// changed sees to it that what was just stored of an account's settings counts from now on.
func (s *Service) changed(accountID int64) {
	s.sites.forget(accountID)
	s.plans.forget(accountID)
	s.Kick(accountID)
}

// needed keeps an empty id from meaning the default department.
func needed(id string) string {
	if id == "" {
		return "-"
	}
	return id
}

// apply puts the settings into a department, if they can be.
func (s *Service) apply(ctx context.Context, by models.Agent, d *models.Department, to DepartmentSettings) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	d.Name, d.TimeZone, d.Hours, d.Holidays, d.Strategy, d.Mode = to.Name, to.TimeZone, to.Hours, to.Holidays, to.Strategy, to.Mode
	d.QueueLimit, d.MaxWait, d.Then, d.OfferTime, d.SilentTime = to.QueueLimit, to.MaxWait, to.Then, to.OfferTime, to.SilentTime
	d.IdleWarn, d.IdleClose, d.MatchLanguage, d.OverflowID = to.IdleWarn, to.IdleClose, to.MatchLanguage, 0
	if to.Overflow == "" {
		return d.Check()
	}
	account := s.store.For(by.AccountID)
	other, err := account.DepartmentCalled(ctx, to.Overflow)
	if models.KindOf(err) == models.KindNotFound {
		return models.Errorf(models.KindInvalid, "overflow: there is no such department")
	}
	if err != nil {
		return err
	}
	if d.OverflowID = other.ID; other.ID != d.ID {
		if err := s.answered(ctx, other); err != nil {
			return err
		}
	}
	return d.Check()
}

// answered refuses a department that nobody answers for.
func (s *Service) answered(ctx context.Context, d models.Department) error {
	members, err := s.store.For(d.AccountID).Members(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(members, func(m models.DepartmentMember) bool { return m.DepartmentID == d.ID }) {
		return models.Errorf(models.KindNotEligible, "nobody answers for %s: add an agent to it first", d.Name)
	}
	return nil
}

// SetMember makes an agent answer for a department, or changes what they are there.
func (s *Service) SetMember(ctx context.Context, by models.Agent, department, agent string, to MemberSettings) (Department, error) {
	m, err := s.member(ctx, by, department, agent)
	if err != nil {
		return Department{}, err
	}
	m.Tier, m.Skills, m.Languages = to.Tier, to.Skills, to.Languages
	if to.Limit != nil {
		if err := models.CheckLimit(*to.Limit); err != nil {
			return Department{}, err
		}
		m.ChatLimit = *to.Limit
	}
	if err := m.Check(); err != nil {
		return Department{}, err
	}
	if err := s.store.For(by.AccountID).SaveMember(ctx, m); err != nil {
		return Department{}, err
	}
	s.changed(by.AccountID)
	return s.Department(ctx, by, department)
}

// RemoveMember takes an agent out of a department. Conversations they have stay theirs.
func (s *Service) RemoveMember(ctx context.Context, by models.Agent, department, agent string) (Department, error) {
	m, err := s.member(ctx, by, department, agent)
	if err != nil {
		return Department{}, err
	}
	if err := s.store.For(by.AccountID).DeleteMember(ctx, m.DepartmentID, m.AgentID); err != nil {
		return Department{}, err
	}
	s.changed(by.AccountID)
	return s.Department(ctx, by, department)
}

func (s *Service) member(ctx context.Context, by models.Agent, department, agent string) (models.DepartmentMember, error) {
	if err := mayAdminister(by); err != nil {
		return models.DepartmentMember{}, err
	}
	account := s.store.For(by.AccountID)
	d, err := account.DepartmentCalled(ctx, needed(department))
	if err != nil {
		return models.DepartmentMember{}, err
	}
	a, err := account.AgentCalled(ctx, agent)
	return models.NewMember(d.ID, a.ID), err
}

// SetLimit changes how many conversations an agent may have at once.
func (s *Service) SetLimit(ctx context.Context, by models.Agent, agent string, limit int) (Colleague, error) {
	if !by.Role.Supervises() {
		return Colleague{}, models.Errorf(models.KindForbidden, "only supervisors may change limits")
	}
	if err := models.CheckLimit(limit); err != nil {
		return Colleague{}, err
	}
	account := s.store.For(by.AccountID)
	a, err := account.AgentCalled(ctx, agent)
	if err != nil {
		return Colleague{}, err
	}
	if err := account.SetLimit(ctx, a.ID, limit); err != nil {
		return Colleague{}, err
	}
	s.changed(by.AccountID)
	list, err := s.Colleagues(ctx, by)
	if err != nil {
		return Colleague{}, err
	}
	return list[slices.IndexFunc(list, func(c Colleague) bool { return c.ID == a.PublicID })], nil
}

// RoutingSettings are what an account wants of routing as a whole.
type RoutingSettings struct {
	ReturnToLast bool          `json:"return_to_last" required:"false" doc:"a visitor who comes back gets the agent they last had, if that one is free"`
	AutoAway     int           `json:"auto_away_s" required:"false" doc:"after how long without a sign of life an agent counts as away; 0 is never"`
	Rules        []RoutingRule `json:"rules" required:"false" doc:"the first that fits a new conversation counts"`
}

// NewRoutingSettings are what an account wants until somebody says otherwise.
func NewRoutingSettings() RoutingSettings {
	return RoutingSettings{AutoAway: models.DefaultAutoAway, Rules: []RoutingRule{}}
}

// RoutingRule gives new conversations that fit it a priority, and skills that are wanted.
type RoutingRule struct {
	Site       string   `json:"site,omitempty" doc:"a site's id; absent is any"`
	Department string   `json:"department,omitempty" doc:"a department's id; absent is any"`
	Page       string   `json:"page,omitempty" doc:"pattern of the page's address, * standing for anything; absent is any"`
	Identified *bool    `json:"identified,omitempty" doc:"whether the visitor gave an e-mail address; absent is either"`
	Priority   int      `json:"priority" doc:"-9 to 9"`
	Skills     []string `json:"skills,omitempty" doc:"wanted of the agent"`
}

// Routing returns what the account wants of routing as a whole.
func (s *Service) Routing(ctx context.Context, a models.Agent) (RoutingSettings, error) {
	account := s.store.For(a.AccountID)
	row, err := account.Account(ctx)
	if err != nil {
		return RoutingSettings{}, err
	}
	departments, err := account.Departments(ctx)
	if err != nil {
		return RoutingSettings{}, err
	}
	sites, err := account.Sites(ctx)
	out := RoutingSettings{ReturnToLast: row.ReturnToLast, AutoAway: row.AutoAway, Rules: []RoutingRule{}}
	for _, r := range row.Rules {
		told := RoutingRule{Page: r.Page, Identified: r.Identified, Priority: r.Priority, Skills: r.Skills}
		for _, d := range departments {
			if d.ID == r.DepartmentID {
				told.Department = d.PublicID
			}
		}
		for _, site := range sites {
			if site.ID == r.SiteID {
				told.Site = site.PublicID
			}
		}
		out.Rules = append(out.Rules, told)
	}
	return out, err
}

// SetRouting changes what the account wants of routing as a whole. Conversations that wait keep their
// priority.
func (s *Service) SetRouting(ctx context.Context, by models.Agent, to RoutingSettings) (RoutingSettings, error) {
	if err := mayAdminister(by); err != nil {
		return RoutingSettings{}, err
	}
	if to.AutoAway != 0 && (to.AutoAway < models.MinAutoAway || to.AutoAway > models.MaxSeconds) {
		return RoutingSettings{}, models.Errorf(models.KindInvalid, "auto_away_s must be 0 (never) or %d to %d seconds", models.MinAutoAway, models.MaxSeconds)
	}
	if len(to.Rules) > models.MaxRules {
		return RoutingSettings{}, models.Errorf(models.KindInvalid, "there are %d rules: at most %d are allowed", len(to.Rules), models.MaxRules)
	}
	account := s.store.For(by.AccountID)
	row := models.Account{ReturnToLast: to.ReturnToLast, AutoAway: to.AutoAway}
	sites, err := account.Sites(ctx)
	if err != nil {
		return RoutingSettings{}, err
	}
	for i, r := range to.Rules {
		rule := models.RoutingRule{Page: r.Page, Identified: r.Identified, Priority: r.Priority, Skills: r.Skills}
		if r.Site != "" {
			at := slices.IndexFunc(sites, func(s models.Site) bool { return s.PublicID == r.Site })
			if at < 0 {
				return RoutingSettings{}, models.Errorf(models.KindInvalid, "rule %d: there is no such site", i+1)
			}
			rule.SiteID = sites[at].ID
		}
		if r.Department != "" {
			d, err := account.DepartmentCalled(ctx, r.Department)
			if err != nil {
				return RoutingSettings{}, models.Errorf(models.KindInvalid, "rule %d: there is no such department", i+1)
			}
			rule.DepartmentID = d.ID
		}
		if err := rule.Check(); err != nil {
			return RoutingSettings{}, models.Errorf(models.KindInvalid, "rule %d: %s", i+1, err)
		}
		row.Rules = append(row.Rules, rule)
	}
	if err := account.SaveRouting(ctx, row); err != nil {
		return RoutingSettings{}, err
	}
	s.changed(by.AccountID)
	return s.Routing(ctx, by)
}

func mayAdminister(by models.Agent) error {
	if by.Role != models.RoleOwner && by.Role != models.RoleAdmin {
		return models.Errorf(models.KindForbidden, "only owners and administrators may change this")
	}
	return nil
}
