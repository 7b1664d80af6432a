package store

import (
	"crypto/rand"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"foyer/models"
)

// neighbour is an account with something of everything, named after a word that must not show
// anywhere else.
type neighbour struct {
	*tenant
	agent          models.Agent
	visitor        models.Visitor // has a conversation
	newcomer       models.Visitor // has none
	session        models.Session
	waiting, owned models.Conversation
	unsent, sent   models.File
}

const canary = "Kanarienvogel"

func newNeighbour(t *testing.T, b *bed, name string) *neighbour {
	t.Helper()
	row, err := b.CreateAccount(background, name)
	must(t, err)
	n := &neighbour{tenant: &tenant{bed: b, t: t, id: row.ID}}
	n.support, err = n.account().CreateDepartment(background, models.NewDepartment(name))
	must(t, err)
	n.orders, err = n.account().CreateDepartment(background, models.NewDepartment(name+" too"))
	must(t, err)
	n.site = models.Site{Key: rand.Text(), Name: name, Enabled: true}
	must(t, n.account().CreateSite(background, &n.site))
	n.agent = n.tenant.agent(name, 9)
	n.visitor = models.Visitor{SiteID: n.site.ID, TokenHash: []byte(rand.Text()), Name: name}
	must(t, n.account().CreateVisitor(background, &n.visitor))
	n.newcomer = n.tenant.visitor()
	n.session = models.Session{AgentID: n.agent.ID, TokenHash: []byte(rand.Text()), ExpiresAt: 1 << 60}
	must(t, n.account().CreateSession(background, &n.session))
	n.waiting, err = n.start(n.visitor, "start "+name)
	must(t, err)
	c := n.started()
	b.clock.pass(2 * time.Second) // long enough to count for the pace
	must(t, n.assign(c.PublicID, n.agent.ID))
	n.owned = n.now(c.PublicID).Conversation
	must(t, n.account().Change(background, func(tx *Tx) error {
		return tx.Decide(&n.owned, models.Decision{What: models.EventAssigned, AgentID: n.agent.ID, Why: name})
	}, nil))
	must(t, n.keep(n.started().PublicID))
	must(t, n.account().SaveMember(background, models.NewMember(n.support.ID, n.agent.ID)))
	n.talk(n.owned, n.agent, "van")
	n.unsent, n.sent = n.uploaded(n.waiting), n.uploaded(n.waiting)
	_, err = n.postFile(n.waiting, "file "+name, n.sent)
	must(t, err)
	n.grace(n.agent, b.clock.instant().Add(time.Hour))
	must(t, n.account().Change(background, func(tx *Tx) error { return tx.SetPresence(n.agent.ID, models.Online, 0) }, nil))
	n.waiting, n.owned = n.now(n.waiting.PublicID).Conversation, n.now(n.owned.PublicID).Conversation
	return n
}

