package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

const manual = "../../config.yaml"

func TestConfigYAMLSaysWhatDefaultSays(t *testing.T) {
	content, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	file := koanf.New(".")
	if err := file.Load(rawbytes.Provider(content), yaml.Parser()); err != nil {
		t.Fatal(err)
	}
	// It starts empty: a key left out of the file stays zero.
	l := loader{from: map[string]string{}, wrong: map[string]bool{}}
	l.apply(file.All(), func(string) string { return manual })
	for _, err := range l.errs {
		t.Error(err)
	}
	if !reflect.DeepEqual(l.config, Default()) {
		t.Errorf("config.yaml says %+v\nDefault() is     %+v", l.config, Default())
	}
	for _, s := range l.config.settings() { // defaults that are zero would not be missed above
		if l.from[s.key] == "" {
			t.Errorf("config.yaml does not have %s", s.key)
		}
	}
}

func TestEveryKeyInConfigYAMLIsExplained(t *testing.T) {
	content, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	for i, line := range lines {
		isKey := strings.HasPrefix(line, "  ") && !strings.HasPrefix(strings.TrimSpace(line), "#")
		if isKey && !strings.HasPrefix(strings.TrimSpace(lines[i-1]), "# ") {
			t.Errorf("config.yaml:%d: no sentence above %q", i+1, strings.TrimSpace(line))
		}
	}
}

func TestEveryFieldHasAKey(t *testing.T) {
	var c Config
	places := map[any]bool{}
	for _, s := range c.settings() {
		places[s.value] = true
	}
	sections := reflect.ValueOf(&c).Elem()
	for i := range sections.NumField() {
		section := sections.Field(i)
		for j := range section.NumField() {
			if !places[section.Field(j).Addr().Interface()] {
				t.Errorf("%s.%s has no key", sections.Type().Field(i).Name, section.Type().Field(j).Name)
			}
		}
	}
}

func TestDefaultsAreAllowed(t *testing.T) {
	t.Chdir(t.TempDir()) // no config.yaml here, and none was asked for
	got, err := Load("", []string{"HOME=/", "FOYER_TEST_POSTGRES=host=x"})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, Default()) {
		t.Errorf("Load() = %+v, want the defaults", got)
	}
}

func TestTheEnvironmentWinsOverTheFile(t *testing.T) {
	path := write(t, "http: {addr: ':9000', trusted_proxies: [10.0.0.0/8]}\nsocket: {agent_ping: 3s}\nqueue:\n")
	got, err := Load(path, []string{
		"FOYER_SOCKET_AGENT_PING=4s", "FOYER_HTTP_TRUSTED_PROXIES=::1, 10.0.0.7", "FOYER_DATABASE_DSN=a=b", "FOYER_LOG_LEVEL=warn",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.HTTP.Addr = ":9000"
	want.HTTP.TrustedProxies = []string{"::1", "10.0.0.7"}
	want.Socket.AgentPing = 4 * time.Second
	want.Database.DSN = "a=b"
	want.Log.Level = 4
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Load() = %+v\nwant    %+v", got, want)
	}
}

func TestAnEmptyPathMeansConfigYAMLHere(t *testing.T) {
	path := write(t, "database: {dsn: here.db}")
	t.Chdir(filepath.Dir(path))
	got, err := Load("", nil)
	if err != nil || got.Database.DSN != "here.db" {
		t.Errorf("Load() = %q, %v; want here.db of ./config.yaml", got.Database.DSN, err)
	}
}

// write puts content into a config.yaml of its own.
func write(t *testing.T, content string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), File)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
