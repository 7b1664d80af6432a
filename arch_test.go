package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The house (README, the tree) in rules.

// layers, lowest first: a package may import its own layer and those below.
var layers = []string{"models", "app", "handlers", "main"}

// layer tells how high a folder stands, -1 when nobody has said. Pages and files stand beside app.
func layer(dir string) int {
	top, _, _ := strings.Cut(dir, "/")
	switch top {
	case ".":
		return slices.Index(layers, "main")
	case "views", "static", "widget":
		return slices.Index(layers, "app")
	default: // -1 for e2e, below all: it knows Foyer from outside only
		return slices.Index(layers, top)
	}
}

const above = "which is above it"

// doing are the packages of app that do things; the others are tools.
var doing = []string{"app/chat", "app/uploads", "app/identity", "app/report", "app/outbox"}

// wrong says what is wrong with the package in dir importing imp, or "".
func wrong(dir, imp string) string {
	if ours, ok := strings.CutPrefix(imp, "foyer/"); ok {
		return wrongOurs(dir, ours)
	}
	return wrongLibrary(dir, imp)
}

func wrongOurs(dir, ours string) string {
	switch {
	case within(dir, "e2e"):
		return "and e2e knows the program from outside only"
	case within(ours, "e2e"):
		return above
	case layer(ours) > layer(dir):
		return above
	case dir == "models":
		return "and models imports nothing of ours"
	case slices.Contains(doing, ours) && within(dir, "app") && dir != ours:
		return "and inside app nobody imports what does things: let main hand over a function"
	case layer(dir) == layer(ours) && within(dir, "app") != within(ours, "app"):
		return "but app knows no pages and files, and they know no app"
	}
	return ""
}

func wrongLibrary(dir, lib string) string {
	switch {
	case dir == "models" && strings.Contains(strings.Split(lib, "/")[0], "."):
		return "and models imports the standard library only"
	case strings.HasPrefix(lib, "gorm.io/") && !within(dir, "app/store"):
		return "and only app/store knows GORM"
	case strings.HasPrefix(lib, "github.com/gofiber/") && !within(dir, "handlers") && !within(dir, "e2e") && dir != ".":
		return "and only handlers and main know Fiber, and what they are measured against"
	case strings.HasPrefix(lib, "github.com/gofiber/fiber/v2/middleware/filesystem"):
		return "which has the hole GO-2026-4950"
	}
	return ""
}

func within(dir, folder string) bool { return strings.HasPrefix(dir+"/", folder+"/") }

func TestImportsPointDown(t *testing.T) {
	for _, file := range files(t, ".go") {
		dir := path.Dir(file)
		for _, imp := range goImports(t, file) {
			why := wrong(dir, imp)
			// What a test needs beside the code it tests is its own affair, but never upwards.
			if why != "" && (!strings.HasSuffix(file, "_test.go") || why == above) {
				t.Errorf("%s imports %s, %s", file, imp, why)
			}
		}
	}
}

func TestWhatTheRulesForbid(t *testing.T) {
	for _, bad := range [][2]string{
		{"models", "foyer/app/store"}, {"app/chat", "foyer/handlers"}, {"app/chat", "foyer/app/report"},
		{"app/hub", "foyer/app/chat"}, {"app/chat", "foyer/views"}, {"views", "foyer/app/chat"}, {"handlers", "foyer/."},
		{"e2e/chaos", "foyer/models"}, {"e2e/chaos", "foyer/app/store"}, {".", "foyer/e2e/chaos"},
		{"models", "gorm.io/gorm"}, {"models", "github.com/oklog/ulid/v2"}, {"app/chat", "gorm.io/gorm"},
		{"app/hub", "github.com/gofiber/fiber/v2"}, {"handlers", "github.com/gofiber/fiber/v2/middleware/filesystem"},
		{"e2e/bench", "foyer/models"}, {"e2e/bench", "gorm.io/gorm"},
	} {
		if wrong(bad[0], bad[1]) == "" {
			t.Errorf("%s may import %s", bad[0], bad[1])
		}
	}
	for _, good := range [][2]string{
		{".", "foyer/handlers"}, {".", "foyer/app/chat"}, {"handlers", "foyer/app/chat"}, {"handlers", "foyer/views"},
		{"app/chat", "foyer/app/store"}, {"app/store", "foyer/models"}, {"views", "foyer/models"}, {"app/store", "gorm.io/gorm"},
		{"e2e/bench", "github.com/gofiber/fiber/v2"},
	} {
		if why := wrong(good[0], good[1]); why != "" {
			t.Errorf("%s may not import %s: %s", good[0], good[1], why)
		}
	}
}

