//go:build unix

package handlers

import "syscall"

// openFileLimit is how many files the process may have open.
func openFileLimit() int {
	const most = 1 << 20
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > most {
		return most
	}
	return int(limit.Cur)
}
