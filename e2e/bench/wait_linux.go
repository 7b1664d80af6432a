package main

import (
	"syscall"
	"time"
)

// waitUntil returns when t has come. The runtime's timers come up to a millisecond late, which would
// count as the server's latency; the kernel's are exact to less than a tenth of that.
func waitUntil(t time.Time) {
	for left := time.Until(t); left > 0; left = time.Until(t) {
		pause := syscall.NsecToTimespec(int64(left))
		_ = syscall.Nanosleep(&pause, nil) // woken early: the loop looks at the clock
	}
}

// openFileLimit returns how many files a process started from here may have open.
func openFileLimit() (uint64, error) {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return limit.Max, err // Go programs raise the soft limit to the hard one when they start
}
