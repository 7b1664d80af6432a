package views

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	textmessage "golang.org/x/text/message"
	"golang.org/x/text/number"
)

// fallback is the language of a message that has no translation, and of who asks for none we have.
const fallback = "en"

// messages are the texts of the product in every language.
type messages struct {
	locales    []string // English first, then by tag
	matcher    language.Matcher
	localizers map[string]*i18n.Localizer
	printers   map[string]*textmessage.Printer
	raw        map[string]map[string]any // locale -> key -> string or forms by plural category
}

// readMessages reads every *.json at the top of files.
func readMessages(files fs.FS) (*messages, error) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, fallback+".json") {
		return nil, errors.New("locales: en.json is missing")
	}
	slices.SortFunc(names, func(a, b string) int {
		return strings.Compare(order(a), order(b))
	})

	m := &messages{
		localizers: map[string]*i18n.Localizer{},
		printers:   map[string]*textmessage.Printer{},
		raw:        map[string]map[string]any{},
	}
	bundle := i18n.NewBundle(language.MustParse(fallback))
	var tags []language.Tag
	for _, name := range names {
		locale := strings.TrimSuffix(name, ".json")
		tag, err := language.Parse(locale)
		if err != nil {
			return nil, fmt.Errorf("locales/%s: %q is no language tag: %w", name, locale, err)
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		raw := map[string]any{}
		if err := json.Unmarshal(data, &raw); err != nil {
			return nil, fmt.Errorf("locales/%s: %w", name, err)
		}
		if _, err := bundle.ParseMessageFileBytes(data, name); err != nil {
			return nil, fmt.Errorf("locales/%s: %w", name, err)
		}
		m.raw[locale] = raw
		m.printers[locale] = textmessage.NewPrinter(tag)
		m.locales = append(m.locales, locale)
		tags = append(tags, tag)
	}
	for _, locale := range m.locales {
		m.localizers[locale] = i18n.NewLocalizer(bundle, locale)
	}
	m.matcher = language.NewMatcher(tags)
	return m, nil
}

// order puts the fallback before all others.
func order(name string) string {
	if name == fallback+".json" {
		return ""
	}
	return name
}

// Locales returns the tags of all languages there are, English first.
func (m *messages) Locales() []string { return slices.Clone(m.locales) }

// Match chooses one of our locales for somebody. Each preference is a language tag (from a query
// or a cookie) or a whole Accept-Language header; the first that leads to a language we have
// wins. Without any it is English.
func (m *messages) Match(prefs ...string) string {
	for _, pref := range prefs {
		wanted, _, err := language.ParseAcceptLanguage(pref)
		if err != nil || len(wanted) == 0 {
			continue
		}
		if _, i, confidence := m.matcher.Match(wanted...); confidence > language.No {
			return m.locales[i]
		}
	}
	return fallback
}

// Strings returns the messages whose keys begin with one of the prefixes, for a program in the
// browser: a string each, or an object by plural category. What a locale lacks is in English.
func (m *messages) Strings(locale string, prefixes ...string) map[string]any {
	chosen := map[string]any{}
	for _, source := range []string{fallback, locale} {
		for key, message := range m.raw[source] {
			if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
				chosen[key] = message
			}
		}
	}
	return chosen
}

// Text returns one message with its `{name}` placeholders filled in. The parameter `count` chooses
// the plural form by cardinal rules (1 file, 2 files), `nth` by ordinal ones (1st, 2nd); numbers
// are written as the language does. It is the key itself when there is no such message.
func (m *messages) Text(locale, key string, params map[string]any) string {
	if m.localizers[locale] == nil {
		locale = fallback
	}
	shown := m.written(locale, params)
	if text, ok := m.ordinal(locale, key, params["nth"]); ok {
		return text.fill(shown)
	}
	// A missing translation is an error as well, but comes with the English text.
	text, _ := m.localizers[locale].Localize(&i18n.LocalizeConfig{
		MessageID:      key,
		TemplateData:   shown,
		PluralCount:    pluralCount(params["count"]),
		TemplateParser: placeholders{},
	})
	if text == "" {
		return key
	}
	return text
}

// written returns the parameters as they are shown.
func (m *messages) written(locale string, params map[string]any) map[string]any {
	shown := make(map[string]any, len(params))
	for name, value := range params {
		if pluralCount(value) != nil {
			value = m.printers[locale].Sprint(number.Decimal(value))
		}
		shown[name] = value
	}
	return shown
}

// ordinal returns the form of a message for the nth of something. go-i18n knows cardinals only.
func (m *messages) ordinal(locale, key string, nth any) (message, bool) {
	n, ok := nth.(int)
	if whole, is := nth.(float64); is && whole == math.Trunc(whole) {
		n, ok = int(whole), true
	}
	if !ok {
		return "", false
	}
	for _, one := range []string{locale, fallback} {
		texts, ok := m.raw[one][key].(map[string]any)
		if !ok {
			continue
		}
		form := plural.Ordinal.MatchPlural(language.Make(one), n, 0, 0, 0, 0)
		text, ok := texts[ordinals[form]].(string)
		if !ok {
			text, ok = texts["other"].(string)
		}
		return message(text), ok
	}
	return "", false
}

var ordinals = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two",
	plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// pluralCount makes of a number what go-i18n takes, and nil of everything else.
func pluralCount(count any) any {
	switch n := count.(type) {
	case int, int8, int16, int32, int64:
		return n
	case float64:
		return strconv.FormatFloat(n, 'f', -1, 64)
	default:
		return nil
	}
}
