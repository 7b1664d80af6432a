package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"foyer/app/chat"
	"foyer/app/identity"
)

type signInCall struct {
	Body struct {
		lenient
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"1024"`
	}
}

type signInAnswer struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      chat.Me
}

type signOutAnswer struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

type passwordCall struct {
	Body struct {
		lenient
		Current string `json:"current" maxLength:"1024"`
		New     string `json:"new" maxLength:"1024" doc:"8 to 128 characters"`
	}
}

func (w *Web) sessionAPI(api huma.API) {
	open(api, huma.Operation{
		OperationID: "signIn", Method: http.MethodPost, Path: "/api/v1/session", Summary: "Sign in",
		Description: "Sets the session cookie.", Errors: []int{400, 401, 403, 429},
	}, func(ctx context.Context, in *signInCall) (*signInAnswer, error) {
		cookie, who, err := w.signIn(ctx, in.Body.Email, in.Body.Password)
		if err != nil {
			return nil, err
		}
		me, err := w.Chat.Me(ctx, who.Agent)
		return &signInAnswer{SetCookie: cookie, Body: me}, err
	})
	signedIn(w, api, huma.Operation{
		OperationID: "signOut", Method: http.MethodDelete, Path: "/api/v1/session", Summary: "Sign out",
		Description: "Ends the session and closes its sockets.", DefaultStatus: http.StatusNoContent, Errors: []int{401, 403},
	}, func(ctx context.Context, who identity.Principal, _ *struct{}) (*signOutAnswer, error) {
		if err := w.Identity.SignOut(ctx, who); err != nil {
			return nil, err
		}
		w.endSession(who.Session.ID, "signed out")
		return &signOutAnswer{SetCookie: sessionCookie("", -1, requestOf(ctx).Secure)}, nil
	})
	signedIn(w, api, huma.Operation{
		OperationID: "changePassword", Method: http.MethodPut, Path: "/api/v1/me/password", Summary: "Change one's password",
		Description:   "Needs the current one. Ends all other sessions of the agent and closes their sockets; this one goes on.",
		DefaultStatus: http.StatusNoContent, Errors: []int{400, 401, 403, 429},
	}, func(ctx context.Context, who identity.Principal, in *passwordCall) (*struct{}, error) {
		right, err := w.usage.signIns.try(who.Agent.Email, requestOf(ctx).Address, time.Now())
		if err != nil {
			return nil, err
		}
		ended, err := w.Identity.ChangePassword(ctx, who, in.Body.Current, in.Body.New)
		if err == nil {
			right()
		}
		for _, session := range ended {
			w.endSession(session, "password changed")
		}
		return nil, err
	})
}

// signIn checks who somebody is and makes the cookie by which they are known from then on.
func (w *Web) signIn(ctx context.Context, email, password string) (http.Cookie, identity.Principal, error) {
	r := requestOf(ctx)
	right, err := w.usage.signIns.try(email, r.Address, time.Now())
	if err != nil {
		return http.Cookie{}, identity.Principal{}, err
	}
	token, who, err := w.Identity.SignIn(ctx, email, password, r.UserAgent)
	if err != nil {
		return http.Cookie{}, who, err
	}
	right()
	return sessionCookie(token, w.Config.Session.TTL, r.Secure), who, nil
}

// sessionCookie carries a session's token; with a negative age it takes it away.
func sessionCookie(token string, age time.Duration, secure bool) http.Cookie {
	seconds := int(age / time.Second)
	if age < 0 {
		seconds = -1
	}
	return http.Cookie{
		Name: cookieName(secure), Value: token, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	}
}
