package handlers

import (
	"context"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"

	"foyer/app/chat"
	"foyer/app/hub"
	"foyer/app/identity"
	"foyer/models"
)

const (
	closeSignedOut = 4005
	maxResumed     = 200 // conversations one hello may ask to be brought up to date on
)

// agentProtocol is what is said on an agent's socket.
type agentProtocol struct {
	// Static after construction.
	web    *Web
	client *hub.Client

	lines lines

	// Owned by the reader.
	flow  flow
	typed typingLimit
	token string             // the session's, as the request or hello brought it
	who   identity.Principal // once hello was said
}

func (w *Web) prepareAgent(c *fiber.Ctx) (func(*hub.Client) protocol, error) {
	if err := w.admit(c, 0); err != nil {
		return nil, err
	}
	token := requestOf(c.UserContext()).Token
	return func(client *hub.Client) protocol { return newAgentProtocol(w, client, token) }, nil
}

func newAgentProtocol(w *Web, client *hub.Client, token string) *agentProtocol {
	p := &agentProtocol{web: w, client: client, token: token}
	p.flow = flow{client: client, take: func(weight int, now time.Time) time.Duration {
		return w.usage.agents.Take(p.who.Agent.ID, weight, now)
	}}
	return p
}

// Hello tells who the agent is, and sends everything that is open and what they missed.
func (p *agentProtocol) Hello(ctx context.Context, frame []byte) error {
	var in struct {
		Token string           `json:"token"`
		Epoch string           `json:"epoch"`
		After map[string]int64 `json:"after"`
		Idle  bool             `json:"idle"` // the console has come back by itself: nobody is at the desk
	}
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	if len(in.After) > maxResumed {
		return badFrame("after names %d conversations: at most %d are allowed", len(in.After), maxResumed)
	}
	if in.Token != "" {
		p.token = in.Token
	}
	who, err := p.authenticate(ctx, p.token)
	if err != nil {
		return err
	}
	p.who = who
	agent := who.Agent
	if !p.web.usage.agentSockets.Take(agent.ID) {
		return &closeError{closeTooMany, "too many connections of this agent"}
	}
	fresh := in.Epoch != "" && in.Epoch != p.web.Chat.Epoch()
	err = p.greet(ctx, agent, fresh)
	if err == nil { // before the replay: a long one on a slow line must not cost them their conversations
		err = p.web.Chat.AgentCame(ctx, agent, in.Idle)
	}
	if err != nil {
		p.web.usage.agentSockets.Leave(agent.ID)
		return err
	}
	p.web.rights.sessions.add(p.right())
	if err := p.replay(ctx, agent, fresh, in.After); err != nil {
		p.Left() // the transport calls it only for sockets whose hello succeeded
		return err
	}
	return nil
}

// greet subscribes first and then takes the snapshot, so that nothing is missed in between. fresh says
// that what they hold is of another epoch: they are told before the first event of this one.
func (p *agentProtocol) greet(ctx context.Context, agent models.Agent, fresh bool) error {
	p.client.Hold()
	defer p.client.Release()
	p.web.Hub.Subscribe(p.client, chat.TopicAgents(agent.AccountID), chat.TopicAgent(agent.ID), chat.TopicSession(p.who.Session.ID))
	if _, err := p.authenticate(ctx, p.token); err != nil { // it may have ended just before we subscribed
		return err
	}
	welcome, err := p.web.Chat.WelcomeAgent(ctx, agent,
		chat.Beat{Ping: p.web.Config.Socket.AgentPing, Dead: p.web.Config.Socket.AgentDead})
	if err != nil {
		return err
	}
	p.client.Reply(welcome)
	if fresh {
		p.client.Reply(p.web.Chat.Reset(""))
	}
	return nil
}

// replay sends what was missed. Meanwhile what happens goes out too: clients put it in order.
func (p *agentProtocol) replay(ctx context.Context, agent models.Agent, fresh bool, afters map[string]int64) error {
	for conv, after := range afters {
		if fresh {
			after = 0
		}
		err := p.web.Chat.ReplayToAgent(ctx, agent, conv, after, p.client.SendWait)
		if err != nil && models.KindOf(err) != models.KindNotFound {
			return err
		}
	}
	return nil
}

