package chat

import (
	"context"

	"foyer/app/store"
	"foyer/models"
)

// Destination says where a conversation is transferred to: an agent or a department, by public id.
type Destination struct {
	Agent, Department string
	Note              string // for colleagues only
}

// Transfer gives an active conversation to another agent, or back to the queue of a department,
// where its former owner is not asked again.
func (s *Service) Transfer(ctx context.Context, agent models.Agent, conv string, to Destination) (Summary, error) {
	if (to.Agent == "") == (to.Department == "") {
		return Summary{}, models.Errorf(models.KindInvalid, "name either an agent or a department to transfer to")
	}
	if to.Note != "" {
		if err := models.CheckText(to.Note); err != nil {
			return Summary{}, err
		}
	}
	decide, err := s.toDepartment(ctx, agent, to)
	if to.Agent != "" {
		decide, err = s.toAgent(ctx, agent, to)
	}
	if err != nil {
		return Summary{}, err
	}
	after, err := s.do(move{
		account: agent.AccountID, conv: conv, by: authorOf(agent), byID: agent.ID,
		why: models.EndTransferred, note: to.Note, decide: decide,
	})
	return s.summary(after), err
}

type decision = func(*store.Tx, *models.Conversation) (models.Message, error)

func (s *Service) toAgent(ctx context.Context, by models.Agent, to Destination) (decision, error) {
	target, err := s.store.For(by.AccountID).AgentCalled(ctx, to.Agent)
	if err != nil {
		return nil, err
	}
	return func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventTransferred, AgentID: target.ID}
		if err := mayMove(by, c); err != nil {
			return told, err
		}
		if c.State == models.StateActive && c.AgentID == target.ID {
			return told, c.Transfer(target.ID, tx.Now()) // says why not
		}
		seat, err := tx.Seat(target.ID, c.DepartmentID)
		if err != nil {
			return told, err
		}
		if seat.Availability != models.Online || !s.presence.Agent(target.ID) {
			return told, models.Errorf(models.KindNotEligible, "%s is not online", seat.Name)
		}
		if err := hasRoom(seat); err != nil {
			return told, err
		}
		return told, c.Transfer(target.ID, tx.Now())
	}, nil
}

func (s *Service) toDepartment(ctx context.Context, by models.Agent, to Destination) (decision, error) {
	d, err := s.store.For(by.AccountID).DepartmentCalled(ctx, to.Department)
	if err != nil {
		return nil, err
	}
	return func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventTransferred, DepartmentID: d.ID}
		if err := mayMove(by, c); err != nil {
			return told, err
		}
		return told, c.Requeue(d.ID, true, tx.Now())
	}, nil
}
