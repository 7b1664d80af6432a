package views

import (
	"fmt"
	"regexp"

	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// placeholder is `{name}`. Everything else in a message, other braces too, stands for itself.
var placeholder = regexp.MustCompile(`\{([A-Za-z0-9_]+)\}`)

// placeholders is the grammar of our messages, for go-i18n. It is the same as the front end's
// (widget/core/i18n.ts): a name without a value stays as it is.
type placeholders struct{}

// Cacheable reports that parsed messages may be kept.
func (placeholders) Cacheable() bool { return true }

// Parse takes a message as it is.
func (placeholders) Parse(src, _, _ string) (template.ParsedTemplate, error) {
	return message(src), nil
}

type message string

// Execute fills in the placeholders from a map of names to values.
func (m message) Execute(data any) (string, error) {
	params, _ := data.(map[string]any)
	return m.fill(params), nil
}

func (m message) fill(params map[string]any) string {
	return placeholder.ReplaceAllStringFunc(string(m), func(found string) string {
		value, ok := params[found[1:len(found)-1]]
		if !ok {
			return found
		}
		return fmt.Sprint(value)
	})
}
