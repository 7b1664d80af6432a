package store

import "foyer/models"

// The moves of a conversation beside those in tenant_test.go, each decided as app/chat does.

func (a *tenant) offer(conv string, agent int64, until models.Instant) error {
	_, err := a.move(conv, models.EndTransferred, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventOffered, AgentID: agent, Until: until}
		if err := hasRoom(tx, agent, c); err != nil {
			return told, err
		}
		return told, c.Offer(agent, tx.Now(), until)
	})
	return err
}

func (a *tenant) accept(conv string, agent int64) error {
	_, err := a.move(conv, models.EndAssigned, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventAssigned, AgentID: agent}, c.Accept(agent, tx.Now())
	})
	return err
}

func (a *tenant) withdraw(conv string, why models.EndReason, askAgain models.Instant) error {
	_, err := a.move(conv, why, func(_ *Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventDeclined, AgentID: c.AgentID}
		return told, c.Withdraw(askAgain)
	})
	return err
}

func (a *tenant) takeOver(conv string, agent int64) error {
	_, err := a.move(conv, models.EndAssigned, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventTransferred, AgentID: agent}
		if c.State != models.StateOffered || c.AgentID != agent { // what rings at them is counted already
			if err := hasRoom(tx, agent, c); err != nil {
				return told, err
			}
		}
		return told, c.TakeOver(agent, tx.Now())
	})
	return err
}

func (a *tenant) giveUp(conv string, askAgain models.Instant) error {
	_, err := a.move(conv, models.EndSilent, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventAgentSilent, AgentID: c.AgentID, DepartmentID: c.DepartmentID}
		return told, c.GiveUp(tx.Now(), askAgain)
	})
	return err
}

func (a *tenant) overflow(conv string, department int64) error {
	_, err := a.move(conv, models.EndOverflow, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventTransferred, DepartmentID: department}, c.Overflow(department, tx.Now())
	})
	return err
}

func (a *tenant) keep(conv string) error {
	_, err := a.move(conv, models.EndMessage, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventMissed}, c.Keep(tx.Now())
	})
	return err
}

func (a *tenant) revive(conv string) error {
	_, err := a.move(conv, "", func(tx *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventQueued, DepartmentID: c.DepartmentID}, c.Revive(tx.Now())
	})
	return err
}

func (a *tenant) invite(conv string, agent int64) error {
	_, err := a.move(conv, "", func(_ *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventJoined, AgentID: agent}, c.Invite(agent)
	})
	return err
}

func (a *tenant) leave(conv string, agent int64) error {
	_, err := a.move(conv, "", func(_ *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventLeft, AgentID: agent}, c.Leave(agent)
	})
	return err
}

// save changes what of a conversation is neither state nor owner.
func (a *tenant) save(conv string, change func(c *models.Conversation)) error {
	return a.account().Change(background, func(tx *Tx) error {
		c, err := tx.Conversation(conv)
		if err != nil {
			return err
		}
		change(c)
		return tx.Save(c)
	}, nil)
}
