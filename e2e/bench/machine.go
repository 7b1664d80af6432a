package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// machine is where and when a run took place.
type machine struct {
	Date       string  `json:"date"`
	CPU        string  `json:"cpu"`
	Cores      int     `json:"cores"`
	MemoryGiB  float64 `json:"memory_gib"`
	Kernel     string  `json:"kernel"`
	Go         string  `json:"go"`
	FileSystem string  `json:"file_system"` // under the data
	Load       string  `json:"load"`        // processes that ran or wanted to when the run began, on average of the last minute
	Quick      bool    `json:"quick"`
}

func thisMachine(folder string, quick bool) machine {
	kib, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(lineAfter("/proc/meminfo", "MemTotal:")), " kB"), 64)
	load, _, _ := strings.Cut(lineAfter("/proc/loadavg", ""), " ")
	return machine{
		Load: load, Date: time.Now().UTC().Format(time.DateOnly),
		CPU:   strings.TrimLeft(lineAfter("/proc/cpuinfo", "model name"), "\t: "),
		Cores: runtime.NumCPU(), MemoryGiB: kib / (1 << 20),
		Kernel: strings.TrimSpace(lineAfter("/proc/sys/kernel/osrelease", "")),
		Go:     runtime.Version(), FileSystem: fileSystem(folder), Quick: quick,
	}
}

// lineAfter returns what follows the first line's beginning in a file, "" if there is none.
func lineAfter(path, beginning string) string {
	text, _ := os.ReadFile(path)
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, beginning); found {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// fileSystem returns the type of the file system a folder is on.
func fileSystem(folder string) (kind string) {
	folder, _ = filepath.Abs(folder)
	mounts, _ := os.ReadFile("/proc/self/mounts")
	longest := -1
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line)
		point := strings.TrimSuffix(fields[1], "/") + "/"
		if strings.HasPrefix(folder+"/", point) && len(point) > longest {
			longest, kind = len(point), fields[2]
		}
	}
	return kind
}
