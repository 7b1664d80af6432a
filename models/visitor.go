package models

import (
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
	var b strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(s) {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError {
			continue
		}
		if n++; n > limit {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String()) // there may be spaces again behind what was left out
}
