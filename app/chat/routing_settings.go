package chat

import (
	"context"
	"slices"

	"foyer/models"
)

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
