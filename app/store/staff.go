package store

import (
	"context"
	"fmt"

	"foyer/models"
)

// Load is how many conversations of a department an agent has, ringing ones included.
type Load struct {
	AgentID      int64
	DepartmentID int64
	Open         int
}

// Plan is how an account's queues are arranged. It changes seldom.
type Plan struct {
	Account     models.Account
	Departments []models.Department
	Members     []models.DepartmentMember
}

// Plan reads how the account's queues are arranged.
func (a *Account) Plan(ctx context.Context) (p Plan, err error) {
	if p.Account, err = a.Account(ctx); err != nil {
		return p, err
	}
	if p.Departments, err = a.Departments(ctx); err != nil {
		return p, err
	}
	p.Members, err = a.Members(ctx)
	return p, err
}

// Staff is who could answer, and how much they have to do.
type Staff struct {
	Agents []models.Agent // by id; only what decides about conversations is set
	Loads  []Load
}

const loads = `SELECT agent_id, department_id, COUNT(*) AS open FROM conversations

	WHERE account_id = ? AND state IN ('offered', 'active') GROUP BY agent_id, department_id`

// Staff reads who could answer. Whoever acts on it checks again: the parts are read one after the other.
func (a *Account) Staff(ctx context.Context) (s Staff, err error) {
	s.Agents, err = readAll[models.Agent](a.read(ctx).Raw(`SELECT id, account_id, public_id, name, chat_limit,
		availability, accepting, active_at, last_assigned_at FROM agents WHERE account_id = ? ORDER BY id`, a.id))
	if err != nil {
		return s, fmt.Errorf("read agents: %w", err)
	}
	s.Loads, err = readAll[Load](a.read(ctx).Raw(loads, a.id))
	if err != nil {
		return s, fmt.Errorf("count conversations: %w", err)
	}
	return s, nil
}
