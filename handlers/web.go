// Package handlers speaks HTTP and WebSocket: it decodes, calls one service, encodes. What is
// decided is decided in app; what is stored is out of reach from here.
package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unique"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"foyer/app/chat"
	"foyer/app/config"
	"foyer/app/hub"
	"foyer/app/identity"
	"foyer/app/uploads"
	"foyer/models"
	"foyer/static"
	"foyer/views"
)

// Web is everything this package needs.
type Web struct {
	Config   config.Config
	Chat     *chat.Service
	Files    *uploads.Service
	Identity *identity.Service
	Hub      *hub.Hub
	Assets   *static.Assets
	Views    *views.Views
	Ready    func(context.Context) error // nil while the server can do its work
	Version  string
	Demo     *Demo // what /demo shows; nil on a server that is no demo

	rights rights
	usage  *usage

	unknownProxy sync.Once // was warned of
}

// Demo is what the demo page and the sign-in page show on a demo server.
type Demo struct {
	SiteKey string
	SignIns []views.DemoSignIn
}

// request is what the API needs to know of an HTTP request besides its body. Its strings are copies.
type request struct {
	Secure    bool
	Token     string // the session cookie
	Bearer    string // the token in Authorization
	UserAgent string
	Address   netip.Prefix // where it comes from
}

type requestKey struct{}

// note puts what the API needs to know of a request into its context.
func (w *Web) note(c *fiber.Ctx) error {
	r := request{
		Secure:    w.secure(c),
		Token:     utils.CopyString(c.Cookies(cookieName(w.secure(c)))),
		Bearer:    bearerOf(c.Get(fiber.HeaderAuthorization)),
		UserAgent: shared(c.Get(fiber.HeaderUserAgent)),
		Address:   w.addressOf(c),
	}
	c.SetUserContext(context.WithValue(c.UserContext(), requestKey{}, r))
	return c.Next()
}

// shared returns a copy of s that all have who hold an equal one. It is for what idle visitors keep and many of
// them have in common.
func shared(s string) string { return unique.Make(s).Value() }

// bearerOf returns a copy of the token in an Authorization header (RFC 6750), or "".
func bearerOf(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return utils.CopyString(strings.TrimSpace(token))
}

func requestOf(ctx context.Context) request {
	r, _ := ctx.Value(requestKey{}).(request)
	return r
}

// cookieName is the name of the session cookie. By https it has the prefix with which browsers
// refuse it from subdomains and from http.
func cookieName(secure bool) string {
	if secure {
		return "__Host-foyer_session"
	}
	return "foyer_session"
}

func (w *Web) secure(c *fiber.Ctx) bool {
	return strings.HasPrefix(w.ownOrigin(c), "https://")
}

// ownOrigin is the origin under which this request reached us.
func (w *Web) ownOrigin(c *fiber.Ctx) string {
	if w.Config.HTTP.PublicURL != "" {
		return strings.ToLower(strings.TrimSuffix(w.Config.HTTP.PublicURL, "/"))
	}
	return strings.ToLower(c.Protocol() + "://" + c.Hostname())
}

// fromUs reports whether a request comes from one of our own pages.
func (w *Web) fromUs(c *fiber.Ctx) bool {
	if origin := c.Get(fiber.HeaderOrigin); origin != "" {
		return strings.EqualFold(origin, w.ownOrigin(c))
	}
	return c.Get("Sec-Fetch-Site") == "same-origin"
}

// guard refuses what another website makes a browser send in somebody's name: unsafe methods with
// the cookie need to come from our own pages, and so does everything that names an origin at all.
func (w *Web) guard(c *fiber.Ctx) error {
	switch c.Method() {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return c.Next()
	}
	named := c.Get(fiber.HeaderOrigin) != "" || c.Get("Sec-Fetch-Site") != ""
	if (requestOf(c.UserContext()).Token != "" || named) && !w.fromUs(c) {
		return models.Errorf(models.KindForbidden, "this request comes from another website, or does not say where from: send it from %s", w.ownOrigin(c))
	}
	return c.Next()
}

// agentOrigin lets agents' sockets in from our own pages only.
func (w *Web) agentOrigin(c *fiber.Ctx) error {
	if c.Get(fiber.HeaderOrigin) != "" && w.fromUs(c) {
		return nil
	}
	return models.Errorf(models.KindForbidden, "an agent's socket is opened from %s only", w.ownOrigin(c))
}

// visitorOrigin lets visitors' sockets in from the panel, which is ours, and from the site's own
// origins.
func (w *Web) visitorOrigin(c *fiber.Ctx, site models.Site) error {
	origin := c.Get(fiber.HeaderOrigin)
	if origin != "" && (w.fromUs(c) || slices.ContainsFunc(site.Origins, func(o string) bool { return strings.EqualFold(o, origin) })) {
		return nil
	}
	return models.Errorf(models.KindForbidden, "this site does not allow the widget on the page's origin: add it to the site's origins")
}

// secureHeaders are right for every answer; pages add a policy of their own.
func secureHeaders(c *fiber.Ctx) error {
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "strict-origin-when-cross-origin")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
	return c.Next()
}

// policy sets what a page may load. connect names the page's own host for browsers that do not
// count sockets as 'self'.
func (w *Web) policy(c *fiber.Ctx, frameAncestors string) {
	socket := "ws" + strings.TrimPrefix(w.ownOrigin(c), "http")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; script-src 'self'; style-src 'self'; "+
		"img-src 'self' data: blob:; media-src 'self' data: blob:; manifest-src 'self'; connect-src 'self' "+socket+"; "+
		"base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; frame-ancestors "+frameAncestors)
}

// ours returns next if it is a path of this server, else "/": nobody is sent elsewhere.
func ours(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

// ChatSettings are the times by which conversations move, as the operator set them.
func ChatSettings(cfg config.Config) chat.Settings {
	return chat.Settings{
		AgentGrace: cfg.Queue.AgentGrace, VisitorGrace: cfg.Queue.VisitorGrace, TransferBack: cfg.Queue.TransferBack,
		AskAgain: cfg.Queue.AskAgain, Sweep: cfg.Queue.Sweep, EditWindow: cfg.Messages.EditWindow,
	}
}
