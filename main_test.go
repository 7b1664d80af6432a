package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"foyer/app/config"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// fasthttp's clock never ends, and what clears its idle workers looks every 10 s whether it should.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

func TestCommandLine(t *testing.T) {
	t.Setenv("FOYER_DATABASE_DSN", filepath.Join(t.TempDir(), "foyer.db"))
	tests := map[string]struct {
		args []string
		env  map[string]string
		code int
		says string
	}{
		"nothing":          {nil, nil, exitOK, "foyer serve"},
		"help":             {[]string{"help"}, nil, exitOK, "foyer migrate"},
		"version":          {[]string{"version"}, nil, exitOK, "foyer "},
		"unknown command":  {[]string{"sevre"}, nil, exitBadInput, `there is no command "sevre"`},
		"unknown flag":     {[]string{"serve", "--dmeo"}, nil, exitBadInput, "dmeo"},
		"too much":         {[]string{"serve", "--demo", "now"}, nil, exitBadInput, `does not take "now"`},
		"no such settings": {[]string{"serve", "--config", "nowhere.yaml"}, nil, exitBadInput, "nowhere.yaml"},
		"every wrong setting at once": {
			[]string{"serve"}, map[string]string{"FOYER_DATABASE_DRIVER": "oracle", "FOYER_HTTP_ADR": "x", "FOYER_QUEUE_SWEEP": "soon"},
			exitBadInput, "FOYER_HTTP_ADR",
		},
		"a demo for the world": {[]string{"serve", "--demo"}, map[string]string{"FOYER_HTTP_ADDR": "0.0.0.0:0"}, exitBadInput, "this machine only"},
		"migrate":              {[]string{"migrate"}, nil, exitOK, ""},
		"a database that is not there": {
			[]string{"migrate"}, map[string]string{"FOYER_DATABASE_DRIVER": "postgres", "FOYER_DATABASE_DSN": "host=127.0.0.1 port=1 user=x"},
			exitBadInput, "cannot reach PostgreSQL",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for key, value := range test.env {
				t.Setenv(key, value)
			}
			var out bytes.Buffer
			if code := command(test.args, &out, &out); code != test.code || !strings.Contains(out.String(), test.says) {
				t.Errorf("ended with %d and said: %s", code, out.String())
			}
			if name == "every wrong setting at once" {
				for _, key := range []string{"database.driver", "queue.sweep"} {
					if !strings.Contains(out.String(), key) {
						t.Errorf("%s is not named: %s", key, out.String())
					}
				}
			}
		})
	}
}

func TestDemoServesAndStopsWhenTold(t *testing.T) {
	cfg := config.Default()
	cfg.HTTP.Addr = "127.0.0.1:0"
	cfg.Database.DSN = filepath.Join(t.TempDir(), "foyer.db")
	for _, run := range []string{"on an empty database", "on its own database"} {
		t.Run(run, func(t *testing.T) {
			ctx, stop := context.WithCancel(context.Background())
			said := &lines{ready: make(chan struct{})}
			ended := make(chan error, 1)
			go func() { ended <- serve(ctx, cfg, true, said) }()
			select {
			case <-said.ready:
			case err := <-ended:
				t.Fatal(err)
			case <-time.After(10 * time.Second):
				t.Fatal("not serving in time")
			}
			base := said.address(t)
			res, err := http.Get(base + "/readyz")
			if err != nil || res.StatusCode != http.StatusOK {
				t.Fatal(res, err)
			}
			_ = res.Body.Close()
			body := strings.NewReader(`{"email":"anna@demo.test","password":"foyer-demo"}`)
			res, err = http.Post(base+"/api/v1/session", "application/json", body)
			if err != nil || res.StatusCode != http.StatusOK {
				t.Fatal(res, err)
			}
			_ = res.Body.Close()
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAddressInUseIsSaidSo(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cfg := config.Default()
	cfg.HTTP.Addr = taken.Addr().String()
	cfg.Database.DSN = filepath.Join(t.TempDir(), "foyer.db")
	err = serve(context.Background(), cfg, false, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "cannot listen on http.addr") {
		t.Errorf("%v", err)
	}
}

// lines is what the server says, and a sign that it has.
type lines struct {
	bytes.Buffer
	ready chan struct{}
}

func (l *lines) Write(p []byte) (int, error) {
	n, err := l.Buffer.Write(p)
	if strings.Contains(l.String(), "Stop with Ctrl-C") {
		close(l.ready)
	}
	return n, err
}

// address is where the server said it is.
func (l *lines) address(t *testing.T) string {
	t.Helper()
	_, after, ok := strings.Cut(l.String(), "http://localhost:")
	if !ok {
		t.Fatalf("no address in %s", l.String())
	}
	port, _, _ := strings.Cut(after, "/")
	return "http://127.0.0.1:" + port
}
