package handlers

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

var connections = flag.Int("connections", 2000, "how often TestComingAndGoingLeavesNothing connects")

// holdings are what a process may lose a little of with every connection.
type holdings struct {
	goroutines, files int
	heap              uint64 // bytes in use
}

func (h holdings) String() string {
	return fmt.Sprintf("%d goroutines, %d files, %d KiB", h.goroutines, h.files, h.heap>>10)
}

func holds(t *testing.T) holdings {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	runtime.GC()
	runtime.GC() // what pools hold goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return holdings{runtime.NumGoroutine(), len(files), m.HeapInuse}
}

// TestComingAndGoingLeavesNothing opens and ends thousands of sockets of visitors and agents, well and
// badly: after them the server has no more goroutines and files than before, and no more memory than
// a few pools and maps that have grown.
func TestComingAndGoingLeavesNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("files are counted in /proc")
	}
	const grown = 4 << 20 // bytes; 10,000 connections that leave 1 KiB each are more
	s := startServer(t, nil)
	s.tenant("tea", 4, "anna")
	cookie := "Cookie: " + s.signIn("anna@tea.test").cookie + "\r\n"
	_, token := s.visitor("tea")
	come := func(n int) {
		path, headers, hello := "/ws/visitor?site=tea", "", fmt.Sprintf(`{"t":"hello","token":%q}`, token)
		if n%8 == 0 {
			path, headers, hello = "/ws/agent", cookie, helloFrame
		}
		p := s.rawUntilClosed(t, path, headers)
		defer p.Close()
		switch n % 4 {
		case 0, 1: // well
			p.say(hello)
			p.hearsType("welcome")
			p.write(closeFrame(1000, ""))
			p.closedWith(1000)
		case 2: // cut
			p.say(hello)
			p.hearsType("welcome")
		case 3: // broken
			p.write([]byte{0xff, 0xff})
		}
	}
	for n := range 200 { // what is made once is made
		come(n)
	}
	s.calm(t, 1)
	before := holds(t)
	for n := range *connections {
		come(n)
	}
	s.calm(t, 1)
	after := holds(t)
	t.Logf("before %v, after %d connections %v", before, *connections, after)
	if after.goroutines > before.goroutines+5 || after.files > before.files+5 || after.heap > before.heap+grown {
		t.Errorf("before %v, after %v", before, after)
	}
}

// calm waits until only n sockets are open.
func (s *server) calm(t *testing.T, n int) {
	t.Helper()
	late := time.After(testWait)
	for tick := time.Tick(time.Millisecond); s.web.Hub.Len() > n; {
		select {
		case <-tick:
		case <-late:
			t.Fatalf("%d sockets are still open", s.web.Hub.Len())
		}
	}
}
