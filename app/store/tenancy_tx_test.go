package store

import (
	"strings"

	"foyer/models"
)

// changes are all methods of Tx, called the same way.
var changes = map[string]func(tx *Tx, mine, theirs *neighbour) (any, error){
	"Now":          nil,
	"Conversation": func(tx *Tx, _, theirs *neighbour) (any, error) { return tx.Conversation(theirs.owned.PublicID) },
	"OpenConversation": func(tx *Tx, _, theirs *neighbour) (any, error) {
		return tx.OpenConversation(theirs.visitor.ID)
	},
	"StartedBy": func(tx *Tx, _, theirs *neighbour) (any, error) {
		return tx.StartedBy(theirs.visitor.ID, theirs.waiting.StartCID)
	},
	"Summary": func(tx *Tx, _, theirs *neighbour) (any, error) { return tx.Summary(theirs.owned.ID) },
	"Log":     func(tx *Tx, _, theirs *neighbour) (any, error) { return tx.Log(&theirs.owned, 99) },
	"Append": func(tx *Tx, _, theirs *neighbour) (any, error) {
		c := theirs.owned
		return nil, tx.Append(&c, &models.Message{Kind: models.EventNote, Text: "x"})
	},
	"Move": func(tx *Tx, _, theirs *neighbour) (any, error) {
		c := theirs.owned
		must(theirs.t, c.Close(tx.Now()))
		return nil, tx.Move(theirs.owned, &c, &models.Message{Kind: models.EventClosed}, models.EndClosed)
	},
	"Move, to their agent": func(tx *Tx, mine, theirs *neighbour) (any, error) {
		c := mine.waiting
		must(theirs.t, c.Assign(theirs.agent.ID, tx.Now()))
		return nil, tx.Move(mine.waiting, &c, &models.Message{Kind: models.EventAssigned}, models.EndAssigned)
	},
	"Move, to their department": func(tx *Tx, mine, theirs *neighbour) (any, error) {
		c := mine.owned
		must(theirs.t, c.Requeue(theirs.support.ID, tx.Now()))
		return nil, tx.Move(mine.owned, &c, &models.Message{Kind: models.EventTransferred}, models.EndTransferred)
	},
	"Create, in their department": func(tx *Tx, mine, theirs *neighbour) (any, error) {
		return nil, tx.Create(&models.Conversation{SiteID: mine.site.ID, VisitorID: mine.newcomer.ID, DepartmentID: theirs.support.ID, StartCID: "x"})
	},
	"Create, on their site": func(tx *Tx, mine, theirs *neighbour) (any, error) {
		return nil, tx.Create(&models.Conversation{SiteID: theirs.site.ID, VisitorID: mine.newcomer.ID, DepartmentID: mine.support.ID, StartCID: "x"})
	},
	"Create": func(tx *Tx, mine, theirs *neighbour) (any, error) {
		return nil, tx.Create(&models.Conversation{SiteID: mine.site.ID, VisitorID: theirs.newcomer.ID, DepartmentID: mine.support.ID, StartCID: "x"})
	},
	"Staffed": func(tx *Tx, _, theirs *neighbour) (any, error) {
		staffed, err := tx.Staffed(theirs.support.ID)
		if staffed {
			return canary, err
		}
		return nil, err
	},
	"Waiting": func(tx *Tx, _, theirs *neighbour) (any, error) {
		return tx.Waiting(theirs.support.ID)
	},
	"Seat": func(tx *Tx, _, theirs *neighbour) (any, error) {
		return tx.Seat(theirs.agent.ID, theirs.support.ID)
	},
	"Seat, in their department": func(tx *Tx, mine, theirs *neighbour) (any, error) {
		seat, err := tx.Seat(mine.agent.ID, theirs.support.ID)
		if seat.Member != nil || seat.OpenHere > 0 {
			seat.Name = canary
		}
		return seat, err
	},
	"Move, ringing at their agent": func(tx *Tx, mine, theirs *neighbour) (any, error) {
		c := mine.waiting
		must(theirs.t, c.Offer(theirs.agent.ID, tx.Now(), tx.Now()+1))
		return nil, tx.Move(mine.waiting, &c, &models.Message{Kind: models.EventOffered}, models.EndAssigned)
	},
	"Decide": func(tx *Tx, _, theirs *neighbour) (any, error) {
		return nil, tx.Decide(&theirs.owned, models.Decision{What: models.EventAssigned})
	},
	"Save": func(tx *Tx, _, theirs *neighbour) (any, error) {
		c := theirs.owned
		c.Priority = 9
		return nil, tx.Save(&c)
	},
	"SaveOver": func(tx *Tx, _, theirs *neighbour) (any, error) {
		c := theirs.owned
		c.Priority = 9
		return nil, tx.SaveOver(theirs.owned, &c)
	},
	"Answered": func(tx *Tx, _, theirs *neighbour) (any, error) {
		answered, err := tx.Answered(&theirs.owned)
		if answered {
			return canary, err
		}
		return nil, err
	},
	"InQueue": func(tx *Tx, _, theirs *neighbour) (any, error) {
		n, err := tx.InQueue(theirs.support.ID)
		return strings.Repeat(canary, n), err
	},
	"LastAgent": func(tx *Tx, _, theirs *neighbour) (any, error) {
		id, err := tx.LastAgent(theirs.owned.VisitorID)
		if id == theirs.agent.ID {
			return canary, err
		}
		return nil, err
	},
	"Department": func(tx *Tx, _, theirs *neighbour) (any, error) { return tx.Department(theirs.support.ID) },
	"MembersOf":  func(tx *Tx, _, theirs *neighbour) (any, error) { return tx.MembersOf(theirs.support.ID) },
	"Account":    func(tx *Tx, _, _ *neighbour) (any, error) { return tx.Account() },
	"Of":         func(tx *Tx, _, theirs *neighbour) (any, error) { return tx.Of(theirs.agent.ID) },
	"SetAccepting": func(tx *Tx, _, theirs *neighbour) (any, error) {
		return nil, tx.SetAccepting(theirs.agent.ID, false)
	},
	"SetActive": func(tx *Tx, _, theirs *neighbour) (any, error) { return nil, tx.SetActive(theirs.agent.ID) },
	"SavePerson": func(tx *Tx, _, theirs *neighbour) (any, error) {
		return nil, tx.SavePerson(theirs.visitor.ID, models.Person{Name: "Mallory"})
	},
	"SetAvailability": func(tx *Tx, _, theirs *neighbour) (any, error) {
		return nil, tx.SetAvailability(theirs.agent.ID, models.Away)
	},
	"SetPresence": func(tx *Tx, _, theirs *neighbour) (any, error) {
		return nil, tx.SetPresence(theirs.agent.ID, models.Away, 0)
	},
	"Line":        func(tx *Tx, _, theirs *neighbour) (any, error) { return tx.Line(&theirs.owned, 3) },
	"VisibleLine": func(tx *Tx, _, theirs *neighbour) (any, error) { return tx.VisibleLine(&theirs.owned, 3) },
	"Edit": func(tx *Tx, _, theirs *neighbour) (any, error) {
		c := theirs.owned
		return tx.Edit(&c, models.Message{Seq: 3, VisibleSeq: 3, Kind: models.EventMessage}, "x")
	},
	"Delete": func(tx *Tx, _, theirs *neighbour) (any, error) {
		c := theirs.owned
		return tx.Delete(&c, models.Message{Seq: 3, VisibleSeq: 3, Kind: models.EventMessage})
	},
	"ReadByOwner": func(tx *Tx, _, theirs *neighbour) (any, error) {
		c := theirs.owned
		return tx.ReadByOwner(&c, 99)
	},
	"ReceivedByOwner": func(tx *Tx, _, theirs *neighbour) (any, error) {
		c := theirs.owned
		return tx.ReceivedByOwner(&c, 99)
	},
	"ReceivedByVisitor": func(tx *Tx, _, theirs *neighbour) (any, error) {
		c := theirs.owned
		c.VisitorReceivedSeq = -1 // so that nothing found is news
		return tx.ReceivedByVisitor(&c, 99)
	},
	"ReadByVisitor": func(tx *Tx, _, theirs *neighbour) (any, error) {
		c := theirs.owned
		return tx.ReadByVisitor(&c, 99)
	},
}
