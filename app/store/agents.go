package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"foyer/models"
)

// Colleague is an agent with how many conversations they have.
type Colleague struct {
	models.Agent
	Open int
}

// Agents reads all agents of the account, by name.
func (a *Account) Agents(ctx context.Context) ([]Colleague, error) {
	var list []Colleague
	err := a.read(ctx).Raw(`SELECT a.*, (SELECT COUNT(*) FROM conversations c
			WHERE c.agent_id = a.id AND c.state IN ('offered', 'active')) AS open
		FROM agents a WHERE a.account_id = ? ORDER BY a.name, a.id`, a.id).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read agents: %w", err)
	}
	return list, nil
}

// WantOnline lists the agents who want to be online, whether they are connected or not.
func (a *Account) WantOnline(ctx context.Context) (ids []int64, err error) {
	err = a.read(ctx).Model(&models.Agent{}).
		Where("account_id = ? AND availability = ?", a.id, models.Online).Pluck("id", &ids).Error
	return ids, err
}

// Agent reads one agent.
func (a *Account) Agent(ctx context.Context, id int64) (models.Agent, error) {
	var agent models.Agent
	err := a.read(ctx).Where("account_id = ? AND id = ?", a.id, id).Take(&agent).Error
	return agent, missing(err, "there is no such agent")
}

// AgentCalled reads the agent with a public id.
func (a *Account) AgentCalled(ctx context.Context, publicID string) (models.Agent, error) {
	var agent models.Agent
	err := a.read(ctx).Where("account_id = ? AND public_id = ?", a.id, askable(publicID)).Take(&agent).Error
	return agent, missing(err, "there is no such agent")
}

// Departments reads all departments of the account, by name.
func (a *Account) Departments(ctx context.Context) ([]models.Department, error) {
	var list []models.Department
	err := a.read(ctx).Where("account_id = ?", a.id).Order("name, id").Find(&list).Error
	return list, err
}

// DepartmentCalled reads the department with a public id, the default one for "".
func (a *Account) DepartmentCalled(ctx context.Context, publicID string) (models.Department, error) {
	var d models.Department
	q := a.read(ctx).Where("account_id = ?", a.id)
	if publicID == "" {
		q = q.Where("is_default")
	} else {
		q = q.Where("public_id = ?", askable(publicID))
	}
	err := q.Take(&d).Error
	return d, missing(err, "there is no such department")
}

// Members reads which agents answer for which departments, as agent -> departments.
func (a *Account) Members(ctx context.Context) (map[int64][]int64, error) {
	var rows []models.DepartmentMember
	if err := a.read(ctx).Where("account_id = ?", a.id).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read department members: %w", err)
	}
	members := make(map[int64][]int64, len(rows))
	for _, r := range rows {
		members[r.AgentID] = append(members[r.AgentID], r.DepartmentID)
	}
	return members, nil
}

// CreateAgent stores a new agent, who answers for the given departments.
func (a *Account) CreateAgent(ctx context.Context, agent *models.Agent, departments ...models.Department) error {
	agent.AccountID, agent.PublicID, agent.CreatedAt = a.id, NewID(a.store.now()), models.InstantOf(a.store.now())
	return a.store.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		if err := db.Create(agent).Error; err != nil {
			return fmt.Errorf("create agent: %w", err)
		}
		for _, d := range departments {
			if err := owns(db, a.id, "department", d.ID); err != nil {
				return err
			}
			m := models.DepartmentMember{AccountID: a.id, DepartmentID: d.ID, AgentID: agent.ID}
			if err := db.Create(&m).Error; err != nil {
				return fmt.Errorf("add agent to department: %w", err)
			}
		}
		return nil
	})
}

// CreateDepartment stores a new department; the first one is the default.
func (a *Account) CreateDepartment(ctx context.Context, name string) (models.Department, error) {
	var n int64
	db := a.store.write.WithContext(ctx)
	if err := db.Model(&models.Department{}).Where("account_id = ?", a.id).Count(&n).Error; err != nil {
		return models.Department{}, err
	}
	d := models.Department{
		AccountID: a.id, PublicID: NewID(a.store.now()), Name: name, IsDefault: n == 0,
		CreatedAt: models.InstantOf(a.store.now()),
	}
	err := db.Create(&d).Error
	return d, err
}
