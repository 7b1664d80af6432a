package store

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"foyer/models"
)

// inChild runs the rest of the test in a process of its own, since what is done there to the
// process can't be undone, or would hit other tests. It returns true in that process.
func inChild(t *testing.T) bool {
	t.Helper()
	const env = "FOYER_STORE_CHILD"
	if os.Getenv(env) != "" {
		return true
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
	child.Env = append(os.Environ(), env+"=1")
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// failSyncs makes the kernel answer every later fsync and fdatasync of this process with EIO.
func failSyncs(t *testing.T) {
	t.Helper()
	fail := uint32(unix.SECCOMP_RET_ERRNO | uint32(unix.EIO))
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_FSYNC, Jt: 1},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_FDATASYNC, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: fail},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread() // the right to install a filter is the thread's
	defer runtime.UnlockOSThread()
	must(t, unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		t.Fatalf("seccomp: %v", errno)
	}
}

// A later fsync that succeeds proves nothing about what an earlier one did not write.
func TestAFailedSyncEndsAllWriting(t *testing.T) {
	if !inChild(t) {
		return
	}
	b := onSQLite(t)
	var told []error
	b.options.Failed = func(err error) { told = append(told, err) }
	b.restart(t)
	a := newTenant(t, b)
	c := a.active(a.agent("Anna", 9))
	_, err := a.post(c.PublicID, visitorOf(c), "1", "before")
	must(t, err)

	failSyncs(t)
	announced := false
	p := &Post{Conversation: c.PublicID, Author: visitorOf(c), CID: "2", Text: "lost?"}
	wantKind(t, a.account().Post(background, p, func() { announced = true }), models.KindUnavailable)
	if announced {
		t.Error("what may not be on disk was announced")
	}
	if !slices.Equal(told, []error{ErrDisk}) {
		t.Errorf("told %v", told)
	}
	if err := b.Ping(background); !errors.Is(err, ErrDisk) {
		t.Errorf("ready: %v", err)
	}

	// The kernel's next answer would be a success: the transaction must not even begin.
	before := b.contents(t)
	_, err = b.disk.Exec("PRAGMA synchronous = OFF")
	must(t, err)
	_, err = a.post(c.PublicID, visitorOf(c), "2", "lost?")
	wantKind(t, err, models.KindUnavailable)
	wantKind(t, a.account().Change(background, func(*Tx) error { return nil }, nil), models.KindUnavailable)
	wantKind(t, a.account().CreateSession(background, &models.Session{AgentID: c.AgentID, TokenHash: []byte("x")}), models.KindUnavailable)
	wantKind(t, b.StayAlive(background), models.KindUnavailable)
	b.unchanged(t, before) // and reading goes on
	if len(told) != 1 {
		t.Errorf("told %d times", len(told))
	}
}

// A disk without room is no broken disk: once there is room all goes on.
func TestWritingGoesOnWhenThereIsRoomAgain(t *testing.T) {
	if !inChild(t) {
		return
	}
	b := onSQLite(t)
	b.options.Failed = func(err error) { t.Errorf("failed: %v", err) }
	b.restart(t)
	a := newTenant(t, b)
	c := a.active(a.agent("Anna", 9))
	var was syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 10, Max: was.Max}))
	refused := false
	for range 100 {
		_, err := a.post(c.PublicID, visitorOf(c), NewID(b.clock.Now()), "hello")
		if refused = err != nil; refused {
			wantKind(t, err, models.KindUnavailable)
			break
		}
	}
	if !refused {
		t.Fatal("the disk was never full")
	}
	must(t, b.Ping(background))
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
	_, err := a.post(c.PublicID, visitorOf(c), "after", "hello again")
	must(t, err)
	a.dense(c.PublicID)
}
