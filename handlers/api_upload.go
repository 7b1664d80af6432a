package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"foyer/app/chat"
	"foyer/app/uploads"
	"foyer/models"
)

const uploadsPath = "/api/v1/uploads"

// upload takes a file in. Its body was hidden from fasthttp (upload_body.go) and is read once it is
// known who sends it.
func (w *Web) upload(c *fiber.Ctx) error {
	if !isUpload(&c.Request().Header) { // the path in another spelling, whose body was read already
		return models.Errorf(models.KindNotFound, "there is nothing at %s", c.Path())
	}
	form, err := w.admitUpload(c)
	if err != nil {
		return err
	}
	headers := headersOf(c)
	takeBody(c, w.maxBody(), func(body io.Reader) *http.Response {
		defer form.leave()
		f, err := w.receive(context.Background(), form, body)
		if err != nil {
			return refusedUpload(headers, err)
		}
		return respond(headers, http.StatusCreated, fiber.MIMEApplicationJSON, chat.FileOf(f))
	})
	return nil
}

// refuseUploads answers an upload that any handler refused, in a way that the client hears although it
// is still sending.
func (w *Web) refuseUploads(c *fiber.Ctx) error {
	err := c.Next()
	if err == nil || !isUpload(&c.Request().Header) {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	res := refusedUpload(headersOf(c), err)
	takeBody(c, w.maxBody(), func(io.Reader) *http.Response { return res })
	return nil
}

// maxBody is the most that is read of the body of an upload, bytes.
func (w *Web) maxBody() int64 { return int64(w.Config.Uploads.MaxBytes) + maxOverhead }

// headersOf copies what was set of an answer so far.
func headersOf(c *fiber.Ctx) http.Header {
	headers := http.Header{}
	c.Response().Header.VisitAll(func(name, value []byte) { headers.Add(string(name), string(value)) })
	return headers
}

// refusedUpload makes the answer to an upload that failed.
func refusedUpload(headers http.Header, err error) *http.Response {
	p := problemOf(tooLarge(err), http.MethodPost, uploadsPath)
	maps.Copy(headers, p.GetHeaders())
	return respond(headers, p.Status, p.ContentType(""), p)
}

// uploadForm is what is known of an upload before its body is read.
type uploadForm struct {
	who      uploads.Party
	boundary string
	leave    func()
}

// admitUpload decides by its head whether the body of an upload is read.
func (w *Web) admitUpload(c *fiber.Ctx) (uploadForm, error) {
	who, err := w.party(c.UserContext())
	if err != nil {
		return uploadForm{}, err
	}
	_, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || params["boundary"] == "" {
		return uploadForm{}, models.Errorf(models.KindInvalid, "the body must be multipart/form-data with the fields conv and file")
	}
	if int64(hiddenLength(c)) > w.maxBody() {
		return uploadForm{}, models.Errorf(models.KindTooLong, "the file is larger than %d bytes, which is the most", w.Config.Uploads.MaxBytes)
	}
	leave, err := w.Files.Admit(who)
	return uploadForm{who, utils.CopyString(params["boundary"]), leave}, err
}

// receive reads the fields of a form and keeps its file. conv may come before or after it.
func (w *Web) receive(ctx context.Context, head uploadForm, body io.Reader) (models.File, error) {
	form := multipart.NewReader(body, head.boundary)
	var conv, name string
	var in *uploads.Spool
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return models.File{}, badBody(err)
		}
		switch {
		case part.FormName() == "conv":
			value, err := io.ReadAll(io.LimitReader(part, 65)) // an id is shorter
			if err != nil {
				return models.File{}, badBody(err)
			}
			conv = string(value)
		case part.FormName() == "file" && in == nil:
			if in, err = w.Files.Receive(part); err != nil {
				return models.File{}, badBody(err)
			}
			defer in.Close()
			name = part.FileName()
		}
	}
	if conv == "" || in == nil {
		return models.File{}, models.Errorf(models.KindInvalid, "the body must have the fields conv and file")
	}
	ctx, cancel := context.WithTimeout(ctx, keepTime)
	defer cancel()
	return w.Files.Keep(ctx, head.who, conv, name, in)
}

// badBody gives what went wrong while a body came in the words of HTTP; errors of ours stay.
func badBody(err error) error {
	switch {
	case models.KindOf(err) != "":
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fiber.NewError(http.StatusRequestTimeout, "the file came too slowly")
	default:
		return models.Errorf(models.KindInvalid, "the body is not whole multipart/form-data")
	}
}

// tooLarge answers 413 where it is the file that is too large.
func tooLarge(err error) error {
	if models.KindOf(err) != models.KindTooLong {
		return err
	}
	p := problemOf(err, "", "")
	p.Status, p.Title = http.StatusRequestEntityTooLarge, http.StatusText(http.StatusRequestEntityTooLarge)
	return p
}

// respond makes the answer to a request whose connection we have taken over.
func respond(headers http.Header, status int, contentType string, value any) *http.Response {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings and numbers
	}
	headers.Set(fiber.HeaderContentType, contentType)
	headers.Set(fiber.HeaderDate, time.Now().UTC().Format(http.TimeFormat))
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: headers, Close: true,
		Body: io.NopCloser(bytes.NewReader(text)), ContentLength: int64(len(text)),
	}
}

// party says who uploads or fetches: a visitor by the token in Authorization, else the agent whose
// session it is.
func (w *Web) party(ctx context.Context) (uploads.Party, error) {
	r := requestOf(ctx)
	if r.Bearer == "" {
		who, err := w.Identity.Authenticate(ctx, r.Token)
		return uploads.Party{Account: who.Agent.AccountID, Author: models.Author{Type: models.ByAgent, ID: who.Agent.ID}}, err
	}
	v, err := w.bearer(ctx)
	return uploads.Party{Account: v.AccountID, Author: models.Author{Type: models.ByVisitor, ID: v.ID}}, err
}

// bearer returns the visitor whose token a request brings.
func (w *Web) bearer(ctx context.Context) (models.Visitor, error) {
	v, err := w.Identity.VisitorWithToken(ctx, requestOf(ctx).Bearer)
	if models.KindOf(err) == models.KindNotFound {
		return v, models.Errorf(models.KindUnauthorized, "nobody has this token")
	}
	return v, err
}