// asks are all methods of Account, each called with ids of somebody else's. What they find is
// returned, whether they refuse is left to them.
var asks = map[string]func(me *Account, mine, theirs *neighbour) (any, error){
	"Account":     func(me *Account, _, _ *neighbour) (any, error) { return me.Account(background) },
	"Agents":      func(me *Account, _, _ *neighbour) (any, error) { return me.Agents(background) },
	"Departments": func(me *Account, _, _ *neighbour) (any, error) { return me.Departments(background) },
	"Members": func(me *Account, _, theirs *neighbour) (any, error) {
		members, err := me.Members(background)
		for _, m := range members {
			if m.AgentID == theirs.agent.ID || m.DepartmentID == theirs.support.ID {
				return canary, err
			}
		}
		return nil, err
	},
	"Open":  func(me *Account, _, _ *neighbour) (any, error) { return me.Open(background) },
	"Sites": func(me *Account, _, _ *neighbour) (any, error) { return me.Sites(background) },
	"Queue": func(me *Account, _, theirs *neighbour) (any, error) {
		queue, err := me.Queue(background, 0)
		for _, c := range queue {
			if c.AccountID == theirs.id {
				return canary, err
			}
		}
		return nil, err
	},
	"Plan": func(me *Account, _, theirs *neighbour) (any, error) {
		p, err := me.Plan(background)
		for _, m := range p.Members {
			if m.AgentID == theirs.agent.ID {
				return canary, err
			}
		}
		return []any{p.Account, p.Departments}, err
	},
	"Standings": func(me *Account, _, theirs *neighbour) (any, error) { return me.Standings(background) },
	"Staff": func(me *Account, _, theirs *neighbour) (any, error) {
		s, err := me.Staff(background)
		for _, l := range s.Loads {
			if l.AgentID == theirs.agent.ID || l.DepartmentID == theirs.support.ID {
				return canary, err
			}
		}
		return s.Agents, err
	},
	"Pace": func(me *Account, _, theirs *neighbour) (any, error) {
		list, err := me.Pace(background, theirs.support.ID, 0, 99)
		return strings.Repeat(canary, len(list)), err
	},
	"Decisions": func(me *Account, _, theirs *neighbour) (any, error) {
		list, err := me.Decisions(background, theirs.owned.ID, 99)
		return strings.Repeat(canary, len(list)), err
	},
	"Messages": func(me *Account, _, theirs *neighbour) (any, error) {
		counts, err := me.Messages(background)
		return strings.Repeat(canary, counts[theirs.support.ID]+counts[theirs.orders.ID]), err
	},
	"Department": func(me *Account, _, theirs *neighbour) (any, error) {
		return me.Department(background, theirs.support.ID)
	},
	"SaveDepartment": func(me *Account, _, theirs *neighbour) (any, error) {
		d := theirs.support
		d.Strategy = models.RoundRobin
		return nil, me.SaveDepartment(background, &d)
	},
	"SaveDepartment, overflowing into theirs": func(me *Account, mine, theirs *neighbour) (any, error) {
		d := mine.support
		d.Then, d.OverflowID = models.ThenOverflow, theirs.support.ID
		return nil, me.SaveDepartment(background, &d)
	},
	"CreateDepartment": func(me *Account, _, theirs *neighbour) (any, error) {
		d := models.NewDepartment("Mallory")
		d.Then, d.OverflowID = models.ThenOverflow, theirs.support.ID
		return me.CreateDepartment(background, d)
	},
	"SaveMember": func(me *Account, mine, theirs *neighbour) (any, error) {
		return nil, me.SaveMember(background, models.NewMember(mine.support.ID, theirs.agent.ID))
	},
	"SaveMember, in their department": func(me *Account, mine, theirs *neighbour) (any, error) {
		return nil, me.SaveMember(background, models.NewMember(theirs.support.ID, mine.agent.ID))
	},
	"SaveMember, both theirs": func(me *Account, _, theirs *neighbour) (any, error) {
		m := models.NewMember(theirs.support.ID, theirs.agent.ID)
		m.Tier = models.TierLast
		return nil, me.SaveMember(background, m)
	},
	"DeleteMember": func(me *Account, _, theirs *neighbour) (any, error) {
		return nil, me.DeleteMember(background, theirs.support.ID, theirs.agent.ID)
	},
	"SetLimit": func(me *Account, _, theirs *neighbour) (any, error) {
		return nil, me.SetLimit(background, theirs.agent.ID, 0)
	},
	"SaveRouting": func(me *Account, mine, theirs *neighbour) (any, error) {
		row := models.Account{ID: theirs.id, Name: "Mallory", AutoAway: 0, ReturnToLast: true}
		err := me.SaveRouting(background, row)
		must(theirs.t, err)
		return nil, me.SaveRouting(background, models.Account{AutoAway: models.DefaultAutoAway}) // mine, as it was
	},
	"Agent": func(me *Account, _, theirs *neighbour) (any, error) { return me.Agent(background, theirs.agent.ID) },
	"AgentCalled": func(me *Account, _, theirs *neighbour) (any, error) {
		return me.AgentCalled(background, theirs.agent.PublicID)
	},
	"DepartmentCalled": func(me *Account, _, theirs *neighbour) (any, error) {
		return me.DepartmentCalled(background, theirs.support.PublicID)
	},
	"Summary": func(me *Account, _, theirs *neighbour) (any, error) {
		return me.Summary(background, theirs.owned.PublicID)
	},
	"Conversation": func(me *Account, _, theirs *neighbour) (any, error) {
		return me.Conversation(background, theirs.owned.PublicID)
	},
	"OpenOf":  func(me *Account, _, theirs *neighbour) (any, error) { return me.OpenOf(background, theirs.visitor.ID) },
	"OwnedBy": func(me *Account, _, theirs *neighbour) (any, error) { return me.OwnedBy(background, theirs.agent.ID) },
	"Visitor": func(me *Account, _, theirs *neighbour) (any, error) { return me.Visitor(background, theirs.visitor.ID) },
	"ConversationsOf": func(me *Account, _, theirs *neighbour) (any, error) {
		n, err := me.ConversationsOf(background, theirs.visitor.ID)
		return strings.Repeat(canary, int(n)), err
	},
	"WantOnline": func(me *Account, _, _ *neighbour) (any, error) { return me.WantOnline(background) },
	"VisitorByToken": func(me *Account, _, theirs *neighbour) (any, error) {
		return me.VisitorByToken(background, theirs.site.ID, theirs.visitor.TokenHash)
	},
	"List": func(me *Account, _, theirs *neighbour) (any, error) {
		all, err := me.List(background, Filter{Limit: 99})
		must(theirs.t, err)
		one, err := me.List(background, Filter{Limit: 99, OwnerID: theirs.agent.ID})
		return append(all, one...), err
	},
	"Events": func(me *Account, _, theirs *neighbour) (any, error) {
		all, more, err := me.Events(background, &theirs.owned, Range{Limit: 2})
		if more {
			all = append(all, Event{AuthorName: canary})
		}
		return all, err
	},
	"AddFile": func(me *Account, mine, theirs *neighbour) (any, error) {
		f := models.File{AuthorType: models.ByVisitor, AuthorID: theirs.visitor.ID, Name: "x", Blob: "x", Size: 1}
		err := me.AddFile(background, theirs.waiting.PublicID, &f, Quota{Visitor: 9, Site: 9})
		return f, err
	},
	"DropFile": func(me *Account, _, theirs *neighbour) (any, error) {
		return nil, me.DropFile(background, theirs.unsent.ID)
	},
	"SentFile": func(me *Account, _, theirs *neighbour) (any, error) {
		f, visitor, err := me.SentFile(background, theirs.sent.PublicID)
		return []any{f, visitor}, err
	},
	"Post, their file": func(me *Account, mine, theirs *neighbour) (any, error) {
		p := &Post{Conversation: mine.waiting.PublicID, Author: visitorOf(mine.waiting), CID: "x", File: theirs.unsent.PublicID}
		return p.Message, me.Post(background, p, func() {})
	},
	"SetOrigins": func(me *Account, _, theirs *neighbour) (any, error) {
		return nil, me.SetOrigins(background, theirs.site.ID, []string{"https://evil.example"})
	},
	"SaveVisit": func(me *Account, _, theirs *neighbour) (any, error) {
		v := theirs.visitor
		v.PageTitle = "Mallory"
		return nil, me.SaveVisit(background, &v)
	},
	"DeleteSession": func(me *Account, _, theirs *neighbour) (any, error) {
		return nil, me.DeleteSession(background, theirs.session.ID)
	},
	"SetPassword": func(me *Account, mine, theirs *neighbour) (any, error) {
		_, err := me.SetPassword(background, theirs.agent.ID, theirs.agent.PasswordHash, "x", mine.session.ID)
		return nil, err
	},
	"CreateAgent": func(me *Account, _, theirs *neighbour) (any, error) {
		agent := models.Agent{Email: rand.Text(), Availability: models.Online}
		return nil, me.CreateAgent(background, &agent, theirs.support)
	},
	"CreateSession": func(me *Account, _, theirs *neighbour) (any, error) {
		return nil, me.CreateSession(background, &models.Session{AgentID: theirs.agent.ID, TokenHash: []byte("x")})
	},
	"CreateVisitor": func(me *Account, _, theirs *neighbour) (any, error) {
		return nil, me.CreateVisitor(background, &models.Visitor{SiteID: theirs.site.ID, TokenHash: []byte("x")})
	},
	"Post": func(me *Account, _, theirs *neighbour) (any, error) {
		p := &Post{
			Account: theirs.id, Conversation: theirs.owned.PublicID, Author: byAgent(theirs.agent), CID: "x", Text: "x", Note: true,
		}
		return p.Message, me.Post(background, p, func() {})
	},
	"BeginPost": func(me *Account, _, theirs *neighbour) (any, error) {
		p := &Post{
			Account: theirs.id, Conversation: theirs.owned.PublicID, Author: byAgent(theirs.agent), CID: "x", Text: "x", Note: true,
		}
		end := make(chan error)
		me.BeginPost(p, func(err error) { end <- err })
		return p.Message, <-end
	},
	"Change":     nil, // below
	"Begin":      nil, // as Change
	"CreateSite": nil, // names nothing
}

