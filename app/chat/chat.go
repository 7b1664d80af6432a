// Package chat is the conversation: starting, posting, assigning, transferring, closing; the loop
// that assigns and the sweeper of deadlines. It is the only door through which a conversation
// changes, and it makes the frames that tell of it. What a socket or an HTTP call looks like it
// does not know.
package chat

import (
	"context"
	"slices"
	"sync"
	"time"

	"foyer/app/hub"
	"foyer/app/presence"
	"foyer/app/store"
	"foyer/models"
)

// Settings are the times by which conversations move.
type Settings struct {
	AgentGrace   time.Duration // how long an agent nobody hears from keeps their conversations
	VisitorGrace time.Duration // how long a visitor who has gone keeps their place in the queue
	TransferBack time.Duration // after what time a transfer that nobody took goes back
	AskAgain     time.Duration // after what time an agent who gave a conversation back may be asked again
	Sweep        time.Duration // how often deadlines are looked for when nothing else wakes the sweeper
	EditWindow   time.Duration // how long after saying something its author may change it; 0 is never
}

// Service is the conversation of all accounts.
type Service struct {
	// Static after New.
	store    *store.Store
	hub      *hub.Hub
	presence presence.Presence
	now      func() time.Time
	settings Settings
	wake     chan struct{} // a deadline may have come nearer

	summaries summaries
	pump      pump
	lists     together[openList]
	sites     sites
	plans     plans

	// Guarded by mu.
	mu        sync.Mutex
	stopped   bool
	assigners map[int64]*assigner // accounts whose queue is being looked at
	memories  map[int64]memory    // by account in whose queue somebody waits
	untold    map[int64][]wait    // by account: who is to be told their place again
	running   sync.WaitGroup

	signs signs
}

// New makes the Service. Run has to run beside it.
func New(s *store.Store, h *hub.Hub, now func() time.Time, settings Settings) *Service {
	return &Service{
		store: s, hub: h, now: now, settings: settings,
		wake: make(chan struct{}, 1), assigners: map[int64]*assigner{}, memories: map[int64]memory{}, untold: map[int64][]wait{},
	}
}

// Topics under which sockets hear what happens.

// TopicAgents is what all agents of an account hear: summaries and presence.
func TopicAgents(accountID int64) hub.Topic { return topic("account", accountID) }

// TopicAgent is what one agent hears: the events of their conversations.
func TopicAgent(agentID int64) hub.Topic { return topic("agent", agentID) }

// TopicWatch is what agents hear who follow a conversation that is not theirs.
func TopicWatch(conversationID int64) hub.Topic { return topic("watch", conversationID) }

// TopicVisitor is what all tabs of a visitor hear.
func TopicVisitor(visitorID int64) hub.Topic { return topic("visitor", visitorID) }

// TopicSession is what the sockets of one sign-in listen to, so that they end with it.
func TopicSession(sessionID int64) hub.Topic { return topic("session", sessionID) }

// Epoch names the life of the logs.
func (s *Service) Epoch() string { return s.store.Epoch() }

// Reset makes the frame that tells a client that what it holds is not ours.
func (s *Service) Reset(conv string) []byte {
	return frame(resetFrame{"reset", s.store.Epoch(), conv})
}

// SaveVisit keeps where a visitor is and with which browser.
func (s *Service) SaveVisit(ctx context.Context, v *models.Visitor) error {
	return s.store.For(v.AccountID).SaveVisit(ctx, v)
}

// tell publishes an event and what follows from it. before are the owner and the guests at the time of
// the event, who hear of it even when it took the conversation from them.
func (s *Service) tell(c models.Summary, e store.Event, before ...int64) {
	agents := []hub.Topic{TopicWatch(c.ID)}
	for _, id := range slices.Concat([]int64{c.AgentID}, before, c.Guests) {
		if id != 0 {
			agents = append(agents, TopicAgent(id))
		}
	}
	s.hub.Publish(eventFor(c.PublicID, e, false).Encode(), agents...)
	if e.VisibleSeq > 0 {
		s.hub.Publish(eventFor(c.PublicID, e, true).Encode(), TopicVisitor(c.VisitorID))
	}
	s.tellSummary(c, e.Kind.Moves())
}

// tellSummary tells all agents of an account how a conversation stands; urgent is what changes who
// has it or whether it waits.
func (s *Service) tellSummary(c models.Summary, urgent bool) {
	s.summaries.tell(c, urgent, func(c models.Summary, everybody bool) {
		f := func() []byte { return frame(convFrame{"conv", s.summary(c)}) }
		s.pump.renew(c.AccountID, c.PublicID, f)
		s.hub.PublishLatest(c.PublicID, f(), near(c)...)
		if everybody {
			s.pump.tell(s.hub, c.AccountID, c.PublicID, f)
		}
	})
}

// near are the topics of those who have a conversation, were invited into it, or follow it.
func near(c models.Summary) []hub.Topic {
	to := []hub.Topic{TopicAgent(c.AgentID), TopicWatch(c.ID)}
	for _, id := range c.Guests {
		to = append(to, TopicAgent(id))
	}
	return to
}

// event names the people of a new entry of a log. by is who did it; nil for the system.
func event(m models.Message, by *Author) store.Event {
	e := store.Event{Message: m}
	if by != nil {
		e.AuthorPublicID, e.AuthorName = by.ID, by.Name
	}
	return e
}

func authorOf(a models.Agent) *Author {
	return &Author{Type: models.ByAgent, ID: a.PublicID, Name: a.Name}
}

func visitorOf(c models.Summary) *Author {
	return &Author{Type: models.ByVisitor, ID: c.VisitorPublicID, Name: c.VisitorName}
}

// Summary returns a conversation as agents of the account see it.
func (s *Service) Summary(ctx context.Context, agent models.Agent, conv string) (Summary, error) {
	c, err := s.store.For(agent.AccountID).Summary(ctx, conv)
	return s.summary(c), err
}
