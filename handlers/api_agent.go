package handlers

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"foyer/app/chat"
	"foyer/app/identity"
	"foyer/models"
)

type availabilityCall struct {
	Body struct {
		lenient
		Status models.Availability `json:"status" enum:"online,away,offline"`
	}
}

type acceptingCall struct {
	Body struct {
		lenient
		Accepting bool `json:"accepting"`
	}
}

type limitCall struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		lenient
		Limit int `json:"limit" doc:"0 to 100"`
	}
}

func (w *Web) agentAPI(api huma.API) {
	signedIn(w, api, huma.Operation{
		OperationID: "getMe", Method: http.MethodGet, Path: "/api/v1/me", Summary: "The agent who is signed in",
		Errors: []int{401},
	}, func(ctx context.Context, who identity.Principal, _ *struct{}) (*body[chat.Me], error) {
		return answer(w.Chat.Me(ctx, who.Agent))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "setAvailability", Method: http.MethodPut, Path: "/api/v1/me/availability", Summary: "Choose what one wants to be",
		Description: "Only agents who are online, and connected, are given conversations. Those they have stay theirs.",
		Errors:      []int{400, 401, 403},
	}, func(ctx context.Context, who identity.Principal, in *availabilityCall) (*body[chat.Me], error) {
		if err := w.Chat.SetAvailability(ctx, who.Agent, in.Body.Status); err != nil {
			return nil, err
		}
		who.Agent.Availability = in.Body.Status
		return answer(w.Chat.Me(ctx, who.Agent))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "listAgents", Method: http.MethodGet, Path: "/api/v1/agents", Summary: "All agents of the account, by name",
		Errors: []int{401},
	}, func(ctx context.Context, who identity.Principal, _ *struct{}) (*body[items[chat.Colleague]], error) {
		return answerAll(w.Chat.Colleagues(ctx, who.Agent))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "setAccepting", Method: http.MethodPut, Path: "/api/v1/me/accepting", Summary: "Choose whether to be given new conversations while online",
		Errors: []int{400, 401, 403},
	}, func(ctx context.Context, who identity.Principal, in *acceptingCall) (*body[chat.Me], error) {
		if err := w.Chat.SetAccepting(ctx, who.Agent, in.Body.Accepting); err != nil {
			return nil, err
		}
		who.Agent.Accepting = in.Body.Accepting
		return answer(w.Chat.Me(ctx, who.Agent))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "active", Method: http.MethodPost, Path: "/api/v1/me/active", Summary: "Say that somebody is at the desk",
		Description: "For consoles: at most once a minute while there is input. Whoever shows no sign of life for auto_away_ms counts as away.",
		Errors:      []int{401, 403},
	}, func(ctx context.Context, who identity.Principal, _ *struct{}) (*body[chat.Me], error) {
		return answer(w.Chat.Me(ctx, who.Agent)) // that they called is the sign
	})
	signedIn(w, api, huma.Operation{
		OperationID: "setLimit", Method: http.MethodPut, Path: "/api/v1/agents/{id}/limit", Summary: "Change how many conversations an agent may have at once",
		Errors: []int{400, 401, 403, 404},
	}, func(ctx context.Context, who identity.Principal, in *limitCall) (*body[chat.Colleague], error) {
		return answer(w.Chat.SetLimit(ctx, who.Agent, in.ID, in.Body.Limit))
	})
}
