package views

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"foyer/static"
)

func open(t *testing.T) *Views {
	t.Helper()
	v, err := New(static.Locales())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// samples are the data of every page, with something dangerous wherever a person may write.
func samples() map[string]any {
	const nasty = `</script><img src=x onerror=alert(1)>"'`
	entry := static.Entry{Script: "/assets/main-abc.js", Styles: []string{"/assets/main-abc.css"}}
	styles := []string{"/assets/page-abc.css"}
	boot := map[string]any{"locale": "en", "strings": map[string]any{"console.title": nasty}}
	return map[string]any{
		"login": Login{Error: nasty, Notice: nasty, Email: nasty, Next: "/?a=b&c=" + nasty, Theme: "dark", Styles: styles,
			Demo: []DemoSignIn{{Email: nasty, Password: nasty}}},
		"console": Console{Entry: entry, Boot: boot, Theme: "light"},
		"panel":   Panel{Entry: entry, Boot: boot},
		"demo":    Demo{WidgetOrigin: "http://127.0.0.1:8080", SiteKey: "demo", ConsoleURL: "http://localhost:8080/", Styles: styles},
		"error":   Error{Status: 404, Title: nasty, Detail: nasty, Styles: styles},
		"unbuilt": Unbuilt{Styles: styles},
	}
}

var inline = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=["']|javascript:|<img src=x`)

func TestPagesObeyAStrictPolicyAndEscapeWhatPeopleWrote(t *testing.T) {
	v := open(t)
	for _, locale := range v.Locales() {
		for page, data := range samples() {
			t.Run(locale+" "+page, func(t *testing.T) {
				var out bytes.Buffer
				if err := v.Render(&out, page, locale, data); err != nil {
					t.Fatal(err)
				}
				text := out.String()
				if found := inline.FindString(text); found != "" {
					t.Errorf("%q is on the page:\n%s", found, text)
				}
				if strings.Contains(text, "ZgotmplZ") {
					t.Errorf("html/template refused a value:\n%s", text)
				}
				if !strings.Contains(text, `<html lang="`+locale+`"`) {
					t.Error("the page does not say its language")
				}
				for tag := range strings.SplitSeq(text, "<script") {
					if tag != text && !strings.HasPrefix(tag, "<!doctype") && !scriptAllowed(tag) {
						t.Errorf("inline script: %.60s", tag)
					}
				}
			})
		}
	}
}

// scriptAllowed takes what follows "<script": it loads a file or holds data.
func scriptAllowed(rest string) bool {
	attributes, _, _ := strings.Cut(rest, ">")
	return strings.Contains(attributes, "src=") || strings.Contains(attributes, `type="application/json"`)
}

func TestEveryPageHasASample(t *testing.T) {
	v := open(t)
	for page := range v.templates[fallback] {
		if samples()[page] == nil {
			t.Errorf("page %q has no sample: it is not tested", page)
		}
	}
	if err := v.Render(&bytes.Buffer{}, "nowhere", "en", nil); err == nil {
		t.Error("no error for an unknown page")
	}
}

func TestUnknownLocalesGetEnglish(t *testing.T) {
	var out bytes.Buffer
	if err := open(t).Render(&out, "unbuilt", "tlh", Unbuilt{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "is not built") {
		t.Errorf("not in English:\n%s", out.String())
	}
}

func TestBootDataSurvivesTheTrip(t *testing.T) {
	var out bytes.Buffer
	boot := map[string]any{"text": "</script><!-- \u2028 & 'x' 你好"}
	if err := open(t).Render(&out, "console", "en", Console{Boot: boot}); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(out.String(), `<script type="application/json" id="boot">`)
	data, _, _ := strings.Cut(rest, "</script>")
	var back map[string]any
	if err := json.Unmarshal([]byte(data), &back); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	if back["text"] != boot["text"] {
		t.Errorf("got %q, want %q", back["text"], boot["text"])
	}
}

func TestLoginWorksWithoutScript(t *testing.T) {
	var out bytes.Buffer
	data := Login{Email: "ann@example.com", Next: "/?c=1&x=2", Error: "No."}
	if err := open(t).Render(&out, "login", "en", data); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<form method="post" action="/login">`, `name="next" value="/?c=1&amp;x=2"`, `name="email" type="email" autocomplete="username"`,
		`value="ann@example.com"`, `autocomplete="current-password"`, `role="alert" id="error">No.<`,
		`href="/login?lang=zh-CN&amp;next=%2f%3fc%3d1%26x%3d2"`, `>简体中文</a>`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("missing %s in\n%s", want, out.String())
		}
	}
}

func TestDemoEmbedsTheSnippetCustomersPaste(t *testing.T) {
	var out bytes.Buffer
	if err := open(t).Render(&out, "demo", "en", samples()["demo"]); err != nil {
		t.Fatal(err)
	}
	const snippet = `<script async src="http://127.0.0.1:8080/widget.js" data-site="demo"></script>`
	if !strings.Contains(out.String(), snippet) {
		t.Errorf("the snippet is not on the page:\n%s", out.String())
	}
}

func TestTemplatesUseOnlyKeysThatExist(t *testing.T) {
	english := open(t).raw[fallback]
	used := regexp.MustCompile(`\bt "([^"]+)"`)
	files, err := fs.Glob(pages, "*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := fs.ReadFile(pages, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range used.FindAllStringSubmatch(string(source), -1) {
			if _, ok := english[found[1]]; !ok {
				t.Errorf("%s uses %q, which is in no locale", file, found[1])
			}
		}
	}
}
