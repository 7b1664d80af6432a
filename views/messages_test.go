package views

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"foyer/static"
)

func TestLocalesHaveTheSameKeysAndPlaceholders(t *testing.T) {
	v := open(t)
	english := v.raw[fallback]
	for _, locale := range v.Locales() {
		for key, text := range v.raw[locale] {
			if english[key] == nil {
				t.Errorf("%s has %q, English does not", locale, key)
				continue
			}
			want, got := names(english[key]), names(text)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q has placeholders %q, English %q", locale, key, got, want)
			}
			for form, text := range forms(text) {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %q is empty (%s)", locale, key, form)
				}
			}
			if _, ok := forms(text)["other"]; !ok {
				t.Errorf("%s: %q lacks the form \"other\"", locale, key)
			}
		}
		for key := range english {
			if v.raw[locale][key] == nil {
				t.Errorf("%s lacks %q", locale, key)
			}
		}
	}
}

// forms returns a message's texts by plural category; a plain text is "other".
func forms(text any) map[string]string {
	all := map[string]string{}
	switch text := text.(type) {
	case string:
		all["other"] = text
	case map[string]any:
		for form, one := range text {
			all[form] = fmt.Sprint(one)
		}
	}
	return all
}

// names returns the placeholders of a message, sorted.
func names(text any) []string {
	found := map[string]bool{}
	for _, one := range forms(text) {
		for _, name := range placeholder.FindAllString(one, -1) {
			found[name] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestMatch(t *testing.T) {
	v := open(t)
	tests := map[string]struct {
		prefs []string
		want  string
	}{
		"nothing":                               {nil, "en"},
		"a tag":                                 {[]string{"zh-CN"}, "zh-CN"},
		"a tag in capitals":                     {[]string{"ZH-cn"}, "zh-CN"},
		"the language alone":                    {[]string{"zh"}, "zh-CN"},
		"by script":                             {[]string{"zh-Hans-SG"}, "zh-CN"},
		"another English":                       {[]string{"en-GB"}, "en"},
		"empty ones are skipped":                {[]string{"", "", "zh-CN"}, "zh-CN"},
		"the first that leads somewhere":        {[]string{"fi", "zh-CN", "en"}, "zh-CN"},
		"a header":                              {[]string{"", "zh-CN,zh;q=0.9,en;q=0.8"}, "zh-CN"},
		"a header by weight":                    {[]string{"zh;q=0.3, en-US;q=0.9"}, "en"},
		"a header with what we have further on": {[]string{"fi, sv;q=0.9, zh;q=0.5"}, "zh-CN"},
		"a cookie beats the header":             {[]string{"en", "zh-CN"}, "en"},
		"nonsense":                              {[]string{"*", "!!", "../../etc"}, "en"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := v.Match(test.prefs...); got != test.want {
				t.Errorf("Match(%q) = %q, want %q", test.prefs, got, test.want)
			}
		})
	}
}

func TestStringsFillGapsWithEnglish(t *testing.T) {
	v, err := New(fstest.MapFS{
		"en.json":    {Data: []byte(`{"a.one": "One", "a.two": "Two", "b.three": "Three"}`)},
		"zh-CN.json": {Data: []byte(`{"a.one": "一", "b.three": {"other": "{count} 三"}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(v.Strings("zh-CN", "a.", "b."))
	if want := `{"a.one":"一","a.two":"Two","b.three":{"other":"{count} 三"}}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if text := v.Text("zh-CN", "a.two", nil); text != "Two" {
		t.Errorf("untranslated Text = %q", text)
	}
	if text := v.Text("zh-CN", "c.none", nil); text != "c.none" {
		t.Errorf("unknown key = %q", text)
	}
}

func TestNewNeedsEnglishAndSoundFiles(t *testing.T) {
	tests := map[string]fstest.MapFS{
		"no English":  {"zh-CN.json": {Data: []byte(`{}`)}},
		"broken JSON": {"en.json": {Data: []byte(`{`)}},
		"no language": {"en.json": {Data: []byte(`{}`)}, "not a tag.json": {Data: []byte(`{}`)}},
	}
	for name, files := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := New(files); err == nil {
				t.Error("no error")
			}
		})
	}
}

// The front end's tests read the same file, so both sides mean the same by a message.
func TestGrammarIsTheFrontEnds(t *testing.T) {
	data, err := os.ReadFile("testdata/i18n.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name    string         `json:"name"`
		Locale  string         `json:"locale"`
		Message any            `json:"message"`
		Params  map[string]any `json:"params"`
		Want    string         `json:"want"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, test := range cases {
		t.Run(test.Name, func(t *testing.T) {
			text, err := json.Marshal(map[string]any{"key": test.Message})
			if err != nil {
				t.Fatal(err)
			}
			v, err := New(fstest.MapFS{
				"en.json":             {Data: []byte(`{}`)},
				test.Locale + ".json": {Data: text},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := v.Text(test.Locale, "key", test.Params); got != test.Want {
				t.Errorf("got %q, want %q", got, test.Want)
			}
		})
	}
}

func TestEmbeddedLocalesAreTheTwo(t *testing.T) {
	v, err := New(static.Locales())
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Locales(); !slices.Equal(got, []string{"en", "zh-CN"}) {
		t.Errorf("Locales() = %q", got)
	}
}
