package handlers

import (
	"context"
	"net/netip"
	"reflect"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"foyer/app/chat"
	"foyer/app/hub"
	"foyer/models"
)

const closeUnknownVisitor = 4302

// visitorProtocol is what is said on a visitor's socket.
type visitorProtocol struct {
	// Static after construction.
	web       *Web
	client    *hub.Client
	site      models.Site
	right     siteRight
	userAgent string
	address   netip.Prefix

	lines lines

	// Owned by the reader.
	flow    flow
	typed   typingLimit
	visitor models.Visitor // once hello was said
}

// prepareVisitor decides before the upgrade whether a visitor may have a socket.
func (w *Web) prepareVisitor(c *fiber.Ctx) (func(*hub.Client) protocol, error) {
	site, err := w.Identity.Site(c.UserContext(), utils.CopyString(c.Query("site")))
	if err != nil {
		return nil, err
	}
	if err := w.visitorOrigin(c, site); err != nil {
		return nil, err
	}
	right := siteRight{ID: site.ID}
	if !w.fromUs(c) {
		right.Origin = shared(c.Get(fiber.HeaderOrigin))
	}
	if err := w.admit(c, site.ID); err != nil {
		return nil, err
	}
	r := requestOf(c.UserContext())
	site.Origins = nil // they were for this request; every idle visitor would keep them
	return func(client *hub.Client) protocol {
		return newVisitorProtocol(w, client, site, right, r)
	}, nil
}

func newVisitorProtocol(w *Web, client *hub.Client, site models.Site, right siteRight, r request) *visitorProtocol {
	p := &visitorProtocol{
		web: w, client: client, site: site, right: right, userAgent: r.UserAgent, address: r.Address,
	}
	p.flow = flow{client: client, take: p.takeVisitor}
	return p
}

type visitorPage struct {
	URL      string `json:"url"`
	Title    string `json:"title"`
	Referrer string `json:"referrer"`
}

// Hello tells who the visitor is, and sends what they missed.
func (p *visitorProtocol) Hello(ctx context.Context, frame []byte) (err error) {
	var in struct {
		Token  string       `json:"token"`
		Epoch  string       `json:"epoch"`
		Conv   string       `json:"conv"`
		After  int64        `json:"after"`
		Locale string       `json:"locale"`
		Page   *visitorPage `json:"page"`
	}
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	token, err := p.recognise(ctx, in.Token, in.Locale, in.Page)
	if err != nil {
		return err
	}
	p.client.Hold() // from here on nothing is missed, and nothing overtakes the replay
	defer p.client.Release()
	if !p.web.usage.visitorSockets.Take(p.visitor.ID) {
		return &closeError{closeTooMany, "too many connections of this visitor"}
	}
	p.web.rights.sites.add(p.right)
	defer func() {
		if err != nil { // the transport calls Left only for sockets whose hello succeeded
			p.drop()
		}
	}()
	p.web.Hub.Subscribe(p.client, chat.TopicVisitor(p.visitor.ID), p.right.topic())
	welcome, conv, err := p.web.Chat.WelcomeVisitor(ctx, p.visitor, p.site, token, in.Conv,
		chat.Beat{Ping: p.web.Config.Socket.VisitorPing, Dead: p.web.Config.Socket.VisitorDead})
	if err != nil {
		return err
	}
	p.client.Reply(welcome)
	if in.Epoch != "" && in.Epoch != p.web.Chat.Epoch() {
		p.client.Reply(p.web.Chat.Reset(""))
		in.After = 0
	}
	if err := p.replay(ctx, conv, in.Conv, in.After); err != nil {
		return err
	}
	p.web.Chat.VisitorCame(ctx, p.visitor)
	p.site = models.Site{ID: p.site.ID, AccountID: p.site.AccountID, TypingPreview: p.site.TypingPreview} // the rest every idle visitor would keep
	return nil
}

// replay sends what was missed after a number of the log the visitor asked for, and says when that
// is all, also when there is nothing.
func (p *visitorProtocol) replay(ctx context.Context, conv *models.Conversation, asked string, after int64) error {
	if conv == nil {
		p.client.Reply(chat.Sync{}.Encode())
		return nil
	}
	if conv.PublicID != asked {
		after = 0 // a number of another log
	}
	return p.web.Chat.ReplayToVisitor(ctx, conv, after, p.client.SendWait)
}

