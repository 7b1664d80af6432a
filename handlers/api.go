package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"foyer/app/identity"
)

const sessionScheme = "session"

// api adds the public API. Its document, OpenAPI 3.1, is made from the same declarations.
func (w *Web) api(app *fiber.App) {
	useProblems()
	app.Use("/api/", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.Next()
	}, w.limitCalls)
	cfg := huma.DefaultConfig("Foyer", w.Version)
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/api/v1/openapi", "", ""
	cfg.CreateHooks = nil // no $schema in answers
	cfg.Info.Description = "Live chat for customer support. Errors are RFC 9457 problem documents. What changes comes back as events on the socket: see docs/protocol.md."
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		sessionScheme: {Type: "apiKey", In: "cookie", Name: cookieName(false), Description: "set by signing in; by https its name begins with __Host-"},
	}
	api := humafiber.New(app, cfg)
	w.sessionAPI(api)
	w.agentAPI(api)
	w.conversationAPI(api)
	w.departmentAPI(api)
	w.fileAPI(app, api)
}

// open declares a call that anybody may make.
func open[I, O any](api huma.API, op huma.Operation, call func(context.Context, *I) (*O, error)) {
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := call(ctx, in)
		if err != nil {
			return nil, problemOf(err, op.Method, op.Path)
		}
		return out, nil
	})
}

// signedIn declares a call for agents who are signed in.
func signedIn[I, O any](w *Web, api huma.API, op huma.Operation, call func(context.Context, identity.Principal, *I) (*O, error)) {
	op.Security = []map[string][]string{{sessionScheme: {}}}
	open(api, op, func(ctx context.Context, in *I) (*O, error) {
		who, err := w.Identity.Authenticate(ctx, requestOf(ctx).Token)
		if err != nil {
			return nil, err
		}
		if err := tooFast(w.usage.agents.Take(who.Agent.ID, 1, time.Now())); err != nil {
			return nil, err
		}
		if op.Method != http.MethodGet {
			if err := w.Chat.Active(ctx, who.Agent); err != nil {
				return nil, err
			}
		}
		return call(ctx, who, in)
	})
}

// lenient is embedded in what a call takes: fields it doesn't know are ignored, as in frames.
type lenient struct {
	_ struct{} `additionalProperties:"true"`
}

// body is an answer that is one JSON value.
type body[T any] struct{ Body T }

// answer makes an answer of a service's result.
func answer[T any](value T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{Body: value}, nil
}

// items is a list that is given whole.
type items[T any] struct {
	Items []T `json:"items"`
}

func answerAll[T any](list []T, err error) (*body[items[T]], error) {
	return answer(items[T]{Items: list}, err)
}