// Each is pinned for a reason, docs/security.md: no other dependency may lift it.
func TestPins(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, pin := range []string{
		`(?m)^\s*github\.com/mattn/go-sqlite3 v1\.14\.52\b`,
		`(?m)^\s*(replace )?github\.com/valyala/fasthttp => github\.com/valyala/fasthttp v1\.58\.0$`,
		`(?m)^ignore \./node_modules$`,
	} {
		if !regexp.MustCompile(pin).Match(mod) {
			t.Errorf("go.mod has no line %s", pin)
		}
	}
}

// Somebody new reads the README's tree first: whatever stands at the top has a line there.
func TestTheReadmesNameWhatIsAtTheTop(t *testing.T) {
	ignored, err := os.ReadFile(".gitignore")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, readme := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(readme)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, entry := range entries {
			name := entry.Name()
			hidden := strings.HasPrefix(name, ".") || strings.Contains(string(ignored), "/"+name+"/\n")
			beside := name == "go.sum" || name == "package-lock.json" || name == "main_test.go"
			if !hidden && !beside && !strings.HasPrefix(name, "README") && !strings.Contains(string(text), name) {
				t.Errorf("%s does not mention %s", readme, name)
			}
		}
	}
}

// files lists our files that end in one of the suffixes, with slashes, from the top.
func files(t *testing.T, suffixes ...string) (found []string) {
	t.Helper()
	skip := []string{".git", "node_modules", "bin", "data", "static/dist", "e2e/.out"}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		name = filepath.ToSlash(name)
		switch {
		case err != nil:
			return err
		case slices.Contains(skip, name) && !entry.IsDir(): // .git is a file in a worktree
			return nil
		case slices.Contains(skip, name):
			return filepath.SkipDir
		case slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(name, s) }):
			found = append(found, name)
		}
		return nil
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("no files %v found: %v", suffixes, err)
	}
	return found
}

func goImports(t *testing.T, file string) (imports []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range parsed.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		imports = append(imports, name)
	}
	return imports
}

// The front end has its own one-way street: console, panel and loader stand on widget/core and do
// not know each other; e2e knows nothing of ours.
var mayImport = map[string][]string{
	"widget/core":    {"widget/core", "static/locales"},
	"widget/loader":  {"widget/loader", "widget/core"},
	"widget/panel":   {"widget/panel", "widget/core", "static/locales", "static/styles"},
	"static/console": {"static/console", "widget/core", "static/locales", "static/styles"},
	"e2e":            {"e2e"},
}

var (
	scriptImport = regexp.MustCompile(`(?m)(?:\bfrom|^import|\bimport\()\s*['"](\.[^'"]+)['"]`)
	draws        = regexp.MustCompile(`createElement|querySelector|innerHTML|HTMLElement|['"]preact['"/]`)
)

func TestScriptImportsPointOneWay(t *testing.T) {
	for _, file := range files(t, ".ts", ".tsx") {
		for folder, allowed := range mayImport {
			if !within(file, folder) || strings.Contains(file, ".test.") {
				continue
			}
			for _, imp := range scriptImports(t, file) {
				if !slices.ContainsFunc(allowed, func(a string) bool { return within(imp, a) }) {
					t.Errorf("%s imports %s; %s may import %s", file, imp, folder, strings.Join(allowed, ", "))
				}
			}
		}
	}
}

func TestTheSharedCoreDrawsNothing(t *testing.T) {
	for _, file := range files(t, ".ts", ".tsx") {
		if !within(file, "widget/core") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := draws.Find(text); found != nil {
			t.Errorf("%s has %s: what draws belongs in widget/panel or static/console", file, found)
		}
	}
}

// scriptImports lists the files of ours that a script imports, from the top.
func scriptImports(t *testing.T, file string) (imports []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range scriptImport.FindAllSubmatch(text, -1) {
		imports = append(imports, path.Join(path.Dir(file), string(found[1])))
	}
	return imports
}
