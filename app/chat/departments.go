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

func mayAdminister(by models.Agent) error {
	if by.Role != models.RoleOwner && by.Role != models.RoleAdmin {
		return models.Errorf(models.KindForbidden, "only owners and administrators may change this")
	}
	return nil
}