func (p *agentProtocol) authenticate(ctx context.Context, token string) (identity.Principal, error) {
	who, err := p.web.Identity.Authenticate(ctx, token)
	if models.KindOf(err) == models.KindUnauthorized {
		return who, &closeError{Code: closeSignedOut, Reason: "not signed in"}
	}
	return who, err
}

func (p *agentProtocol) right() sessionRight {
	return sessionRight{ID: p.who.Session.ID, Role: p.who.Agent.Role}
}

// Left says that this connection of the agent is gone.
func (p *agentProtocol) Left() {
	p.lines.settle()
	p.web.rights.sessions.drop(p.right())
	p.web.usage.agentSockets.Leave(p.who.Agent.ID)
	if err := p.web.Chat.AgentLeft(context.Background(), p.who.Agent); err != nil {
		slog.Error("an agent's leaving could not be stored", "agent", p.who.Agent.PublicID, "error", err)
	}
}

// agentFrames is everything an agent can say after hello. Each has its row in the isolation matrix.
var agentFrames = map[string]func(*agentProtocol, context.Context, []byte) error{
	"send":     (*agentProtocol).send,
	"received": (*agentProtocol).received,
	"read":     (*agentProtocol).read,
	"typing":   (*agentProtocol).typing,
	"get":      (*agentProtocol).get,
	"watch":    (*agentProtocol).watch,
	"unwatch":  (*agentProtocol).unwatch,
}

// signsOfLife are the frames that a console does not send by itself.
var signsOfLife = map[string]bool{"send": true, "typing": true, "read": true}

// Frame does what a frame asks for.
func (p *agentProtocol) Frame(ctx context.Context, about envelope, frame []byte) error {
	t := string(about.T)
	if t != "send" {
		p.lines.settle()
	}
	if do, ok := agentFrames[t]; ok {
		if err := p.flow.pass(agentWeights[t], lineID(about), time.Now()); err != nil {
			p.lines.settle() // no answer overtakes those of the lines before
			return err
		}
		if signsOfLife[t] {
			if err := p.web.Chat.Active(ctx, p.who.Agent); err != nil { // the frame may do nevertheless
				slog.Error("an agent's sign of life could not be stored", "agent", p.who.Agent.PublicID, "error", err)
			}
		}
		return do(p, ctx, frame)
	}
	return badFrame("unknown t: see docs/protocol.md for what an agent can say")
}

func (p *agentProtocol) send(_ context.Context, frame []byte) error {
	return p.lines.send(p.client, frame, func(of *chat.Stream, l chat.Line, answer func(chat.Ack, error)) error {
		return p.web.Chat.BeginAsAgent(p.who.Agent, of, l, answer)
	})
}

func (p *agentProtocol) read(ctx context.Context, frame []byte) error {
	var in struct {
		Conv string
		Seq  int64
	}
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	return p.web.Chat.ReadAsAgent(ctx, p.who.Agent, in.Conv, in.Seq)
}

func (p *agentProtocol) received(ctx context.Context, frame []byte) error {
	var in struct {
		Conv string
		Seq  int64
	}
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	return p.web.Chat.ReceivedByAgent(ctx, p.who.Agent, in.Conv, in.Seq)
}

func (p *agentProtocol) typing(ctx context.Context, frame []byte) error {
	if !p.typed.allow() {
		return nil
	}
	var in struct{ Conv string }
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	return p.web.Chat.TypingAsAgent(ctx, p.who.Agent, in.Conv)
}

func (p *agentProtocol) get(ctx context.Context, frame []byte) error {
	return sendLog(ctx, p.client, frame, func(conv string, part chat.Slice) ([]chat.Event, bool, error) {
		return p.web.Chat.Log(ctx, p.who.Agent, conv, part)
	})
}

func (p *agentProtocol) watch(ctx context.Context, frame []byte) error {
	return p.follow(ctx, frame, p.web.Hub.Subscribe)
}

func (p *agentProtocol) unwatch(ctx context.Context, frame []byte) error {
	return p.follow(ctx, frame, p.web.Hub.Unsubscribe)
}

func (p *agentProtocol) follow(ctx context.Context, frame []byte, change func(*hub.Client, ...hub.Topic)) error {
	var in struct{ ID, Conv string }
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	id, err := p.web.Chat.Watch(ctx, p.who.Agent, in.Conv)
	if err != nil {
		return err
	}
	change(p.client, chat.TopicWatch(id))
	p.client.Reply(okOut{ID: in.ID}.encode())
	return nil
}
