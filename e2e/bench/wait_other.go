//go:build !linux

package main

import (
	"errors"
	"time"
)

func waitUntil(t time.Time) { time.Sleep(time.Until(t)) }

func openFileLimit() (uint64, error) {
	return 0, errors.New("the benchmark reads /proc: run it on Linux")
}
