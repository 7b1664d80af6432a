package static

import (
	"bytes"
	"compress/gzip"
	"mime"
	"path"
	"strconv"
	"strings"
)

// File is one file ready to send.
type File struct {
	Body      []byte // belongs to Assets: not to be changed
	Type      string // Content-Type
	Encoding  string // Content-Encoding; "" when the body is as it is
	ETag      string // strong, with quotes; differs by encoding
	Immutable bool   // the content under this URL never changes: cache for a year
}

// asset is a file with its encodings.
type asset struct {
	kind      string
	immutable bool
	plain     []byte
	br        []byte
	gzip      []byte
	tag       string
}

func (a *asset) put(encoding string, body []byte) {
	switch encoding {
	case "br":
		a.br = body
	case "gzip":
		a.gzip = body
	default:
		a.plain, a.tag = body, hash(body)
	}
}

// compressed adds gzip to text that the build did not compress.
func (a asset) compressed() asset {
	if a.gzip != nil || a.br != nil || len(a.plain) < 1024 || !isText(a.kind) {
		return a
	}
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // fails only for a wrong level
	if _, err := w.Write(a.plain); err != nil {
		return a
	}
	if err := w.Close(); err != nil {
		return a
	}
	a.gzip = out.Bytes()
	return a
}

// File returns the file at a URL path (without query) in the smallest encoding that the request's
// Accept-Encoding allows. Answers must say `Vary: Accept-Encoding`.
func (a *Assets) File(urlPath, acceptEncoding string) (File, bool) {
	one, ok := a.served[urlPath]
	if !ok || one.plain == nil {
		return File{}, false
	}
	file := File{Body: one.plain, Type: one.kind, ETag: `"` + one.tag + `"`, Immutable: one.immutable}
	switch {
	case one.br != nil && accepts(acceptEncoding, "br"):
		file.Body, file.Encoding, file.ETag = one.br, "br", `"`+one.tag+`-br"`
	case one.gzip != nil && accepts(acceptEncoding, "gzip"):
		file.Body, file.Encoding, file.ETag = one.gzip, "gzip", `"`+one.tag+`-gz"`
	}
	return file, true
}

// accepts reports whether an Accept-Encoding header names the coding and does not refuse it by q=0.
func accepts(header, coding string) bool {
	for one := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(one, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, ok := strings.CutPrefix(strings.TrimSpace(params), "q=")
		if !ok {
			return true
		}
		weight, err := strconv.ParseFloat(q, 64)
		return err != nil || weight > 0
	}
	return false
}

// contentType does not ask the operating system's tables, which differ from machine to machine.
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".ico":
		return "image/x-icon"
	case ".webmanifest":
		return "application/manifest+json"
	case ".json":
		return "application/json"
	case ".woff2":
		return "font/woff2"
	case ".mp3":
		return "audio/mpeg"
	default:
		if known := mime.TypeByExtension(ext); known != "" {
			return known
		}
		return "application/octet-stream"
	}
}

func isText(kind string) bool {
	return strings.HasPrefix(kind, "text/") || kind == "image/svg+xml" ||
		kind == "application/json" || kind == "application/manifest+json"
}