// refused are those that must not only do nothing but say so.
var refused = map[string]models.Kind{
	"Department": models.KindNotFound, "SaveDepartment": models.KindNotFound,
	"SaveDepartment, overflowing into theirs": models.KindNotFound, "CreateDepartment": models.KindNotFound,
	"SaveMember": models.KindNotFound, "SaveMember, in their department": models.KindNotFound,
	"SaveMember, both theirs": models.KindNotFound, "DeleteMember": models.KindNotFound, "SetLimit": models.KindNotFound,
	"Tx.Move, ringing at their agent": models.KindNotFound, "Tx.Decide": models.KindNotFound, "Tx.Save": models.KindConflict,
	"Tx.Department": models.KindNotFound,
	"Agent":         models.KindNotFound, "AgentCalled": models.KindNotFound, "DepartmentCalled": models.KindNotFound,
	"Summary": models.KindNotFound, "OpenOf": models.KindNotFound, "Visitor": models.KindNotFound,
	"VisitorByToken": models.KindNotFound, "CreateAgent": models.KindNotFound, "CreateSession": models.KindNotFound,
	"SetPassword": models.KindConflict, "CreateVisitor": models.KindNotFound, "BeginPost": models.KindNotFound, "Post": models.KindNotFound,
	"AddFile": models.KindNotFound, "SentFile": models.KindNotFound, "Post, their file": models.KindNotFound,
	"Tx.Conversation": models.KindNotFound,
	"Tx.Summary":      models.KindNotFound, "Tx.Append": models.KindConflict, "Tx.Move": models.KindConflict,
	"Tx.Move, to their agent": models.KindNotFound, "Tx.Move, to their department": models.KindNotFound,
	"Tx.Create": models.KindNotFound, "Tx.Create, in their department": models.KindNotFound,
	"Tx.Create, on their site": models.KindNotFound, "Tx.Seat": models.KindNotFound, "Tx.SetPresence": models.KindNotFound,
	"Tx.ReadByOwner": models.KindConflict, "Tx.ReadByVisitor": models.KindConflict,
	"Tx.Line": models.KindNotFound, "Tx.VisibleLine": models.KindNotFound,
	"Tx.Edit": models.KindConflict, "Tx.Delete": models.KindConflict,
	"Tx.ReceivedByOwner": models.KindNotFound, "Tx.ReceivedByVisitor": models.KindNotFound, "Conversation": models.KindNotFound,
}

