package handlers

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"foyer/models"
	"foyer/views"
)

const (
	languageCookie = "foyer_lang"
	themeCookie    = "foyer_theme"
)

// locale is the language of a page: the one asked for, the one chosen before, the browser's.
func (w *Web) locale(c *fiber.Ctx) string {
	asked := c.Query("lang")
	if asked != "" {
		c.Cookie(&fiber.Cookie{
			Name: languageCookie, Value: w.Views.Match(asked), Path: "/", MaxAge: int((365 * 24 * time.Hour) / time.Second),
			SameSite: fiber.CookieSameSiteLaxMode, Secure: w.secure(c),
		})
	}
	return w.Views.Match(asked, c.Cookies(languageCookie), c.Get(fiber.HeaderAcceptLanguage))
}

// page sends a page of ours.
func (w *Web) page(c *fiber.Ctx, name string, data any) error {
	var out bytes.Buffer
	if err := w.Views.Render(&out, name, w.locale(c), data); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	if c.GetRespHeader(fiber.HeaderCacheControl) == "" {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	if !strings.Contains(c.GetRespHeader(fiber.HeaderContentSecurityPolicy), "script-src") {
		w.policy(c, "'none'")
	}
	return c.Send(out.Bytes())
}

func (w *Web) theme(c *fiber.Ctx) string {
	if t := c.Cookies(themeCookie); t == "light" || t == "dark" {
		return t
	}
	return ""
}

func (w *Web) unbuilt(c *fiber.Ctx) error {
	c.Status(http.StatusServiceUnavailable)
	return w.page(c, "unbuilt", views.Unbuilt{Styles: w.Assets.Styles("page.css")})
}

// boot is what a program of the front end starts with.
type boot struct {
	Locale  string         `json:"locale"`
	Locales []string       `json:"locales,omitempty"`
	Strings map[string]any `json:"strings"`
	Demo    bool           `json:"demo,omitempty"`
	Site    string         `json:"site,omitempty"`
	Origins []string       `json:"origins,omitempty"`

	MaxUpload int `json:"max_upload"` // bytes
}

// console is the agents' program, for those who are signed in.
func (w *Web) console(c *fiber.Ctx) error {
	if _, err := w.Identity.Authenticate(c.UserContext(), requestOf(c.UserContext()).Token); err != nil {
		if models.KindOf(err) == models.KindUnauthorized {
			return c.Redirect(signInPath(c.OriginalURL()), http.StatusSeeOther)
		}
		return err
	}
	if !w.Assets.Built() {
		return w.unbuilt(c)
	}
	locale := w.locale(c)
	return w.page(c, "console", views.Console{
		Entry: w.Assets.Entry("static/console/main.tsx"), Theme: w.theme(c),
		Boot: boot{Locale: locale, Locales: w.Views.Locales(), Strings: w.Views.Strings(locale, "console.", "common."), Demo: w.Demo != nil, MaxUpload: w.Config.Uploads.MaxBytes},
	})
}

// signInPath is the address of the sign-in page that leads on to next.
func signInPath(next string) string {
	if next = ours(next); next == "/" {
		return "/login"
	}
	return "/login?next=" + url.QueryEscape(next)
}

func (w *Web) loginPage(c *fiber.Ctx) error {
	token := requestOf(c.UserContext()).Token
	if _, err := w.Identity.Authenticate(c.UserContext(), token); err == nil {
		return c.Redirect(ours(c.Query("next", "/")), http.StatusSeeOther)
	}
	data := views.Login{Next: ours(c.Query("next", "/"))}
	if token != "" {
		data.Notice = w.Views.Text(w.locale(c), "page.login.expired", nil)
	}
	return w.loginForm(c, data)
}

func (w *Web) loginForm(c *fiber.Ctx, data views.Login) error {
	data.Styles, data.Theme = w.Assets.Styles("page.css"), w.theme(c)
	if w.Demo != nil {
		data.Demo = w.Demo.SignIns
	}
	return w.page(c, "login", data)
}

// login is the sign-in form: no script needed.
func (w *Web) login(c *fiber.Ctx) error {
	email, next := utils.CopyString(c.FormValue("email")), ours(utils.CopyString(c.FormValue("next", "/")))
	cookie, _, err := w.signIn(c.UserContext(), email, utils.CopyString(c.FormValue("password")))
	if models.KindOf(err) == models.KindUnauthorized {
		c.Status(http.StatusUnauthorized)
		return w.loginForm(c, views.Login{
			Email: email, Next: next, Error: w.Views.Text(w.locale(c), "page.login.wrong", nil),
		})
	}
	if fast, ok := errors.AsType[*rateError](err); ok {
		c.Status(http.StatusTooManyRequests).Set(fiber.HeaderRetryAfter, strconv.Itoa(fast.seconds()))
		return w.loginForm(c, views.Login{
			Email: email, Next: next, Error: w.Views.Text(w.locale(c), "page.login.slow", nil),
		})
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderSetCookie, cookie.String())
	return c.Redirect(next, http.StatusSeeOther)
}

// panel is the visitors' program. Only the site's own pages may frame it; the browser sees to that.
func (w *Web) panel(c *fiber.Ctx) error {
	site, err := w.Identity.Site(c.UserContext(), utils.CopyString(c.Query("site")))
	if err != nil {
		return err
	}
	w.policy(c, allowedFraming(site))
	if !w.Assets.Built() {
		return w.unbuilt(c)
	}
	locale := w.Views.Match(c.Query("lang"), c.Get(fiber.HeaderAcceptLanguage))
	c.Set(fiber.HeaderReferrerPolicy, "strict-origin")
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return w.page(c, "panel", views.Panel{
		Entry: w.Assets.Entry("widget/panel/main.tsx"),
		Boot:  boot{Locale: locale, Strings: w.Views.Strings(locale, "widget.", "common."), Site: site.Key, Origins: site.Origins, MaxUpload: w.Config.Uploads.MaxBytes},
	})
}

// demo is a pretend shop. Its widget comes from the other name of this machine, so that to the
// browser it is a third party there, as it is on a customer's page.
func (w *Web) demo(c *fiber.Ctx) error {
	if !w.Assets.Built() {
		return w.unbuilt(c)
	}
	own := w.ownOrigin(c)
	other := strings.Replace(own, "://localhost", "://127.0.0.1", 1)
	if other == own {
		other = strings.Replace(own, "://127.0.0.1", "://localhost", 1)
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'self'; img-src 'self' data:; "+
		"script-src "+other+"; frame-src "+other+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	return w.page(c, "demo", views.Demo{
		WidgetOrigin: other, SiteKey: w.Demo.SiteKey, ConsoleURL: own + "/", Styles: w.Assets.Styles("shop.css"),
	})
}

// asset sends what the browser loads for our pages, from memory.
func (w *Web) asset(c *fiber.Ctx) error {
	f, ok := w.Assets.File(c.Path(), c.Get(fiber.HeaderAcceptEncoding))
	if !ok || c.Method() != http.MethodGet && c.Method() != http.MethodHead {
		return models.Errorf(models.KindNotFound, "there is nothing at %s", c.Path())
	}
	c.Set(fiber.HeaderETag, f.ETag)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderCacheControl, "public, max-age=300, stale-while-revalidate=86400")
	if f.Immutable {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	}
	if c.Get(fiber.HeaderIfNoneMatch) == f.ETag {
		return c.SendStatus(http.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, f.Type)
	if f.Encoding != "" {
		c.Set(fiber.HeaderContentEncoding, f.Encoding)
	}
	return c.Send(f.Body)
}

// allowedFraming is what the panel's frame-ancestors says.
func allowedFraming(site models.Site) string {
	if len(site.Origins) == 0 {
		return "'none'"
	}
	return strings.Join(site.Origins, " ")
}
