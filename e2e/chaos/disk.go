package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// recording are the arguments of strace for a log that a disk can be rebuilt from.
func recording(log string, more ...string) []string {
	args := []string{"strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "100000", "-o", log,
		"-e", "trace=pwrite64,ftruncate,fsync,fdatasync,write,writev"}
	return append(append(args, more...), "--")
}

// disk is what a machine's disk holds of some files: what was synced for certain, and what was
// written since, which a power cut keeps or loses as it likes.
type disk struct {
	files map[string]*file
	// Lines the server acknowledged, in the order in which the acks were written to sockets.
	acks []ackFrame
	// How often fsync succeeded and failed.
	synced, failed int
	// Called at the first fsync that fails, if it is there.
	atFailure func() error
}

type file struct {
	durable []byte
	pending []change
	settled int // how many changes are no longer pending
}

// change is one write, or with data nil a new length.
type change struct {
	at   int64
	data []byte
}

type ackFrame struct {
	CID string
	Seq int64
}

func newDisk(files map[string][]byte) *disk {
	d := &disk{files: map[string]*file{}}
	for name, content := range files {
		d.files[name] = &file{durable: slices.Clone(content)}
	}
	return d
}

func (d *disk) file(name string) *file {
	f := d.files[name]
	if f == nil {
		f = &file{}
		d.files[name] = f
	}
	return f
}

func apply(content []byte, c change) []byte {
	if c.data == nil {
		return slices.Grow(content, max(0, int(c.at)-len(content)))[:c.at]
	}
	if end := c.at + int64(len(c.data)); end > int64(len(content)) {
		content = append(content, make([]byte, end-int64(len(content)))...)
	}
	copy(content[c.at:], c.data)
	return content
}

// sync makes certain the first changes ever, so many.
func (f *file) sync(upTo int) {
	for _, c := range f.settle(upTo) {
		f.durable = apply(f.durable, c)
	}
}

// forget loses them: the system gives up pages it could not write, and a later fsync says nothing of them.
func (f *file) forget(upTo int) { f.settle(upTo) }

// settle takes out what is still pending of the first changes ever. Of two syncs at a time, the checkpoint's and a
// commit's, the second to end may find less than there was when it began.
func (f *file) settle(upTo int) []change {
	n := max(0, upTo-f.settled)
	done := f.pending[:n]
	f.pending, f.settled = f.pending[n:], f.settled+n
	return done
}

// after is a file as a power cut leaves it: what is certain, and a random half of the rest.
func (f *file) after() []byte {
	content := slices.Clone(f.durable)
	for _, c := range f.pending {
		if rand.IntN(2) == 0 {
			content = apply(content, c)
		}
	}
	return content
}

// cutPower writes the files of now into a folder.
func (d *disk) cutPower(folder string) error {
	var errs []error
	for name, f := range d.files {
		errs = append(errs, os.WriteFile(filepath.Join(folder, name), f.after(), 0o600))
	}
	return errors.Join(errs...)
}

// call is a system call in strace's log.
type call struct {
	name   string
	args   string // from the first one on, with the result at the end
	synced int    // of an fsync under way: how many changes it is about
}

// replay goes through strace's log and does to the disk what the program did. An ack counts from
// when its writing begins, a sync from when it has ended. After each ack written it calls acked.
func (d *disk) replay(path string, acked func() error) (err error) {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	d.acks, d.synced, d.failed = nil, 0, 0
	lines := bufio.NewReaderSize(in, 1<<20)
	open := map[string]*call{} // by thread
	for {
		text, readErr := lines.ReadString('\n')
		if readErr != nil && text == "" {
			return nil // the end; the last line may be torn, by the kill
		}
		if err := d.step(strings.TrimSuffix(text, "\n"), open, acked); err != nil {
			return err
		}
	}
}

const unfinished = " <unfinished ...>"

