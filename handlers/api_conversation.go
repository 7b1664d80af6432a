package handlers

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"foyer/app/chat"
	"foyer/app/identity"
	"foyer/models"
)

type listCall struct {
	State  string `query:"state" enum:"queued,offered,active,closed" doc:"only conversations in this state"`
	Kind   string `query:"kind" enum:"chat,message" doc:"only conversations of this kind"`
	Owner  string `query:"owner" enum:"me" doc:"only one's own"`
	Cursor string `query:"cursor" maxLength:"16" doc:"next of the answer before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listAnswer struct {
	Items []chat.Summary `json:"items"`
	Next  string         `json:"next,omitempty" doc:"cursor of the following part; absent after the last"`
}

type idCall struct {
	ID string `path:"id" maxLength:"64"`
}

type logCall struct {
	ID     string `path:"id" maxLength:"64"`
	After  int64  `query:"after" minimum:"0" doc:"only what follows this number"`
	Before int64  `query:"before" minimum:"0" doc:"only what precedes this number, the last of it"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"100"`
}

type logAnswer struct {
	Items []chat.Event `json:"items"`
	More  bool         `json:"more" doc:"there is more in the direction asked for"`
}

type sayCall struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		lenient
		CID  string `json:"cid" doc:"a UUID made by the client before its first try; the same one again is answered with the line stored first"`
		Text string `json:"text,omitempty" doc:"at most 4,000 characters"`
		File string `json:"file,omitempty" maxLength:"64" doc:"the id of an upload, instead of text"`
		Note bool   `json:"note,omitempty" doc:"seen by agents only"`
	}
}

type closeCall struct {
	ID   string `path:"id" maxLength:"64"`
	Body *struct {
		lenient
		Reason string `json:"reason,omitempty" maxLength:"500" doc:"shown to the visitor"`
	}
}

type transferCall struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		lenient
		Agent      string `json:"agent,omitempty" maxLength:"64" doc:"an agent's id"`
		Department string `json:"department,omitempty" maxLength:"64" doc:"a department's id: back to its queue"`
		Note       string `json:"note,omitempty" doc:"for colleagues only, at most 4,000 characters"`
	}
}

const conversationsPath = "/api/v1/conversations"

func (w *Web) conversationAPI(api huma.API) {
	signedIn(w, api, huma.Operation{
		OperationID: "listConversations", Method: http.MethodGet, Path: conversationsPath, Summary: "Conversations, the newest first",
		Errors: []int{400, 401},
	}, func(ctx context.Context, who identity.Principal, in *listCall) (*body[listAnswer], error) {
		p, err := w.Chat.List(ctx, who.Agent, chat.Query{
			State: models.State(in.State), Kind: models.ConversationKind(in.Kind), Mine: in.Owner == "me", Cursor: in.Cursor, Limit: in.Limit,
		})
		return answer(listAnswer(p), err)
	})
	signedIn(w, api, huma.Operation{
		OperationID: "getConversation", Method: http.MethodGet, Path: conversationsPath + "/{id}", Summary: "One conversation and its visitor",
		Errors: []int{401, 404},
	}, func(ctx context.Context, who identity.Principal, in *idCall) (*body[chat.Details], error) {
		return answer(w.Chat.Details(ctx, who.Agent, in.ID))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "listEvents", Method: http.MethodGet, Path: conversationsPath + "/{id}/messages", Summary: "A part of a conversation's log, oldest first",
		Errors: []int{400, 401, 404},
	}, func(ctx context.Context, who identity.Principal, in *logCall) (*body[logAnswer], error) {
		events, more, err := w.Chat.Log(ctx, who.Agent, in.ID, chat.Slice{After: in.After, Before: in.Before, Limit: in.Limit})
		return answer(logAnswer{Items: events, More: more}, err)
	})
	signedIn(w, api, huma.Operation{
		OperationID: "say", Method: http.MethodPost, Path: conversationsPath + "/{id}/messages", Summary: "Say something, or note it for colleagues",
		Errors: []int{400, 401, 403, 404, 409, 503},
	}, func(ctx context.Context, who identity.Principal, in *sayCall) (*body[chat.Ack], error) {
		return answer(w.Chat.SayAsAgent(ctx, who.Agent, chat.Line{Conv: in.ID, CID: in.Body.CID, Text: in.Body.Text, File: in.Body.File, Note: in.Body.Note}))
	})
	w.messageAPI(api)
	w.moveAPI(api)
}

// moveAPI adds the calls that change a conversation's state or owner.
func (w *Web) moveAPI(api huma.API) {
	errors := []int{400, 401, 403, 404, 409, 503}
	signedIn(w, api, huma.Operation{
		OperationID: "take", Method: http.MethodPost, Path: conversationsPath + "/{id}/take", Summary: "Take a conversation out of the queue",
		Description: "Supervisors may also take what a colleague has, or what rings at one.",
		Errors:      errors,
	}, func(ctx context.Context, who identity.Principal, in *idCall) (*body[chat.Summary], error) {
		return answer(w.Chat.Take(ctx, who.Agent, in.ID))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "transfer", Method: http.MethodPost, Path: conversationsPath + "/{id}/transfer", Summary: "Give a conversation to a colleague or a department",
		Errors: errors,
	}, func(ctx context.Context, who identity.Principal, in *transferCall) (*body[chat.Summary], error) {
		return answer(w.Chat.Transfer(ctx, who.Agent, in.ID, chat.Destination{
			Agent: in.Body.Agent, Department: in.Body.Department, Note: in.Body.Note,
		}))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "close", Method: http.MethodPost, Path: conversationsPath + "/{id}/close", Summary: "End a conversation",
		Errors: errors,
	}, func(ctx context.Context, who identity.Principal, in *closeCall) (*body[chat.Summary], error) {
		reason := ""
		if in.Body != nil {
			reason = in.Body.Reason
		}
		return answer(w.Chat.Close(ctx, who.Agent, in.ID, reason))
	})
	w.offerAPI(api, errors)
}

type priorityCall struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		lenient
		Priority int `json:"priority" doc:"-9 to 9; 0 is usual"`
	}
}

type inviteCall struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		lenient
		Agent string `json:"agent" maxLength:"64" doc:"an agent's id"`
	}
}

type guestCall struct {
	ID    string `path:"id" maxLength:"64"`
	Agent string `path:"agent" maxLength:"64"`
}

// offerAPI adds what agents do with what rings at them, and with each other.
func (w *Web) offerAPI(api huma.API, errors []int) {
	for name, call := range map[string]struct {
		summary string
		do      func(context.Context, models.Agent, string) (chat.Summary, error)
	}{
		"accept":  {"Take a conversation that rings at one", w.Chat.Accept},
		"decline": {"Let a conversation ring at somebody else", w.Chat.Decline},
	} {
		signedIn(w, api, huma.Operation{
			OperationID: name, Method: http.MethodPost, Path: conversationsPath + "/{id}/" + name, Summary: call.summary, Errors: errors,
		}, func(ctx context.Context, who identity.Principal, in *idCall) (*body[chat.Summary], error) {
			return answer(call.do(ctx, who.Agent, in.ID))
		})
	}
	signedIn(w, api, huma.Operation{
		OperationID: "invite", Method: http.MethodPost, Path: conversationsPath + "/{id}/invite", Summary: "Let a colleague speak in a conversation too",
		Errors: errors,
	}, func(ctx context.Context, who identity.Principal, in *inviteCall) (*body[chat.Summary], error) {
		return answer(w.Chat.Invite(ctx, who.Agent, in.ID, in.Body.Agent))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "removeGuest", Method: http.MethodDelete, Path: conversationsPath + "/{id}/guests/{agent}", Summary: "Leave a conversation one was invited into, or send a guest away",
		Errors: errors,
	}, func(ctx context.Context, who identity.Principal, in *guestCall) (*body[chat.Summary], error) {
		return answer(w.Chat.Leave(ctx, who.Agent, in.ID, in.Agent))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "setPriority", Method: http.MethodPut, Path: conversationsPath + "/{id}/priority", Summary: "Change in which order a conversation is served",
		Errors: errors,
	}, func(ctx context.Context, who identity.Principal, in *priorityCall) (*body[chat.Summary], error) {
		return answer(w.Chat.SetPriority(ctx, who.Agent, in.ID, in.Body.Priority))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "getReasons", Method: http.MethodGet, Path: conversationsPath + "/{id}/routing", Summary: "Why a conversation went where it went",
		Errors: []int{401, 403, 404},
	}, func(ctx context.Context, who identity.Principal, in *idCall) (*body[chat.Reasons], error) {
		return answer(w.Chat.Why(ctx, who.Agent, in.ID))
	})
}
