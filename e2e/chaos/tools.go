package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// have says which programs are missing. Most faults also need to be root.
func have(programs []string) error {
	if len(programs) > 0 && os.Geteuid() != 0 {
		return errors.New("this fault can only be caused by root")
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			return fmt.Errorf("%s is missing: install it (.ci/chaos.sh does on Debian)", p)
		}
	}
	return nil
}

// command runs a program; the error has what it printed.
func command(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %v: %w: %s", name, args, err, out)
	}
	return nil
}
