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

// WantOnline reads the agents who want to be online and to be given conversations, whether they are
// connected or not. Only what decides about their presence is set.
func (a *Account) WantOnline(ctx context.Context) (list []models.Agent, err error) {
	err = a.read(ctx).Select("id, account_id, availability, accepting, active_at").Where("account_id = ? AND availability = ? AND accepting", a.id, models.Online).Find(&list).Error
	return list, err
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

// CreateAgent stores a new agent, who answers for the given departments.
func (a *Account) CreateAgent(ctx context.Context, agent *models.Agent, departments ...models.Department) error {
	agent.AccountID, agent.PublicID, agent.CreatedAt = a.id, NewID(a.store.now()), models.InstantOf(a.store.now())
	agent.Accepting, agent.ActiveAt = true, agent.CreatedAt
	return a.store.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		if err := db.Create(agent).Error; err != nil {
			return fmt.Errorf("create agent: %w", err)
		}
		for _, d := range departments {
			if err := owns(db, a.id, "department", d.ID); err != nil {
				return err
			}
			m := models.NewMember(d.ID, agent.ID)
			m.AccountID = a.id
			if err := db.Create(&m).Error; err != nil {
				return fmt.Errorf("add agent to department: %w", err)
			}
		}
		return nil
	})
}
