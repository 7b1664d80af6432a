package models

import (
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visitor is a person on a website. Nothing they tell of themselves is verified.
type Visitor struct {
	ID           int64
	AccountID    int64
	SiteID       int64
	PublicID     string
	TokenHash    []byte
	Name         string
	Email        string
	Locale       string
	UserAgent    string
	PageURL      string
	PageTitle    string
	PageReferrer string
	Fields       map[string]string `gorm:"serializer:json"`
	CreatedAt    Instant           `gorm:"autoCreateTime:false"`
	SeenAt       Instant
}

// Person is what somebody tells of themselves.
type Person struct {
	Name   string
	Email  string
	Fields map[string]string // whatever else a site asks for
}

// Tell adds what a visitor tells of themselves; what is empty stays as it was.
func (v *Visitor) Tell(p Person) {
	if p.Name != "" {
		v.Name = p.Name
	}
	if p.Email != "" {
		v.Email = p.Email
	}
	if len(p.Fields) > 0 {
		fields := maps.Clone(v.Fields)
		if fields == nil {
			fields = map[string]string{}
		}
		maps.Copy(fields, p.Fields)
		v.Fields = fields
	}
}

// Limits of what a visitor may tell of themselves, in characters.
const (
	MaxName   = 80
	MaxEmail  = 254
	MaxField  = 500
	MaxFields = 20
	MaxURL    = 2000
	MaxTitle  = 300
)

// Clip returns the first limit characters of s without control characters, without the marks that
// turn the direction of text, which could make one name look like another, and without spaces around.
func Clip(s string, limit int) string {
	if blank(s) {
		return ""
	}
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) <= limit && !strings.ContainsFunc(s, unshowable) {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if unshowable(r) {
			continue
		}
		if n++; n > limit {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String()) // there may be spaces again behind what was left out
}

// unshowable reports whether Clip leaves a character out.
func unshowable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError
}

// blank reports whether a text shows nothing: white space, marks without a shape, letters made to
// be invisible.
func blank(text string) bool {
	for _, r := range text {
		switch r {
		case '\u115F', '\u1160', '\u2800', '\u3164', '\uFFA0': // fillers and the blank of Braille
		default:
			if !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) && r != utf8.RuneError {
				return false
			}
		}
	}
	return true
}