func (d *disk) step(text string, open map[string]*call, acked func() error) error {
	thread, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimLeft(rest, " ")
	if after, ok := strings.CutPrefix(rest, "<... "); ok {
		_, result, found := strings.Cut(after, " resumed>")
		c := open[thread]
		delete(open, thread)
		if !found || c == nil {
			return nil
		}
		c.args += result
		return d.end(c)
	}
	name, args, found := strings.Cut(rest, "(")
	if !found || strings.HasPrefix(rest, "---") || strings.HasPrefix(rest, "+++") {
		return nil
	}
	c := &call{name: name, args: strings.TrimSuffix(args, unfinished)}
	if err := d.begin(c, acked); err != nil {
		return err
	}
	if strings.HasSuffix(text, unfinished) {
		open[thread] = c
		return nil
	}
	return d.end(c)
}

// begin is a call's entry.
func (d *disk) begin(c *call, acked func() error) error {
	name, socket := c.target()
	switch c.name {
	case "fsync", "fdatasync":
		if f := d.files[name]; f != nil {
			c.synced = f.settled + len(f.pending)
		}
	case "write", "writev":
		if !socket {
			return nil
		}
		found := acksIn(c.data())
		d.acks = append(d.acks, found...)
		if len(found) > 0 && acked != nil {
			return acked()
		}
	}
	return nil
}

// end is a call's return.
func (d *disk) end(c *call) error {
	name, _ := c.target()
	if name != "foyer.db" && name != "foyer.db-wal" {
		return nil // the -shm file is made anew after a cut
	}
	f := d.file(name)
	i := strings.LastIndex(c.args, " = ")
	if i < 0 {
		return nil // cut off by the kill: it may have happened or not; nobody built on it
	}
	result, err := strconv.Atoi(strings.Fields(c.args[i+3:])[0])
	if err != nil {
		return fmt.Errorf("strace's log: %s(%.200s", c.name, c.args)
	}
	numbers := strings.Split(strings.TrimRight(c.args[:i], " )"), ", ")
	last, _ := strconv.ParseInt(numbers[len(numbers)-1], 10, 64)
	switch {
	case c.name == "pwrite64" && result > 0:
		f.pending = append(f.pending, change{last, c.data()[:result]})
	case c.name == "ftruncate" && result == 0:
		f.pending = append(f.pending, change{at: last})
	case strings.HasSuffix(c.name, "sync") && result == 0:
		d.synced++
		f.sync(c.synced)
	case strings.HasSuffix(c.name, "sync"):
		f.forget(c.synced)
		if d.failed++; d.failed == 1 && d.atFailure != nil {
			return d.atFailure()
		}
	}
	return nil
}

// target is the name, without its folder, of the file a call is about, or that it is a socket.
func (c *call) target() (name string, socket bool) {
	_, rest, _ := strings.Cut(c.args, "<")
	path, _, _ := strings.Cut(rest, ">")
	if raw, err := unhex(path); err == nil {
		path = string(raw)
	}
	return filepath.Base(path), strings.HasPrefix(path, "socket:") || strings.HasPrefix(path, "TCP")
}

var quoted = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"`)

// data is what a call writes.
func (c *call) data() (all []byte) {
	for _, m := range quoted.FindAllStringSubmatch(c.args, -1) {
		part, err := unhex(m[1])
		if err == nil {
			all = append(all, part...)
		}
	}
	return all
}

func unhex(text string) ([]byte, error) { return hex.DecodeString(strings.ReplaceAll(text, `\x`, "")) }

var ackText = regexp.MustCompile(`\{"t":"ack"[^}]*\}`)

func acksIn(data []byte) (acks []ackFrame) {
	for _, text := range ackText.FindAll(data, -1) {
		var a ackFrame
		if json.Unmarshal(text, &a) == nil {
			acks = append(acks, a)
		}
	}
	return acks
}

// missing counts the acks that some logs do not bear out.
func missing(acks []ackFrame, logs []log) (lost int) {
	seqs := map[string][2]int64{}
	for _, g := range logs {
		for _, e := range g.entries {
			seqs[e.CID] = [2]int64{e.Seq, e.visible}
		}
	}
	delete(seqs, "")
	for _, a := range acks {
		if at, ok := seqs[a.CID]; !ok || at[0] != a.Seq && at[1] != a.Seq {
			lost++
		}
	}
	return lost
}
