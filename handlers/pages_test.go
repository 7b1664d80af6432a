package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"foyer/views"
)

func (c *client) post(path string, form url.Values) (*http.Response, string) {
	c.s.t.Helper()
	req, err := http.NewRequest(http.MethodPost, c.s.base+path, strings.NewReader(form.Encode()))
	must(c.s.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", c.origin)
	return c.do(req)
}

func TestSignInFormWorksWithoutScript(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	c := s.anonymous()
	res, text := c.post("/login", url.Values{"email": {"anna@tea.test"}, "password": {"wrong"}, "next": {"/x"}})
	if res.StatusCode != 401 || !strings.Contains(text, `role="alert"`) || !strings.Contains(text, "anna@tea.test") {
		t.Errorf("%s %s", res.Status, text)
	}
	res, _ = c.post("/login", url.Values{"email": {"anna@tea.test"}, "password": {testPassword}, "next": {"/x?y=1"}})
	if res.StatusCode != 303 || res.Header.Get("Location") != "/x?y=1" || res.Header.Get("Set-Cookie") == "" {
		t.Errorf("%s to %q", res.Status, res.Header.Get("Location"))
	}
	c.origin = "https://evil.test"
	if res, _ := c.post("/login", url.Values{"email": {"anna@tea.test"}, "password": {testPassword}}); res.StatusCode != 403 {
		t.Errorf("another site's form: %s", res.Status)
	}
}

func TestNobodyIsSentElsewhereAfterSigningIn(t *testing.T) {
	for next, want := range map[string]string{
		"/": "/", "/a?b=c": "/a?b=c", "": "/", "a": "/", "//evil.test": "/", "https://evil.test/": "/", "/\\evil.test": "/",
		"\\\\evil.test": "/", "javascript:alert(1)": "/", "/\tevil": "/", "/%0d%0aX: y": "/%0d%0aX: y",
	} {
		if got := ours(next); got != want {
			t.Errorf("%q: %q, want %q", next, got, want)
		}
	}
}

func TestPagesHaveTheirPolicies(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	s.web.Demo = &Demo{SiteKey: "tea", SignIns: []views.DemoSignIn{{Email: "a", Password: "b"}}}
	csp := func(path string) string {
		res, _ := s.anonymous().send("GET", path, nil)
		if res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s may be sniffed", path)
		}
		return res.Header.Get("Content-Security-Policy")
	}
	for _, path := range []string{"/login", "/nowhere", "/widget/panel?site=nowhere"} {
		if got := csp(path); !strings.Contains(got, "frame-ancestors 'none'") || !strings.Contains(got, "default-src 'none'") {
			t.Errorf("%s: %s", path, got)
		}
	}
	if got := csp("/widget/panel?site=tea"); !strings.HasSuffix(got, "frame-ancestors https://www.tea.test") {
		t.Errorf("the panel may be framed by: %s", got)
	}
	if got := csp("/api/v1/me"); got != "default-src 'none'; frame-ancestors 'none'" {
		t.Errorf("the API: %s", got)
	}
}

func TestErrorsArePagesForPeopleAndProblemsForPrograms(t *testing.T) {
	s := startServer(t, nil)
	for accept, want := range map[string]string{
		"text/html,application/xhtml+xml": "text/html; charset=utf-8",
		"application/json":                "application/problem+json",
		"":                                "application/problem+json",
	} {
		req, err := http.NewRequest("GET", s.base+"/nowhere", nil)
		must(t, err)
		if accept != "" {
			req.Header.Set("Accept", accept)
		}
		res, text := s.anonymous().do(req)
		if res.StatusCode != 404 || res.Header.Get("Content-Type") != want {
			t.Errorf("Accept %q: %s %s %s", accept, res.Status, res.Header.Get("Content-Type"), text)
		}
	}
}

func TestLanguageIsTheOneAskedForThenTheOneChosenThenTheBrowsers(t *testing.T) {
	s := startServer(t, nil)
	get := func(path, cookie, accept string) string {
		req, err := http.NewRequest("GET", s.base+path, nil)
		must(t, err)
		req.Header.Set("Accept-Language", accept)
		if cookie != "" {
			req.Header.Set("Cookie", "foyer_lang="+cookie)
		}
		_, text := s.anonymous().do(req)
		_, text, _ = strings.Cut(text, `<html lang="`)
		lang, _, _ := strings.Cut(text, `"`)
		return lang
	}
	for _, test := range []struct{ path, cookie, accept, want string }{
		{"/login", "", "zh-CN,zh;q=0.9", "zh-CN"},
		{"/login", "en", "zh-CN", "en"},
		{"/login?lang=zh-CN", "en", "en", "zh-CN"},
		{"/login?lang=xx", "", "de", "en"},
	} {
		if got := get(test.path, test.cookie, test.accept); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}

func TestDeepLinksSurviveSigningIn(t *testing.T) {
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	res, _ := s.anonymous().send("GET", "/?c=1&v=mine", nil)
	if to := res.Header.Get("Location"); to != "/login?next=%2F%3Fc%3D1%26v%3Dmine" {
		t.Errorf("sent to %q", to)
	}
}