// recognise finds the visitor who holds a token, or makes a new one and the token for them.
func (p *visitorProtocol) recognise(ctx context.Context, token, locale string, page *visitorPage) (made string, err error) {
	if token == "" {
		if p.web.usage.takeConnect(p.address, newVisitorWeight, time.Now()) > 0 {
			return "", tooFastClose(p.client)
		}
		p.visitor = models.Visitor{UserAgent: models.Clip(p.userAgent, models.MaxField)}
		p.describe(locale, page)
		return p.web.Identity.NewVisitor(ctx, p.site, &p.visitor)
	}
	p.visitor, err = p.web.Identity.Visitor(ctx, p.site, token)
	if models.KindOf(err) == models.KindNotFound {
		return "", &closeError{Code: closeUnknownVisitor, Reason: "unknown visitor token"}
	}
	if err != nil {
		return "", err
	}
	was := p.visitor
	p.visitor.UserAgent = models.Clip(p.userAgent, models.MaxField)
	p.describe(locale, page)
	if reflect.DeepEqual(was, p.visitor) { // most who come back have only lost their connection
		return "", nil
	}
	return "", p.web.Chat.SaveVisit(ctx, &p.visitor)
}

func (p *visitorProtocol) describe(locale string, page *visitorPage) {
	if locale != "" {
		p.visitor.Locale = models.Clip(locale, 35) // the longest tag of RFC 5646's examples
	}
	if page != nil {
		p.visitor.PageURL = models.Clip(page.URL, models.MaxURL)
		p.visitor.PageTitle = models.Clip(page.Title, models.MaxTitle)
		if page.Referrer != "" {
			p.visitor.PageReferrer = models.Clip(page.Referrer, models.MaxURL)
		}
	}
}

// drop gives back the site's right and the visitor's seat.
func (p *visitorProtocol) drop() {
	p.web.rights.sites.drop(p.right)
	p.web.usage.visitorSockets.Leave(p.visitor.ID)
}

// Left says that the visitor has closed this tab or fallen silent.
func (p *visitorProtocol) Left() {
	p.lines.settle()
	p.drop()
	p.web.Chat.VisitorLeft(context.Background(), p.visitor)
}

// visitorFrames is everything a visitor can say after hello. Each has its row in the isolation matrix.
var visitorFrames = map[string]func(*visitorProtocol, context.Context, []byte) error{
	"start":    (*visitorProtocol).start,
	"send":     (*visitorProtocol).send,
	"received": (*visitorProtocol).received,
	"read":     (*visitorProtocol).read,
	"typing":   (*visitorProtocol).typing,
	"get":      (*visitorProtocol).get,
	"edit":     (*visitorProtocol).edit,
	"delete":   (*visitorProtocol).delete,
	"end":      (*visitorProtocol).end,
	"page":     (*visitorProtocol).page,
}

// Frame does what a frame asks for.
func (p *visitorProtocol) Frame(ctx context.Context, about envelope, frame []byte) error {
	t := string(about.T)
	if t != "send" {
		p.lines.settle()
	}
	if do, ok := visitorFrames[t]; ok {
		if err := p.flow.pass(visitorWeights[t], lineID(about), time.Now()); err != nil {
			p.lines.settle() // no answer overtakes those of the lines before
			return err
		}
		return do(p, ctx, frame)
	}
	return badFrame("unknown t: see docs/protocol.md for what a visitor can say")
}

func (p *visitorProtocol) send(_ context.Context, frame []byte) error {
	return p.lines.send(p.client, frame, func(of *chat.Stream, l chat.Line, answer func(chat.Ack, error)) error {
		return p.web.Chat.BeginAsVisitor(p.visitor, of, l, answer)
	})
}

func (p *visitorProtocol) read(ctx context.Context, frame []byte) error {
	var in struct {
		Conv string
		Seq  int64
	}
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	return p.web.Chat.ReadAsVisitor(ctx, p.visitor, in.Conv, in.Seq)
}

func (p *visitorProtocol) received(ctx context.Context, frame []byte) error {
	var in struct {
		Conv string
		Seq  int64
	}
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	return p.web.Chat.ReceivedByVisitor(ctx, p.visitor, in.Conv, in.Seq)
}

func (p *visitorProtocol) typing(ctx context.Context, frame []byte) error {
	if !p.typed.allow() {
		return nil
	}
	var in struct{ Conv, Text string }
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	return p.web.Chat.TypingAsVisitor(ctx, p.visitor, p.site, in.Conv, in.Text)
}

func (p *visitorProtocol) get(ctx context.Context, frame []byte) error {
	return sendLog(ctx, p.client, frame, func(conv string, part chat.Slice) ([]chat.Event, bool, error) {
		return p.web.Chat.LogForVisitor(ctx, p.visitor, conv, part)
	})
}

func (p *visitorProtocol) end(ctx context.Context, frame []byte) error {
	var in struct{ ID, Conv string }
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	p.client.Hold() // ok comes before closed
	defer p.client.Release()
	if err := p.web.Chat.End(ctx, p.visitor, in.Conv); err != nil {
		return err
	}
	p.client.Reply(okOut{ID: in.ID}.encode())
	return nil
}

func (p *visitorProtocol) page(ctx context.Context, frame []byte) error {
	var in visitorPage
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	was := p.visitor
	p.describe("", &in)
	if was.PageURL == p.visitor.PageURL && was.PageTitle == p.visitor.PageTitle {
		return nil
	}
	return p.web.Chat.SaveVisit(ctx, &p.visitor)
}
