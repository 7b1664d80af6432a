package chat

import (
	"context"
	"slices"

	"foyer/models"
)

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

func memberSettingsOf(m models.DepartmentMember) MemberSettings {
	out := MemberSettings{Tier: m.Tier, Skills: append([]string{}, m.Skills...), Languages: append([]string{}, m.Languages...)}
	if m.ChatLimit != models.NoLimit {
		out.Limit = &m.ChatLimit
	}
	return out
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
