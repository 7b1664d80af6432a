package handlers

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"foyer/models"
	"foyer/views"
)

// problem is an RFC 9457 problem document: every error of the API is one.
type problem struct {
	Title  string   `json:"title" doc:"the status in words"`
	Status int      `json:"status"`
	Detail string   `json:"detail" doc:"what went wrong, where, and what to do"`
	Code   string   `json:"code" doc:"the kind of failure, for programs"`
	Errors []string `json:"errors,omitempty" doc:"each thing that is wrong with the request, with its place"`

	retryAfter int // seconds, 0 for none
}

// Error returns the detail.
func (p *problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements huma.HeadersError: whoever is to wait is told how long.
func (p *problem) GetHeaders() http.Header {
	if p.retryAfter == 0 {
		return nil
	}
	return http.Header{fiber.HeaderRetryAfter: {strconv.Itoa(p.retryAfter)}}
}

// useProblems makes huma answer its own errors, such as a body that does not fit its schema, as ours.
func useProblems() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		if status == http.StatusUnprocessableEntity {
			status = http.StatusBadRequest
		}
		p := newProblem(status, codeOfStatus(status), message)
		for _, err := range errs {
			if detail, ok := err.(huma.ErrorDetailer); ok {
				d := detail.ErrorDetail()
				p.Errors = append(p.Errors, strings.TrimPrefix(d.Location+": "+d.Message, ": "))
			}
		}
		return p
	}
}

func newProblem(status int, code, detail string) *problem {
	return &problem{Title: http.StatusText(status), Status: status, Detail: detail, Code: code}
}

// problemOf turns an error of ours into what the caller sees. What is not meant for them is
// logged, here and nowhere else.
func problemOf(err error, method, path string) *problem {
	if e, ok := errors.AsType[*models.Error](err); ok {
		status := statusOf(e.Kind)
		if status >= http.StatusInternalServerError {
			slog.Error("request failed", "method", method, "path", path, "error", err)
		}
		p := newProblem(status, string(e.Kind), e.Message)
		p.retryAfter = (&rateError{e.Wait}).seconds()
		return p
	}
	if e, ok := errors.AsType[*rateError](err); ok {
		p := newProblem(http.StatusTooManyRequests, string(models.KindRateLimited), e.Error())
		p.retryAfter = e.seconds()
		return p
	}
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*fiber.Error](err); ok { // Fiber's own: no such route, body too large
		if e.Code == http.StatusBadRequest { // fasthttp's words repeat the request, cookie and all
			return newProblem(e.Code, codeOfStatus(e.Code), "this is not an HTTP request as RFC 9112 has it")
		}
		return newProblem(e.Code, codeOfStatus(e.Code), e.Message)
	}
	slog.Error("request failed", "method", method, "path", path, "error", err)
	return newProblem(http.StatusInternalServerError, "internal", "something went wrong here: try again; if it stays, tell whoever runs this server")
}

func statusOf(kind models.Kind) int {
	switch kind {
	case models.KindInvalid, models.KindTooLong:
		return http.StatusBadRequest
	case models.KindUnauthorized:
		return http.StatusUnauthorized
	case models.KindForbidden:
		return http.StatusForbidden
	case models.KindNotFound:
		return http.StatusNotFound
	case models.KindConflict, models.KindNotEligible, models.KindAtCapacity, models.KindCIDConflict, models.KindClosed:
		return http.StatusConflict
	case models.KindRateLimited:
		return http.StatusTooManyRequests
	case models.KindUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

func codeOfStatus(status int) string {
	switch status {
	case http.StatusBadRequest:
		return string(models.KindInvalid)
	case http.StatusNotFound:
		return string(models.KindNotFound)
	case http.StatusForbidden:
		return string(models.KindForbidden)
	}
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}

// handleError is Fiber's ErrorHandler: people get a page, programs a problem document.
func (w *Web) handleError(c *fiber.Ctx, err error) error {
	p := problemOf(err, c.Method(), c.Path())
	c.Status(p.Status)
	for name, values := range p.GetHeaders() {
		c.Set(name, values[0])
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	if !forPeople(c) {
		return c.JSON(p, "application/problem+json")
	}
	data := views.Error{Status: p.Status, Styles: w.Assets.Styles("page.css")}
	locale := w.locale(c)
	switch {
	case p.Status == http.StatusNotFound && c.Path() != panelPath:
		data.Title = w.Views.Text(locale, "page.error.missing", nil)
		data.Detail = w.Views.Text(locale, "page.error.missing.detail", nil)
	case p.Status == http.StatusForbidden:
		data.Title, data.Detail = w.Views.Text(locale, "page.error.forbidden", nil), p.Detail
	case p.Status < http.StatusInternalServerError: // what is wrong with the request is worth telling
		data.Detail = p.Detail
	}
	return w.page(c, "error", data)
}

// forPeople reports whether a request comes from somebody who will read the answer.
func forPeople(c *fiber.Ctx) bool {
	return strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMETextHTML) &&
		!strings.HasPrefix(c.Path(), "/api/") && !strings.HasPrefix(c.Path(), "/ws/")
}
