package handlers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"foyer/app/chat"
	"foyer/app/uploads"
	"foyer/models"
)

type linkAnswer struct {
	URL       string    `json:"url" doc:"for an img or a download, without any other credentials"`
	ExpiresAt time.Time `json:"expires_at"`
}

// fileAPI adds the calls about files. Two of them are no calls of huma's: they read and write streams.
func (w *Web) fileAPI(app *fiber.App, api huma.API) {
	app.Post(uploadsPath, w.upload)
	app.Get(chat.FilesPath+":id", w.file)
	document(api)
	open(api, huma.Operation{
		OperationID: "linkFile", Method: http.MethodPost, Path: chat.FilesPath + "{id}/link", Summary: "A link to a file, for its visitor",
		Description: "For visitors, whose token may not be in a URL. The link works for five minutes, and for as long as the visitor may see the file.",
		Errors:      []int{401, 404},
		Security:    []map[string][]string{{tokenScheme: {}}},
	}, func(ctx context.Context, in *idCall) (*body[linkAnswer], error) {
		v, err := w.bearer(ctx)
		if err != nil {
			return nil, err
		}
		l, err := w.Files.Link(ctx, v, in.ID)
		if err != nil {
			return nil, err
		}
		q := url.Values{"v": {l.Visitor}, "e": {strconv.FormatInt(l.Expires, 10)}, "s": {l.Sign}}
		return answer(linkAnswer{chat.FilesPath + l.File + "?" + q.Encode(), time.Unix(l.Expires, 0).UTC()}, nil)
	})
}

func isFile(uri []byte) bool { return bytes.HasPrefix(uri, []byte(chat.FilesPath)) }

// file sends a file to whoever has a link to it, holds the token of its visitor, or is an agent.
func (w *Web) file(c *fiber.Ctx) error {
	f, content, err := w.openFile(c)
	if err != nil {
		return err
	}
	kind, disposition := fiber.MIMEOctetStream, "attachment"
	if f.Picture() {
		kind, disposition = f.Type, "inline"
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, disposed(disposition, f.Name))
	c.Set(fiber.HeaderContentSecurityPolicy, "sandbox; default-src 'none'; frame-ancestors 'none'")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, "private, no-cache") // the right to see it is asked for each time
	c.Set(fiber.HeaderETag, `"`+f.PublicID+`"`)
	if c.Get(fiber.HeaderIfNoneMatch) == `"`+f.PublicID+`"` {
		_ = content.Close()
		return c.SendStatus(http.StatusNotModified)
	}
	c.Context().SetBodyStream(content, int(f.Size)) // which closes it
	return nil
}

func (w *Web) openFile(c *fiber.Ctx) (models.File, io.ReadCloser, error) {
	ctx, id := c.UserContext(), utils.CopyString(c.Params("id"))
	if sign := c.Query("s"); sign != "" {
		expires, _ := strconv.ParseInt(c.Query("e"), 10, 64)
		return w.Files.Follow(ctx, uploads.Link{
			File: id, Visitor: utils.CopyString(c.Query("v")), Expires: expires, Sign: utils.CopyString(sign),
		})
	}
	who, err := w.party(ctx)
	if err != nil {
		return models.File{}, nil, err
	}
	return w.Files.Open(ctx, who, id)
}

// disposed makes a Content-Disposition (RFC 6266) with a file's name, in ASCII for whoever knows
// nothing else, and whole.
func disposed(how, name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, name)
	return fmt.Sprintf(`%s; filename="%s"; filename*=UTF-8''%s`, how, plain, strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
}
