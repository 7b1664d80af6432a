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
		OperationID: "listDepartments", Method: http.MethodGet, Path: "/api/v1/departments", Summary: "All departments of the account, by name",
		Errors: []int{401},
	}, func(ctx context.Context, who identity.Principal, _ *struct{}) (*body[items[chat.Named]], error) {
		return answerAll(w.Chat.Departments(ctx, who.Agent))
	})
}
