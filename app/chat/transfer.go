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

// Transfer gives an active conversation to another agent, or back to the queue of a department. If
// nobody takes it in time, it goes back to who had it.
func (s *Service) Transfer(ctx context.Context, agent models.Agent, conv string, to Destination) (Summary, error) {
	if (to.Agent == "") == (to.Department == "") {
		return Summary{}, models.Errorf(models.KindInvalid, "name either an agent or a department to transfer to")
	}
	if to.Note != "" {
		if err := models.CheckText(to.Note); err != nil {
			return Summary{}, err
		}
	}
	m := &move{
		account: agent.AccountID, conv: conv, by: authorOf(agent), byID: agent.ID,
		why: models.EndTransferred, note: to.Note,
	}
	var err error
	if to.Agent != "" {
		err = s.toAgent(ctx, agent, to, m)
	} else {
		m.decide, err = s.toDepartment(ctx, agent, to)
	}
	if err != nil {
		return Summary{}, err
	}
	after, err := s.do(m)
	return s.summary(after), err
}

type decision = func(*store.Tx, *models.Conversation) (models.Message, error)

// toAgent prepares a transfer to an agent. Where agents are asked, this one is too.
func (s *Service) toAgent(ctx context.Context, by models.Agent, to Destination, m *move) error {
	account := s.store.For(by.AccountID)
	target, err := account.AgentCalled(ctx, to.Agent)
	if err != nil {
		return err
	}
	settings, err := account.Account(ctx)
	if err != nil {
		return err
	}
	m.about = &target
	m.decide = func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventTransferred, AgentID: target.ID}
		if err := mayMove(by, c); err != nil {
			return told, err
		}
		if c.State != models.StateActive || c.AgentID == target.ID {
			return told, c.Transfer(target.ID, tx.Now()) // says why not
		}
		seat, err := tx.Seat(target.ID, c.DepartmentID)
		if err != nil {
			return told, err
		}
		if !s.accepts(seat.Agent, settings) {
			return told, models.Errorf(models.KindNotEligible, "%s is not online, or takes no new conversations just now", seat.Name)
		}
		if err := hasRoom(seat); err != nil {
			return told, err
		}
		d, err := tx.Department(c.DepartmentID)
		if err != nil {
			return told, err
		}
		owner := c.AgentID
		if d.Mode == models.ModeOffer { // at whom it rings is for agents only, until they accept
			told.AgentID, told.DepartmentID = 0, d.ID
			until := tx.Now().Add(seconds(d.OfferTime))
			m.also = &models.Message{Kind: models.EventOffered, AgentID: target.ID, Until: until}
			err = c.Offer(target.ID, tx.Now(), until)
		} else {
			err = c.Transfer(target.ID, tx.Now())
		}
		c.BackID = owner
		return told, err
	}
	return nil
}

func (s *Service) toDepartment(ctx context.Context, by models.Agent, to Destination) (decision, error) {
	d, err := s.store.For(by.AccountID).DepartmentCalled(ctx, to.Department)
	if err != nil {
		return nil, err
	}
	if err := s.answered(ctx, d); err != nil {
		return nil, err
	}
	return func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventTransferred, DepartmentID: d.ID}
		if err := mayMove(by, c); err != nil {
			return told, err
		}
		owner := c.AgentID
		if err := c.Requeue(d.ID, tx.Now()); err != nil {
			return told, err
		}
		c.Tried, c.BackID = []int64{owner}, owner // not straight back
		c.SetDue(models.DueBack, tx.Now().Add(s.settings.TransferBack))
		return told, nil
	}, nil
}
