// Package static holds what browsers load from us: the built front end, the styles of the pages
// made by the server, images, and the locales. All of it lives inside the binary; nothing is read
// from disk when it is served. What is not here: templates (package views) and HTTP (handlers).
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed all:dist locales img styles
var files embed.FS

// Entry is what a page needs to load one of the front end's programs.
type Entry struct {
	Script string   // URL of a module script
	Styles []string // URLs of its style sheets, in the order to link them
}

// Assets are the files we serve to browsers, by URL path. It never changes after Load, so any
// number of goroutines may use it.
type Assets struct {
	served   map[string]asset  // by URL path
	styles   map[string]string // name in static/styles -> URL path
	manifest map[string]chunk  // nil when the front end is not built
}

// chunk is one entry of Vite's manifest.
type chunk struct {
	File    string   `json:"file"`
	CSS     []string `json:"css"`
	Imports []string `json:"imports"`
}

// Load reads the embedded files. A missing build of the front end is no error: see Built.
func Load() (*Assets, error) { return load(files) }

func load(root fs.FS) (*Assets, error) {
	a := &Assets{served: map[string]asset{}, styles: map[string]string{}}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return a.add(root, name)
	})
	if err != nil {
		return nil, fmt.Errorf("embedded files: %w", err)
	}
	for url, one := range a.served {
		a.served[url] = one.compressed()
	}

	data, err := fs.ReadFile(root, "dist/manifest.json")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return a, nil
	case err != nil:
		return nil, fmt.Errorf("front end's manifest: %w", err)
	}
	if err := json.Unmarshal(data, &a.manifest); err != nil {
		return nil, fmt.Errorf("front end's manifest: %w", err)
	}
	return a, nil
}

// add puts one embedded file under its URL. A `.br` or `.gz` becomes an encoding of the file it
// stands beside.
func (a *Assets) add(root fs.FS, name string) error {
	encoding := ""
	plain := name
	switch path.Ext(name) {
	case ".br":
		encoding, plain = "br", strings.TrimSuffix(name, ".br")
	case ".gz":
		encoding, plain = "gzip", strings.TrimSuffix(name, ".gz")
	}
	url, immutable := address(plain)
	if url == "" && !strings.HasPrefix(plain, "styles/") {
		return nil
	}
	body, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	if url == "" { // a plain style sheet: its URL changes with its content
		base := path.Base(plain)
		ext := path.Ext(base)
		url, immutable = "/assets/"+strings.TrimSuffix(base, ext)+"-"+hash(body)[:8]+ext, true
		a.styles[base] = url
	}
	one := a.served[url]
	one.immutable = immutable
	one.kind = contentType(plain)
	one.put(encoding, body)
	a.served[url] = one
	return nil
}

// address says under which URL path an embedded file is served ("" for none), and whether its
// content can never change under that URL.
func address(name string) (url string, immutable bool) {
	top, rest, _ := strings.Cut(name, "/")
	switch {
	case top == "dist" && strings.HasPrefix(rest, "assets/") && !strings.HasSuffix(rest, ".map"):
		return "/" + rest, true
	case name == "dist/widget.js":
		return "/widget.js", false
	case name == "img/favicon.svg", name == "img/favicon.ico", name == "img/manifest.webmanifest":
		return "/" + rest, false // browsers look for these at the top
	case top == "img":
		return "/" + name, false
	}
	return "", false
}

// Built reports whether the front end was built before this binary. When it was not, Entry is
// empty and pages should say so (views.Unbuilt).
func (a *Assets) Built() bool { return a.manifest != nil }

// Entry returns what to load for an entry of the build, by its path in the repository
// ("static/console/main.tsx"). It is empty for entries the build does not have.
func (a *Assets) Entry(name string) Entry {
	top, ok := a.manifest[name]
	if !ok {
		return Entry{}
	}
	entry := Entry{Script: "/" + top.File}
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for _, imported := range a.manifest[name].Imports {
			visit(imported)
		}
		for _, css := range a.manifest[name].CSS {
			if url := "/" + css; !slices.Contains(entry.Styles, url) {
				entry.Styles = append(entry.Styles, url)
			}
		}
	}
	visit(name)
	return entry
}

// Styles returns the URLs of style sheets in static/styles, such as "page.css".
// A sheet that is not there is left out.
func (a *Assets) Styles(names ...string) []string {
	var urls []string
	for _, name := range names {
		if url, ok := a.styles[name]; ok {
			urls = append(urls, url)
		}
	}
	return urls
}

// Locales returns the message files, one JSON file a language at its top.
func Locales() fs.FS {
	sub, err := fs.Sub(files, "locales")
	if err != nil {
		panic(err) // the name above is wrong
	}
	return sub
}

func hash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:8])
}
