//go:build unix

package handlers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// childServer is the child as its parent sees it.
type childServer struct {
	addr  string
	in    io.Writer
	lines chan string
}

func startChild(t *testing.T) *childServer {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), childEnv+"=1")
	cmd.Stderr = os.Stderr
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	c := &childServer{in: in, lines: make(chan string, 1000)}
	go func() {
		defer close(c.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			c.lines <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		in.Close()
		for range c.lines { // until it ends
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	_, c.addr, _ = strings.Cut(c.logs(t, "listening"), "listening ")
	return c
}

// logs waits for a line that contains part.
func (c *childServer) logs(t *testing.T, part string) string {
	t.Helper()
	late := time.After(testWait)
	for {
		select {
		case line, ok := <-c.lines:
			if !ok {
				t.Fatalf("the server died before it said %q", part)
			}
			if strings.Contains(line, part) {
				return line
			}
		case <-late:
			t.Fatalf("the server never said %q", part)
		}
	}
}

func (c *childServer) tell(t *testing.T, command, answer string) {
	t.Helper()
	fmt.Fprintln(c.in, command)
	c.logs(t, answer)
}

// childConn is a connection to the child on which a request has been sent.
type childConn struct{ net.Conn }

func (c *childServer) dial(t *testing.T) *childConn {
	t.Helper()
	conn, err := net.Dial("tcp", c.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(testWait))
	fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", c.addr)
	return &childConn{conn}
}

func (c *childConn) answers(t *testing.T) {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the server answered %v, %v", response, err)
	}
}

func (c *childServer) get(t *testing.T) {
	t.Helper()
	conn := c.dial(t)
	defer conn.Close()
	conn.answers(t)
}
