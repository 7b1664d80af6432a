// Command bench measures bin/foyer from outside, over real sockets, in one run with what it is
// compared to on the same machine. docs/performance.md says what each figure means.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) == 3 && yardsticks[os.Args[1]] != nil { // a process of ours: see bench.yardstick
		fail(serveYardstick(os.Args[1], os.Args[2]))
		return
	}
	only := flag.String("only", "", "measure only some, with commas: "+strings.Join(names(), ","))
	bin := flag.String("bin", "bin/foyer", "the `program` to measure")
	out := flag.String("out", "e2e/.out/bench.json", "the `file` for the results")
	quick := flag.Bool("quick", false, "a short run to try things; its figures mean little")
	again := flag.Bool("md", false, "print the table of the last run again and measure nothing")
	flag.Parse()
	if *again {
		r, err := readReport(*out)
		fail(err)
		fmt.Print(r.markdown())
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fail(run(ctx, *only, *bin, *out, *quick))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	bin    string
	folder string // for data, on the disk that is measured
	quick  bool

	wants  func(name string) bool
	report report

	disk  disk   // once it was measured
	grown string // folder of a Foyer that has been used, once path has made it
}

// scenarios in the order in which they run. What has several names is measured in one go.
var scenarios = []struct {
	names   []string
	measure func(*bench, context.Context) error
}{
	{[]string{"path"}, (*bench).path},
	{[]string{"queue"}, (*bench).queue},
	{[]string{"idle", "pings"}, (*bench).idle},
	{[]string{"return"}, (*bench).comeBack},
	{[]string{"start"}, (*bench).start},
}

func names() (list []string) {
	for _, s := range scenarios {
		list = append(list, s.names...)
	}
	return list
}

// chosen returns whether a scenario is among those asked for, all when none is named.
func chosen(only string) (func(string) bool, error) {
	if only == "" {
		return func(string) bool { return true }, nil
	}
	list := strings.Split(only, ",")
	for _, name := range list {
		if !slices.Contains(names(), name) {
			return nil, fmt.Errorf("-only %s: there are %s", name, strings.Join(names(), ", "))
		}
	}
	return func(name string) bool { return slices.Contains(list, name) }, nil
}

func run(ctx context.Context, only, bin, out string, quick bool) (err error) {
	wants, err := chosen(only)
	if err != nil {
		return err
	}
	if err := enoughFiles(); err != nil {
		return err
	}
	if bin, err = filepath.Abs(bin); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o750); err != nil {
		return err
	}
	folder, err := os.MkdirTemp(filepath.Dir(out), "bench-") // not /tmp, which may be no disk at all
	if err != nil {
		return err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return err
	}
	defer func() {
		if err == nil {
			_ = os.RemoveAll(folder)
		}
	}()
	b := &bench{bin: bin, folder: folder, quick: quick, wants: wants, report: report{Machine: thisMachine(folder, quick)}}
	for _, s := range scenarios {
		if !slices.ContainsFunc(s.names, wants) {
			continue
		}
		begin := time.Now()
		if err := s.measure(b, ctx); err != nil {
			return fmt.Errorf("%s: %w (the data and the servers' logs are in %s)", s.names[0], err, folder)
		}
		fmt.Fprintf(os.Stderr, "%s: %.0f s\n", s.names[0], time.Since(begin).Seconds())
	}
	fmt.Print(b.report.markdown())
	return b.report.write(out)
}

// short is a length of time, or a part of it in a quick run.
func (b *bench) short(d time.Duration) time.Duration {
	if b.quick {
		return d / 4
	}
	return d
}

// fewer is a number, or a part of it in a quick run.
func (b *bench) fewer(n int) int {
	if b.quick {
		return n / 10
	}
	return n
}

// enoughFiles says what to do if there can't be as many sockets as there have to be.
func enoughFiles() error {
	const needed = 10_000 + 1_000
	limit, err := openFileLimit()
	if err == nil && limit < needed {
		err = fmt.Errorf("this shell allows %d open files and the run needs %d: raise the hard limit (ulimit -Hn, or nofile in limits.conf)", limit, needed)
	}
	return err
}

// yardstick starts one of the servers Foyer is compared to.
func (b *bench) yardstick(ctx context.Context, name string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	p, err := launch(ctx, b.folder, addr, nil, self, name, addr)
	if err != nil {
		return nil, err
	}
	return p, p.ready(ctx, "/readyz")
}
