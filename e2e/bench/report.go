package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// result is one line of the table.
type result struct {
	What      string  `json:"what"`
	Value     float64 `json:"value"`            // mostly a ratio to the yardstick
	Unit      string  `json:"unit"`             // "" for a ratio
	Target    string  `json:"target,omitempty"` // what shared targets ask for, "" if nothing
	Met       bool    `json:"met"`
	Absolute  string  `json:"absolute"`
	Yardstick string  `json:"yardstick,omitempty"`
}

// report is everything a run has found.
type report struct {
	Machine machine  `json:"machine"`
	Results []result `json:"results"`
}

func atLeast(target float64) func(float64) (string, bool) {
	return func(value float64) (string, bool) { return fmt.Sprintf("≥ %g", target), value >= target }
}

func atMost(target float64) func(float64) (string, bool) {
	return func(value float64) (string, bool) { return fmt.Sprintf("≤ %g", target), value <= target }
}

// add notes a result. target is atLeast, atMost, or nil when nothing is asked for.
func (r *report) add(what string, value float64, unit string, target func(float64) (string, bool), absolute, yardstick string) {
	one := result{What: what, Value: value, Unit: unit, Absolute: absolute, Yardstick: yardstick}
	if target != nil {
		one.Target, one.Met = target(value)
	}
	r.Results = append(r.Results, one)
}

// markdown returns the table, as docs/performance.md has it.
func (r *report) markdown() string {
	var b strings.Builder
	m := r.Machine
	fmt.Fprintf(&b, "%s. %s, %d cores, %.0f GiB; Linux %s; %s; data on %s; load average before %s.",
		m.Date, m.CPU, m.Cores, m.MemoryGiB, m.Kernel, m.Go, m.FileSystem, m.Load)
	if m.Quick {
		b.WriteString(" **Shortened (`-quick`): not to be quoted.**")
	}
	b.WriteString("\n\n| what | result | target | met | absolute | yardstick |\n|---|---|---|---|---|---|\n")
	for _, one := range r.Results {
		value, met := number(one.Value), "-"
		if one.Unit != "" {
			value += " " + one.Unit
		}
		if one.Target != "" {
			met = map[bool]string{true: "yes", false: "**no**"}[one.Met]
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", one.What, value, one.Target, met, one.Absolute, one.Yardstick)
	}
	return b.String()
}

// number writes a figure with as many digits as mean something.
func number(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func (r *report) write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

func readReport(path string) (*report, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &report{}
	return r, json.Unmarshal(text, r)
}
