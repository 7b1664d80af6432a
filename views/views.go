// Package views makes the pages that the server renders: sign-in, the frames around the front
// end's programs, the demo shop, errors. It knows languages and templates. A page gets a finished
// struct (see pages.go); there are no queries and no rules here, and no HTTP.
package views

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"strings"
)

//go:embed *.html
var pages embed.FS

// Views renders pages and messages in every language there is. It never changes after New, so any
// number of goroutines may use it.
type Views struct {
	*messages
	templates map[string]map[string]*template.Template // locale -> page
}

// New reads the message files (`en.json`, `zh-CN.json`...) at the top of locales, and the
// templates. English has to be among them: it is what all else falls back to.
func New(locales fs.FS) (*Views, error) {
	messages, err := readMessages(locales)
	if err != nil {
		return nil, err
	}
	v := &Views{messages: messages, templates: map[string]map[string]*template.Template{}}
	for _, locale := range v.Locales() {
		if v.templates[locale], err = v.parse(locale); err != nil {
			return nil, fmt.Errorf("templates in %s: %w", locale, err)
		}
	}
	return v, nil
}

// parse reads all templates for one locale. Files whose name starts with "_" are parts that every
// page may use.
func (v *Views) parse(locale string) (map[string]*template.Template, error) {
	base, err := template.New("").Option("missingkey=error").Funcs(v.functions(locale)).ParseFS(pages, "_*.html")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(pages, "*.html")
	if err != nil {
		return nil, err
	}
	parsed := map[string]*template.Template{}
	for _, file := range files {
		if strings.HasPrefix(file, "_") {
			continue
		}
		page, err := template.Must(base.Clone()).ParseFS(pages, file)
		if err != nil {
			return nil, err
		}
		parsed[strings.TrimSuffix(file, ".html")] = page.Lookup(file)
	}
	return parsed, nil
}

// functions are what templates may call besides html/template's own.
func (v *Views) functions(locale string) template.FuncMap {
	return template.FuncMap{
		// t "key" "name" value...: a message in the page's language
		"t": func(key string, pairs ...any) (string, error) {
			params, err := dict(pairs)
			return v.Text(locale, key, params), err
		},
		"dict":    func(pairs ...any) (map[string]any, error) { return dict(pairs) },
		"locale":  func() string { return locale },
		"locales": func() []string { return v.Locales() },
		// endonym "zh-CN": the language's name in itself
		"endonym": func(of string) string { return v.Text(of, "page.language", nil) },
	}
}

func dict(pairs []any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("a name without a value in %v", pairs)
	}
	params := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("%v is no name", pairs[i])
		}
		params[name] = pairs[i+1]
	}
	return params, nil
}

// Render writes a page ("login", "console"...: see pages.go) in a locale, or in English when there
// is no such locale. Nothing is written when the page cannot be made.
func (v *Views) Render(w io.Writer, page, locale string, data any) error {
	set, ok := v.templates[locale]
	if !ok {
		set = v.templates[fallback]
	}
	t, ok := set[page]
	if !ok {
		return fmt.Errorf("page %q: there is no such template", page)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return fmt.Errorf("page %q: %w", page, err)
	}
	_, err := w.Write(out.Bytes())
	return err
}
