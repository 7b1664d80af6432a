package handlers

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"foyer/app/chat"
)

const tokenScheme = "visitor"

// document describes the calls that are not huma's.
func document(api huma.API) {
	doc := api.OpenAPI()
	doc.Components.SecuritySchemes[tokenScheme] = &huma.SecurityScheme{Type: "http", Scheme: "bearer", Description: "the token of a visitor"}
	either := []map[string][]string{{sessionScheme: {}}, {tokenScheme: {}}}
	text := &huma.Schema{Type: huma.TypeString}
	bytes := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	doc.AddOperation(&huma.Operation{
		OperationID: "upload", Method: http.MethodPost, Path: uploadsPath, Summary: "Upload a file to a conversation",
		Description: "What it is, its content tells. A picture is drawn anew: of its metadata nothing stays. " +
			"Its id is then sent as a message, once, by who uploaded it and in this conversation. What was not sent is deleted after a day.",
		Security: either,
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
			Type: huma.TypeObject, Required: []string{"conv", "file"}, Properties: map[string]*huma.Schema{"conv": text, "file": bytes},
		}}}},
		Responses: map[string]*huma.Response{
			"201": {Description: "What was stored", Content: map[string]*huma.MediaType{"application/json": {
				Schema: doc.Components.Schemas.Schema(reflect.TypeFor[chat.File](), true, "File"),
			}}},
			"default": problemResponse(doc),
		},
	})
	doc.AddOperation(&huma.Operation{
		OperationID: "getFile", Method: http.MethodGet, Path: chat.FilesPath + "{id}", Summary: "A file that was sent",
		Description: "Pictures as such, everything else as a download.",
		Security:    either,
		Parameters:  []*huma.Param{{Name: "id", In: "path", Required: true, Schema: text}},
		Responses: map[string]*huma.Response{
			"200":     {Description: "Its bytes", Content: map[string]*huma.MediaType{"*/*": {Schema: bytes}}},
			"default": problemResponse(doc),
		},
	})
}

func problemResponse(doc *huma.OpenAPI) *huma.Response {
	return &huma.Response{Description: "A problem document", Content: map[string]*huma.MediaType{"application/problem+json": {
		Schema: doc.Components.Schemas.Schema(reflect.TypeFor[problem](), true, "Problem"),
	}}}
}
