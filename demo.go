package main

import (
	"context"
	"fmt"
	"io"
	"net"

	"foyer/app/identity"
	"foyer/handlers"
	"foyer/models"
	"foyer/views"
)

// loopbackOnly refuses to show a server with well-known passwords to anybody but this machine.
func loopbackOnly(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err == nil && (host == "localhost" || net.ParseIP(host).IsLoopback()) {
		return nil
	}
	return models.Errorf(models.KindNotConfigured,
		"--demo has passwords that everybody knows, so it serves this machine only: set http.addr to 127.0.0.1:8080 or another loopback address (it is %q)", addr)
}

// prepareDemo makes what the demo shows, unless it is there.
func prepareDemo(ctx context.Context, people *identity.Service, addr net.Addr) (*handlers.Demo, error) {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return nil, err
	}
	there, err := people.Demo(ctx, []string{"http://localhost:" + port, "http://127.0.0.1:" + port})
	if err != nil || !there {
		return nil, err
	}
	demo := &handlers.Demo{SiteKey: identity.DemoSiteKey}
	for _, a := range identity.DemoAgents {
		demo.SignIns = append(demo.SignIns, views.DemoSignIn{Email: a.Email, Password: identity.DemoPassword})
	}
	return demo, nil
}

// announce says where the server is, and on a demo server what to do there.
func announce(out io.Writer, addr net.Addr, demo *handlers.Demo) {
	_, port, _ := net.SplitHostPort(addr.String())
	base := "http://" + addr.String()
	if demo == nil {
		_, _ = fmt.Fprintf(out, "Foyer listens on %s\n", base)
		return
	}
	base = "http://localhost:" + port
	_, _ = fmt.Fprintf(out, `
  Foyer is running, with a demo in it. Open two tabs:

    the shop, as a visitor    %s/demo
    the console, as an agent  %s/

  Sign in as any of these; the password is %s
`, base, base, identity.DemoPassword)
	for _, a := range demo.SignIns {
		_, _ = fmt.Fprintf(out, "    %s\n", a.Email)
	}
	_, _ = fmt.Fprint(out, "\n  Stop with Ctrl-C; everything said is kept.\n\n")
}
