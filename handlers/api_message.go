package handlers

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"foyer/app/identity"
)

type lineCall struct {
	ID  string `path:"id" maxLength:"64"`
	Seq int64  `path:"seq" minimum:"1" doc:"the line's number"`
}

type editCall struct {
	ID   string `path:"id" maxLength:"64"`
	Seq  int64  `path:"seq" minimum:"1" doc:"the line's number"`
	Body struct {
		lenient
		Text string `json:"text" doc:"at most 4,000 characters"`
	}
}

// messageAPI adds the calls that change what one said.
func (w *Web) messageAPI(api huma.API) {
	const path = conversationsPath + "/{id}/messages/{seq}"
	signedIn(w, api, huma.Operation{
		OperationID: "edit", Method: http.MethodPatch, Path: path, Summary: "Edit a line or note of one's own",
		Description:   "Within messages.edit_window. Appends an `edited`; the first text stays in the log.",
		DefaultStatus: http.StatusNoContent, Errors: []int{400, 401, 403, 404, 409, 503},
	}, func(ctx context.Context, who identity.Principal, in *editCall) (*struct{}, error) {
		return nil, w.Chat.EditAsAgent(ctx, who.Agent, in.ID, in.Seq, in.Body.Text)
	})
	signedIn(w, api, huma.Operation{
		OperationID: "delete", Method: http.MethodDelete, Path: path, Summary: "Delete a line or note of one's own",
		Description:   "Within messages.edit_window. Appends a `deleted`; no text is kept.",
		DefaultStatus: http.StatusNoContent, Errors: []int{400, 401, 403, 404, 409, 503},
	}, func(ctx context.Context, who identity.Principal, in *lineCall) (*struct{}, error) {
		return nil, w.Chat.DeleteAsAgent(ctx, who.Agent, in.ID, in.Seq)
	})
}