func TestNoMethodReachesAnotherAccount(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		mine, theirs := newNeighbour(t, b, "Mine"), newNeighbour(t, b, canary)
		try := func(name string, ask func() (any, error)) {
			t.Run(name, func(t *testing.T) {
				before := b.contents(t)
				found, err := ask()
				if refused[name] != "" || models.KindOf(err) == models.KindUnavailable {
					wantKind(t, err, refused[name])
				}
				text, jsonErr := json.Marshal(found)
				must(t, jsonErr)
				if strings.Contains(string(text), canary) || err != nil && strings.Contains(err.Error(), canary) {
					t.Errorf("it shows %s (%v)", text, err)
				}
				b.unchanged(t, before)
			})
		}
		for name, ask := range asks {
			if ask != nil {
				try(name, func() (any, error) { return ask(mine.account(), mine, theirs) })
			}
		}
		for name, change := range changes {
			if change == nil {
				continue
			}
			try("Tx."+name, func() (found any, err error) {
				err = mine.account().Change(background, func(tx *Tx) error {
					found, err = change(tx, mine, theirs)
					return err
				}, nil)
				return found, err
			})
		}
	})
}

func TestEveryMethodIsTriedOnAnotherAccount(t *testing.T) {
	for _, exported := range []reflect.Type{reflect.TypeFor[*Account](), reflect.TypeFor[*Tx]()} {
		for method := range exported.Methods() {
			_, asked := asks[method.Name]
			if exported == reflect.TypeFor[*Tx]() {
				_, asked = changes[method.Name]
			}
			if !asked {
				t.Errorf("%s.%s is new: say above what it does with another account's ids", exported, method.Name)
			}
		}
	}
}
