package store

import (
	"context"
	"crypto/rand"
	"fmt"

	"foyer/models"
)

var background = context.Background()

// reporter is what tests and rapid's checks have in common.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// tenant is an account with a site and two departments, and what happens in it.
type tenant struct {
	*bed
	t               reporter
	id              int64
	site            models.Site
	support, orders models.Department
}

func newTenant(t reporter, b *bed) *tenant {
	t.Helper()
	row, err := b.CreateAccount(background, "Kettle & Leaf")
	must(t, err)
	a := &tenant{bed: b, t: t, id: row.ID}
	a.support, err = a.account().CreateDepartment(background, models.NewDepartment("Support"))
	must(t, err)
	a.orders, err = a.account().CreateDepartment(background, models.NewDepartment("Orders"))
	must(t, err)
	a.site = models.Site{Key: "site-" + rand.Text(), Name: "Shop", Origins: []string{"https://shop.example"}, Enabled: true}
	must(t, a.account().CreateSite(background, &a.site))
	return a
}

// account is the account in the store that is open now.
func (a *tenant) account() *Account { return a.For(a.id) }

// agent makes an agent of both departments.
func (a *tenant) agent(name string, limit int) models.Agent {
	a.t.Helper()
	agent := models.Agent{
		Email: rand.Text() + "@example.com", Name: name, Role: models.RoleAgent,
		ChatLimit: limit, Availability: models.Online,
	}
	must(a.t, a.account().CreateAgent(background, &agent, a.support, a.orders))
	return agent
}

func (a *tenant) visitor() models.Visitor {
	a.t.Helper()
	v := models.Visitor{SiteID: a.site.ID, TokenHash: []byte(rand.Text()), Name: "Vera"}
	must(a.t, a.account().CreateVisitor(background, &v))
	return v
}

// started makes a new visitor's conversation, waiting for support.
func (a *tenant) started() models.Conversation {
	a.t.Helper()
	c, err := a.start(a.visitor(), rand.Text())
	must(a.t, err)
	return c
}

// active makes a conversation that an agent has.
func (a *tenant) active(agent models.Agent) models.Conversation {
	a.t.Helper()
	c := a.started()
	must(a.t, a.assign(c.PublicID, agent.ID))
	return a.now(c.PublicID).Conversation
}

func (a *tenant) start(v models.Visitor, cid string) (c models.Conversation, err error) {
	err = a.account().Change(background, func(tx *Tx) error {
		c = models.Conversation{SiteID: v.SiteID, VisitorID: v.ID, DepartmentID: a.support.ID, StartCID: cid}
		if err := tx.Create(&c); err != nil {
			return err
		}
		return tx.Append(&c, &models.Message{
			Kind: models.EventQueued, AuthorType: models.BySystem, DepartmentID: a.support.ID,
		})
	}, nil)
	return c, err
}

// decision changes a conversation by its rules and says which event tells of it.
type decision func(tx *Tx, c *models.Conversation) (models.Message, error)

// move carries a decision out as app/chat does, and returns the event.
func (a *tenant) move(conv string, why models.EndReason, decide decision) (event models.Message, err error) {
	err = a.account().Change(background, func(tx *Tx) error {
		c, err := tx.Conversation(conv)
		if err != nil {
			return err
		}
		before := *c
		if event, err = decide(tx, c); err != nil {
			return err
		}
		event.AuthorType = models.BySystem
		return tx.Move(before, c, &event, why)
	}, nil)
	return event, err
}

func (a *tenant) assign(conv string, agent int64) error {
	_, err := a.move(conv, models.EndAssigned, assignTo(agent))
	return err
}

// assignTo gives a waiting conversation to an agent who has room for it.
func assignTo(agent int64) decision {
	return func(tx *Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventAssigned, AgentID: agent}
		if err := hasRoom(tx, agent, c); err != nil {
			return told, err
		}
		return told, c.Assign(agent, tx.Now())
	}
}

func hasRoom(tx *Tx, agent int64, c *models.Conversation) error {
	seat, err := tx.Seat(agent, c.DepartmentID)
	if err == nil && seat.Open >= seat.ChatLimit {
		return models.Errorf(models.KindAtCapacity, "%s is busy", seat.Name)
	}
	return err
}

func (a *tenant) transfer(conv string, agent int64) error {
	_, err := a.move(conv, models.EndTransferred, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventTransferred, AgentID: agent}
		if err := hasRoom(tx, agent, c); err != nil {
			return told, err
		}
		return told, c.Transfer(agent, tx.Now())
	})
	return err
}

func (a *tenant) requeue(conv string, why models.EndReason) error {
	_, err := a.move(conv, why, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventAgentLost, AgentID: c.AgentID, DepartmentID: c.DepartmentID}
		return told, c.Requeue(c.DepartmentID, tx.Now())
	})
	return err
}

func (a *tenant) close(conv string) error {
	_, err := a.move(conv, models.EndClosed, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventClosed}, c.Close(tx.Now())
	})
	return err
}

// post stores a line as whoever is meant.
func (a *tenant) post(conv string, by models.Author, cid, text string) (*Post, error) {
	p := &Post{Conversation: conv, Author: by, CID: cid, Text: text}
	return p, a.account().Post(background, p, func() {})
}

func (a *tenant) note(conv string, by models.Author, cid, text string) (*Post, error) {
	p := &Post{Conversation: conv, Author: by, CID: cid, Text: text, Note: true}
	return p, a.account().Post(background, p, func() {})
}

func visitorOf(c models.Conversation) models.Author {
	return models.Author{Type: models.ByVisitor, ID: c.VisitorID}
}

func byAgent(a models.Agent) models.Author { return models.Author{Type: models.ByAgent, ID: a.ID} }

// now reads a conversation as it stands.
func (a *tenant) now(conv string) models.Summary {
	a.t.Helper()
	c, err := a.account().Summary(background, conv)
	must(a.t, err)
	return c
}

// log reads everything that was ever written to a conversation.
func (a *tenant) log(conv string) []Event {
	a.t.Helper()
	c := a.now(conv)
	events, more, err := a.account().Events(background, &c.Conversation, Range{Limit: 100_000})
	must(a.t, err)
	if more {
		a.t.Fatalf("there is more to a log of %d", len(events))
	}
	return events
}

// dense reports a log in which a number is missing or doubled, in either count.
func (a *tenant) dense(conv string) {
	a.t.Helper()
	c := a.now(conv)
	var seq, visible int64
	cids := map[string]bool{}
	for _, e := range a.log(conv) {
		if seq++; e.Seq != seq {
			a.t.Fatalf("event %d of the log has seq %d", seq, e.Seq)
		}
		want := int64(0)
		if e.ForVisitors() {
			visible++
			want = visible
		}
		if e.VisibleSeq != want {
			a.t.Fatalf("event %d (%s) has visible seq %d, want %d", seq, e.Kind, e.VisibleSeq, want)
		}
		if key := fmt.Sprint(e.Author(), e.CID); e.CID != "" {
			if cids[key] {
				a.t.Fatalf("cid %s is in the log twice", e.CID)
			}
			cids[key] = true
		}
	}
	if c.LastSeq != seq || c.LastVisibleSeq != visible {
		a.t.Fatalf("the conversation counts %d events, %d visible; its log has %d, %d", c.LastSeq, c.LastVisibleSeq, seq, visible)
	}
}
