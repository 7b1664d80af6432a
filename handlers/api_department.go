package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"foyer/app/chat"
	"foyer/app/identity"
)

type departmentCall struct {
	Body departmentBody
}

type departmentIDCall struct {
	ID   string `path:"id" maxLength:"64"`
	Body departmentBody
}

// departmentBody begins with the defaults: huma's own would be put in the place of a 0 that was said.
type departmentBody struct {
	lenient //nolint:unused // huma reads its tag
	chat.DepartmentSettings
}

// UnmarshalJSON reads the settings that are given into the defaults.
func (s *departmentBody) UnmarshalJSON(b []byte) error {
	s.DepartmentSettings = chat.NewDepartmentSettings()
	return json.Unmarshal(b, &s.DepartmentSettings)
}

// TransformSchema says in the document which the defaults are.
func (departmentBody) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return tellDefaults(s, chat.NewDepartmentSettings())
}

// tellDefaults writes the values that what is left out has into a schema.
func tellDefaults(s *huma.Schema, values any) *huma.Schema {
	var defaults map[string]any
	b, err := json.Marshal(values)
	if err == nil {
		err = json.Unmarshal(b, &defaults)
	}
	if err != nil {
		panic(err) // settings are strings, numbers and lists
	}
	for name, value := range defaults {
		if p := s.Properties[name]; p != nil && !slices.Contains(s.Required, name) {
			p.Default = value
		}
	}
	return s
}

type memberCall struct {
	ID    string `path:"id" maxLength:"64"`
	Agent string `path:"agent" maxLength:"64"`
	Body  struct {
		lenient
		chat.MemberSettings
	}
}

type memberIDCall struct {
	ID    string `path:"id" maxLength:"64"`
	Agent string `path:"agent" maxLength:"64"`
}

type routingCall struct {
	Body routingBody
}

type routingBody struct {
	lenient //nolint:unused // huma reads its tag
	chat.RoutingSettings
}

// UnmarshalJSON reads the settings that are given into the defaults.
func (s *routingBody) UnmarshalJSON(b []byte) error {
	s.RoutingSettings = chat.NewRoutingSettings()
	return json.Unmarshal(b, &s.RoutingSettings)
}

// TransformSchema says in the document which the defaults are.
func (routingBody) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return tellDefaults(s, chat.NewRoutingSettings())
}

const departmentsPath = "/api/v1/departments"

// departmentAPI adds the calls by which an account arranges its queues.
func (w *Web) departmentAPI(api huma.API) {
	errors := []int{400, 401, 403, 404, 409}
	signedIn(w, api, huma.Operation{
		OperationID: "listDepartments", Method: http.MethodGet, Path: departmentsPath, Summary: "All departments of the account, by name",
		Errors: []int{401},
	}, func(ctx context.Context, who identity.Principal, _ *struct{}) (*body[items[chat.Department]], error) {
		return answerAll(w.Chat.Departments(ctx, who.Agent))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "addDepartment", Method: http.MethodPost, Path: departmentsPath, Summary: "Make a department", DefaultStatus: http.StatusCreated,
		Errors: errors,
	}, func(ctx context.Context, who identity.Principal, in *departmentCall) (*body[chat.Department], error) {
		return answer(w.Chat.AddDepartment(ctx, who.Agent, in.Body.DepartmentSettings))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "getDepartment", Method: http.MethodGet, Path: departmentsPath + "/{id}", Summary: "One department",
		Errors: []int{401, 404},
	}, func(ctx context.Context, who identity.Principal, in *idCall) (*body[chat.Department], error) {
		return answer(w.Chat.Department(ctx, who.Agent, in.ID))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "setDepartment", Method: http.MethodPut, Path: departmentsPath + "/{id}", Summary: "Change a department: what is left out gets its default",
		Errors: errors,
	}, func(ctx context.Context, who identity.Principal, in *departmentIDCall) (*body[chat.Department], error) {
		return answer(w.Chat.SetDepartment(ctx, who.Agent, in.ID, in.Body.DepartmentSettings))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "setMember", Method: http.MethodPut, Path: departmentsPath + "/{id}/members/{agent}", Summary: "Let an agent answer for a department",
		Errors: errors,
	}, func(ctx context.Context, who identity.Principal, in *memberCall) (*body[chat.Department], error) {
		return answer(w.Chat.SetMember(ctx, who.Agent, in.ID, in.Agent, in.Body.MemberSettings))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "removeMember", Method: http.MethodDelete, Path: departmentsPath + "/{id}/members/{agent}", Summary: "Take an agent out of a department",
		Errors: errors,
	}, func(ctx context.Context, who identity.Principal, in *memberIDCall) (*body[chat.Department], error) {
		return answer(w.Chat.RemoveMember(ctx, who.Agent, in.ID, in.Agent))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "getRouting", Method: http.MethodGet, Path: "/api/v1/routing", Summary: "What the account wants of routing as a whole",
		Errors: []int{401},
	}, func(ctx context.Context, who identity.Principal, _ *struct{}) (*body[chat.RoutingSettings], error) {
		return answer(w.Chat.Routing(ctx, who.Agent))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "setRouting", Method: http.MethodPut, Path: "/api/v1/routing", Summary: "Change what the account wants of routing as a whole: what is left out gets its default",
		Errors: errors,
	}, func(ctx context.Context, who identity.Principal, in *routingCall) (*body[chat.RoutingSettings], error) {
		return answer(w.Chat.SetRouting(ctx, who.Agent, in.Body.RoutingSettings))
	})
	signedIn(w, api, huma.Operation{
		OperationID: "getBoard", Method: http.MethodGet, Path: "/api/v1/board", Summary: "How the queues stand, by department",
		Errors: []int{401},
	}, func(ctx context.Context, who identity.Principal, _ *struct{}) (*body[chat.Board], error) {
		return answer(w.Chat.Board(ctx, who.Agent))
	})
}
