package config

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

// File is read when no other is named; then, and only then, it may be missing.
const File = "config.yaml"

const prefix = "FOYER_"

// testDatabase names the database of our own tests. It starts like a setting, so that a shell
// which has it set for `make test` must still be able to run the server.
const testDatabase = "FOYER_TEST_POSTGRES"

// Load returns the defaults, overruled by the file at path, overruled by the FOYER_* variables in
// environ (as os.Environ returns them). An empty path means File, if there is one. Whatever is
// wrong is reported at once, one line each: the key, where it was set, and what would be right.
func Load(path string, environ []string) (Config, error) {
	l := loader{config: Default(), from: map[string]string{}, wrong: map[string]bool{}}
	l.readFile(path)
	l.readEnviron(environ)
	l.validate()
	if len(l.errs) > 0 {
		return Config{}, errors.Join(l.errs...)
	}
	return l.config, nil
}

// loader gathers settings from several places, and what is wrong with them.
type loader struct {
	config Config
	from   map[string]string // key -> where it was set last
	wrong  map[string]bool   // keys already complained of
	errs   []error
}

// bad reports a key once; what follows from the first mistake is not worth a second line.
func (l *loader) bad(key, format string, args ...any) {
	if l.wrong[key] {
		return
	}
	l.wrong[key] = true
	where := l.from[key]
	if where == "" {
		where = "the default"
	}
	l.errs = append(l.errs, fmt.Errorf("%s (%s): %s", key, where, fmt.Sprintf(format, args...)))
}

func (l *loader) readFile(path string) {
	named := path != ""
	if !named {
		path = File
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return
	}
	if err != nil {
		l.errs = append(l.errs, fmt.Errorf("settings file: %w", err))
		return
	}
	file := koanf.New(".")
	if err := file.Load(rawbytes.Provider(content), yaml.Parser()); err != nil {
		l.errs = append(l.errs, fmt.Errorf("settings file %s: %w", path, err))
		return
	}
	l.apply(file.All(), func(string) string { return path })
}

func (l *loader) readEnviron(environ []string) {
	keys := map[string]string{}
	for _, s := range l.config.settings() {
		keys[variable(s.key)] = s.key
	}
	vars := koanf.New(".")
	err := vars.Load(env.Provider(".", env.Opt{
		Prefix:      prefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			key, known := keys[name]
			if !known && name != testDatabase {
				l.errs = append(l.errs, fmt.Errorf("%s (environment): no such setting; %s",
					name, variables(keys, name)))
			}
			return key, value
		},
	}), nil)
	if err != nil {
		l.errs = append(l.errs, fmt.Errorf("environment: %w", err))
	}
	l.apply(vars.All(), variable)
}

// variable names the environment variable of a key: http.addr is FOYER_HTTP_ADDR.
func variable(key string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// variables says which variables there are like name: those of its section, else the sections.
func variables(keys map[string]string, name string) string {
	section, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "_")
	var here []string
	for _, v := range slices.Sorted(maps.Keys(keys)) {
		if strings.HasPrefix(v, prefix+section+"_") {
			here = append(here, v)
		}
	}
	if len(here) == 0 {
		return "config.yaml lists all there are"
	}
	return "there are " + strings.Join(here, ", ")
}

// apply puts values, by key, into their settings; where tells the place each came from.
func (l *loader) apply(values map[string]any, where func(key string) string) {
	known := map[string]any{}
	sections := map[string][]string{}
	for _, s := range l.config.settings() {
		known[s.key] = s.value
		section, name, _ := strings.Cut(s.key, ".")
		sections[section] = append(sections[section], name)
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		section, _, _ := strings.Cut(key, ".")
		l.from[key] = where(key)
		switch value := values[key]; {
		case known[key] != nil:
			if want := put(known[key], value); want != "" {
				l.bad(key, "must be %s, not %s", want, show(value))
			}
		case key == section && sections[key] != nil && empty(value): // its settings are all left out
		case sections[section] != nil:
			l.bad(key, "no such setting; %s has %s", section, strings.Join(sections[section], ", "))
		default:
			l.bad(key, "no such setting; the sections are %s", strings.Join(slices.Sorted(maps.Keys(sections)), ", "))
		}
	}
}

// empty reports whether a section of the file holds nothing.
func empty(value any) bool {
	section, isMap := value.(map[string]any)
	return value == nil || isMap && len(section) == 0
}

// show writes a value as its owner would.
func show(value any) string {
	switch v := value.(type) {
	case nil:
		return "empty"
	case string:
		return strconv.Quote(v)
	default:
		return fmt.Sprint(v)
	}
}

// put stores a value from YAML, or a text from the environment, where to points. It returns what
// it should have been instead, or "".
func put(to, value any) (want string) {
	text, isText := value.(string)
	switch to := to.(type) {
	case *string:
		*to = text
		return unless(isText, "a text (in quotes if it looks like a number)")
	case *int:
		n, err := strconv.Atoi(fmt.Sprint(value))
		*to = n
		return unless(err == nil, "a whole number")
	case *time.Duration:
		d, err := time.ParseDuration(text)
		*to = d
		return unless(err == nil, "a time with its unit, such as 90s, 12m or 720h")
	case *slog.Level:
		return unless(isText && to.UnmarshalText([]byte(text)) == nil, "debug, info, warn or error")
	case *[]string:
		list, ok := texts(value)
		*to = list
		return unless(ok, "a list of texts (in the environment: separated by commas)")
	default:
		return "of a type that config can read" // a test looks at every setting
	}
}

func unless(ok bool, want string) string {
	if ok {
		return ""
	}
	return want
}

// texts reads a YAML list, or a text with commas. No items at all is nil.
func texts(value any) (list []string, ok bool) {
	switch v := value.(type) {
	case string:
		for item := range strings.SplitSeq(v, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, item)
			}
		}
		return list, true
	case []any:
		for _, item := range v {
			text, isText := item.(string)
			if !isText {
				return nil, false
			}
			list = append(list, text)
		}
		return list, true
	default:
		return nil, false
	}
}
