//go:build unix

package handlers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
)

const (
	childFiles = 64
	childEnv   = "FOYER_TEST_LISTENER"
)

// TestServerSurvivesRunningOutOfFiles needs a process of its own: the test binary runs itself again
// under a low limit of open files.
func TestServerSurvivesRunningOutOfFiles(t *testing.T) {
	if os.Getenv(childEnv) != "" {
		serveWithFewFiles()
		return
	}
	child := startChild(t)

	t.Run("files used up by something else", func(t *testing.T) {
		child.tell(t, "hoard", "hoarded")
		waiting := child.dial(t) // the kernel lets it in; the server can't
		child.logs(t, "accept failed")
		child.tell(t, "free", "freed")
		waiting.answers(t)
		child.get(t)
	})
	t.Run("files used up by connections", func(t *testing.T) {
		var conns []*childConn
		for range 2 * childFiles {
			conns = append(conns, child.dial(t))
		}
		child.logs(t, "no room for more connections")
		child.tell(t, "open", "opened") // the database still gets its files
		for _, conn := range conns {
			conn.Close()
		}
		child.get(t)
	})
}

// serveWithFewFiles is the child: a real server that does what its standard input says.
func serveWithFewFiles() {
	limit := syscall.Rlimit{Cur: childFiles, Max: childFiles}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		panic(err)
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stdout, nil)))
	app := fiber.New(fiberConfig())
	PrepareServer(app)
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok") })
	ln, err := Listen("127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { panic(app.Listener(ln)) }()
	fmt.Println("listening", ln.Addr())

	var hoard []*os.File
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		switch in.Text() {
		case "hoard":
			for file, err := os.Open(os.DevNull); err == nil; file, err = os.Open(os.DevNull) {
				hoard = append(hoard, file)
			}
			fmt.Println("hoarded")
		case "free":
			for _, file := range hoard {
				file.Close()
			}
			fmt.Println("freed")
		case "open":
			file, err := os.Open(os.DevNull)
			if err != nil {
				fmt.Println("failed", err)
				continue
			}
			file.Close()
			fmt.Println("opened")
		}
	}
}

// script is a listener whose accepts end as told.
type script struct {
	net.Listener
	results []error
}

func (s *script) Accept() (net.Conn, error) {
	err := s.results[0]
	s.results = s.results[1:]
	if err != nil {
		return nil, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", err)}
	}
	conn, _ := net.Pipe()
	return conn, nil
}

func TestAcceptTriesAgainOnlyWhenThatMayHelp(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	for _, err := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ECONNABORTED, syscall.ENOBUFS} {
		ln := newListener(&script{results: []error{err, err, nil}}, 1)
		conn, got := ln.Accept()
		if got != nil {
			t.Errorf("after %v Accept failed with %v", err, got)
			continue
		}
		conn.Close()
	}
	ln := newListener(&script{results: []error{syscall.EBADF}}, 1)
	if _, err := ln.Accept(); !errors.Is(err, syscall.EBADF) {
		t.Errorf("a broken listener failed with %v", err)
	}
	if len(ln.slots) != 0 {
		t.Error("a failed accept kept its slot")
	}
}

func TestListenerHoldsNoMoreThanItsLimit(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	ln := newListener(&script{results: make([]error, 10)}, 2)
	first, _ := ln.Accept()
	second, _ := ln.Accept()
	accepted := make(chan error)
	go func() {
		_, err := ln.Accept()
		accepted <- err
	}()
	select {
	case <-accepted:
		t.Fatal("a third connection was accepted")
	case <-time.After(20 * time.Millisecond):
	}
	first.Close()
	first.Close() // twice must not free two slots
	if err := <-accepted; err != nil {
		t.Fatal(err)
	}
	if used := len(ln.slots); used != 2 {
		t.Errorf("%d slots are in use, want 2", used)
	}
	second.Close()
}

func TestClosingTheListenerEndsAWaitingAccept(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	real, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	full := newListener(real, 1)
	full.slots <- struct{}{}
	ended := make(chan error)
	go func() {
		_, err := full.Accept()
		ended <- err
	}()
	full.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept ended with %v", err)
	}
}

func TestConnectionLimit(t *testing.T) {
	for files, want := range map[int]int{10: 1, 64: 48, 1024: 896, 20_000: 19_744} {
		if got := connectionLimit(files); got != want {
			t.Errorf("%d files leave %d connections, want %d", files, got, want)
		}
	}
}

func TestConnectionThatSaysNothingIsEnded(t *testing.T) {
	real, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := newListener(real, 10)
	ln.silence = 50 * time.Millisecond
	app := fiber.New(fiberConfig())
	served := make(chan error, 1)
	go func() { served <- app.Listener(ln) }()
	conn, err := net.Dial("tcp", real.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(testWait))
	if _, err := io.Copy(io.Discard, conn); err != nil { // until it is closed
		t.Errorf("still open: %v", err)
	}
	if err := app.Shutdown(); err != nil {
		t.Error(err)
	}
	<-served
}
