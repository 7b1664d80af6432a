package views

import "foyer/static"

// Login is the data of page "login": a plain form that posts email, password and next to /login.
type Login struct {
	Error  string       // what went wrong, in words; "" when nothing did
	Notice string       // something to know first, such as that one has been signed out; "" for nothing
	Email  string       // what was typed before
	Next   string       // path to go to afterwards; the handler checks that it is ours
	Demo   []DemoSignIn // shown as a hint; empty except on a demo server
	Theme  string       // "light", "dark" or "" for the system's
	Styles []string     // static.Assets.Styles("page.css")
}

// DemoSignIn is somebody one may sign in as on a demo server.
type DemoSignIn struct{ Email, Password string }

// Console is the data of page "console": the frame around the agents' program.
type Console struct {
	Entry static.Entry
	Boot  any    // becomes the JSON in #boot: {locale, strings, locales, demo}
	Theme string // "light", "dark" or "" for the system's; from the cookie foyer_theme
}

// Panel is the data of page "panel": the frame around the visitors' program in the widget.
type Panel struct {
	Entry static.Entry
	Boot  any // becomes the JSON in #boot: {site, locale, strings, origins}
}

// Demo is the data of page "demo": a pretend shop with the widget on it.
type Demo struct {
	WidgetOrigin string // scheme, host and port the widget comes from
	SiteKey      string
	ConsoleURL   string   // where the ribbon's link leads
	Styles       []string // static.Assets.Styles("shop.css")
}

// Error is the data of page "error". Title and Detail may be "": then the status speaks.
type Error struct {
	Status        int
	Title, Detail string
	Styles        []string // static.Assets.Styles("page.css")
}

// Unbuilt is the data of page "unbuilt": what one sees when the front end was not built.
type Unbuilt struct {
	Styles []string // static.Assets.Styles("page.css")
}
