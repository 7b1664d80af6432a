package handlers

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// fasthttp reads a body into memory before anybody could ask who sends it, or it streams every body
// there is and keeps 16 KiB for each socket. So the one route that takes large bodies hides its body
// from fasthttp, asks who it is, takes the connection over and reads the body piece by piece. Such
// a connection has no second request.

const (
	uploadLength  = "Foyer-Upload-Length" // in which the length of a hidden body is handed on
	chunkedLength = -1                    // as fasthttp has it

	maxOverhead  = 64 << 10         // bytes of a form beside the file's
	uploadTime   = 5 * time.Minute  // for the whole of an upload
	downloadTime = 5 * time.Minute  // for the whole of a download
	keepTime     = time.Minute      // for what we do with a file once all of it is here
	answerTime   = 10 * time.Second // for our answer to an upload
	drainTime    = 5 * time.Second  // for what a client still sends that was refused already
)

// isUpload reports whether a request's body was hidden.
func isUpload(h *fasthttp.RequestHeader) bool {
	return h.IsPost() && string(h.RequestURI()) == uploadsPath
}

// perRequest hides the body of an upload, and gives downloads the time that a slow line needs.
func perRequest(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if isUpload(h) {
		h.Set(uploadLength, strconv.Itoa(h.ContentLength()))
		h.SetContentLength(0)
		h.SetConnectionClose()
	}
	if h.IsGet() && isFile(h.RequestURI()) {
		return fasthttp.RequestConfig{WriteTimeout: downloadTime}
	}
	return fasthttp.RequestConfig{}
}

// hiddenLength is the length that an upload says it has.
func hiddenLength(c *fiber.Ctx) int {
	length, _ := strconv.Atoi(c.Get(uploadLength))
	return length
}

// takeBody takes the connection of an upload over, once the handler has returned: answer reads the
// body, of the length the request told, and makes the response. No more than limit is read.
func takeBody(c *fiber.Ctx, limit int64, answer func(io.Reader) *http.Response) {
	length := hiddenLength(c)
	c.Context().HijackSetNoResponse(true)
	c.Context().Hijack(func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		defer func() {
			if p := recover(); p != nil {
				slog.Error("upload panicked", "panic", p, "stack", string(debug.Stack()))
			}
		}()
		line := &patientConn{conn: conn, until: time.Now().Add(uploadTime)}
		body := io.LimitReader(line, int64(length)) // a form knows whether it is whole
		if length == chunkedLength {
			body = httputil.NewChunkedReader(bufio.NewReader(line))
		}
		res := answer(io.LimitReader(body, limit))
		_ = conn.SetWriteDeadline(time.Now().Add(answerTime))
		if err := res.Write(conn); err != nil {
			return
		}
		// Closing while the client still sends would make the kernel throw our answer away.
		line.until = time.Now().Add(drainTime)
		_, _ = io.Copy(io.Discard, io.LimitReader(body, limit))
	})
}

// patientConn reads from a client for as long as something comes at all, and until the end of its time.
type patientConn struct {
	conn  net.Conn
	until time.Time
}

// Read implements io.Reader.
func (p *patientConn) Read(b []byte) (int, error) {
	deadline := time.Now().Add(readTimeout)
	if p.until.Before(deadline) {
		deadline = p.until
	}
	_ = p.conn.SetReadDeadline(deadline)
	return p.conn.Read(b)
}
