package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// powerCut records what the server does to its files and cuts the power at random acks: what was
// acknowledged by then has to be there. The same is done to a server that syncs less, which has to
// lose: a test that finds nothing there would find nothing anywhere.
func powerCut(ctx context.Context, c *chaos) (f figures, err error) {
	cuts := pick(c, 25, 100)
	acks, lost, err := c.cuts(ctx, "full", c.binary, cuts, &f)
	f.add("FULL: %d cuts, %d acks checked, %d missing", cuts, acks, lost)
	if err != nil {
		return f, err
	}
	if lost > 0 {
		return f, errors.New("acknowledged lines did not survive a power cut")
	}
	weak, err := c.buildNormal(ctx)
	if err != nil {
		return f, err
	}
	acks, lost, err = c.cuts(ctx, "normal", weak, cuts, nil)
	f.add("NORMAL: %d acks checked, %d missing", acks, lost)
	if err == nil && lost == 0 {
		err = errors.New("a server with synchronous=NORMAL lost nothing: this test has no teeth")
	}
	return f, err
}

// cuts records one run of a server and cuts its power that many times. With figures, the clients go
// on with what the last cut left.
func (c *chaos) cuts(ctx context.Context, name, binary string, cuts int, more *figures) (checked, lost int, err error) {
	s, err := c.newServer(filepath.Join(c.folder, name))
	if err != nil {
		return 0, 0, err
	}
	s.binary = binary
	trace := filepath.Join(c.folder, name+".strace")
	s.before = recording(trace)
	w, err := c.play(ctx, s, brisk)
	defer w.close()
	if err != nil {
		return 0, 0, err
	}
	w.speak(true)
	wait(ctx, pick(c, 2*time.Second, 10*time.Second))
	s.kill()
	d := newDisk(map[string][]byte{"foyer.db": c.seed.database})
	if err := d.replay(trace, nil); err != nil {
		return 0, 0, err
	}
	at := map[int]bool{}
	for range cuts {
		at[rand.IntN(max(1, len(d.acks)))] = true
	}
	folder := filepath.Join(c.folder, name+"-cut")
	d = newDisk(map[string][]byte{"foyer.db": c.seed.database})
	seen := 0
	err = d.replay(trace, func() error {
		due := false
		for ; seen < len(d.acks); seen++ {
			due = due || at[seen]
		}
		if !due {
			return nil
		}
		missed, err := d.check(ctx, folder)
		checked, lost = checked+len(d.acks), lost+missed
		return err
	})
	if err != nil || more == nil {
		return checked, lost, err
	}
	more.add("%d fsyncs, %d acks", d.synced, len(d.acks))
	return checked, lost, w.goOn(d)
}

// check cuts the power now and counts the acks that are not borne out.
func (d *disk) check(ctx context.Context, folder string) (int, error) {
	if err := errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o750), d.cutPower(folder)); err != nil {
		return 0, err
	}
	logs, _, err := readLogs(ctx, filepath.Join(folder, "foyer.db"))
	return missing(d.acks, logs), err
}

// goOn starts the server on what a power cut left of its files, and lets everybody go on with it.
func (w *crowd) goOn(d *disk) error {
	left, err := filepath.Glob(w.server.database() + "*")
	if err != nil {
		return err
	}
	for _, name := range left {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	if err := d.cutPower(w.server.folder); err != nil {
		return err
	}
	w.server.before = nil
	if _, err := w.server.start(w.ctx); err != nil {
		return err
	}
	if err := w.together(20 * time.Second); err != nil {
		return err
	}
	return w.end()
}

// buildNormal builds the program with synchronous=NORMAL in the place of FULL.
func (c *chaos) buildNormal(ctx context.Context) (string, error) {
	source, err := filepath.Abs("app/store/open.go")
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(source)
	if err != nil {
		return "", fmt.Errorf("run this at the top of the repository: %w", err)
	}
	const full, normal = `"_synchronous": {"FULL"}`, `"_synchronous": {"NORMAL"}`
	if !strings.Contains(string(text), full) {
		return "", fmt.Errorf("%s does not say %s: tell this test how it is said now", source, full)
	}
	changed, overlay := filepath.Join(c.folder, "open.go"), filepath.Join(c.folder, "overlay.json")
	index, err := json.Marshal(map[string]any{"Replace": map[string]string{source: changed}})
	if err != nil {
		return "", err
	}
	if err := errors.Join(
		os.WriteFile(changed, []byte(strings.ReplaceAll(string(text), full, normal)), 0o600),
		os.WriteFile(overlay, index, 0o600),
	); err != nil {
		return "", err
	}
	binary := filepath.Join(c.folder, "foyer-normal")
	out, err := exec.CommandContext(ctx, "go", "build", "-overlay", overlay, "-o", binary, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build with synchronous=NORMAL: %w: %s", err, out)
	}
	return binary, nil
}
