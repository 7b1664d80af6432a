package models

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// File is something that was uploaded to a conversation. Until it is sent there it expires; once it
// is sent it stays, and nobody can send it again.
type File struct {
	ID             int64
	AccountID      int64
	SiteID         int64
	ConversationID int64
	PublicID       string
	AuthorType     AuthorType
	AuthorID       int64
	Name           string // a label, never a path
	Type           string // what its content is, as a MIME type; never what somebody said it was
	Size           int64  // bytes
	Width          int    // pixels of a picture that browsers may show; 0 for everything else
	Height         int
	Blob           string  // where its bytes are, a random name
	CreatedAt      Instant `gorm:"autoCreateTime:false"`
	ExpiresAt      Instant // 0 once it was sent
}

// Author returns who uploaded it.
func (f File) Author() Author { return Author{Type: f.AuthorType, ID: f.AuthorID} }

// Picture reports whether browsers may show it in a page: we made every byte of it ourselves.
func (f File) Picture() bool { return f.Width > 0 }

// MaxFileName is the length of a file's name, in bytes: what most file systems take.
const MaxFileName = 255

// noName is what a file is called whose name has nothing to show.
const noName = "file"

// CleanFileName makes a label of the name that somebody's browser gave a file: the last part of a
// path, without what is invisible, turns the direction of text, ends a line, or means something to
// a file system.
func CleanFileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.In(r, unicode.Zl, unicode.Zp):
			return -1
		case strings.ContainsRune(`<>:"/|?*`, r):
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.TrimRight(strings.TrimSpace(name), ". ") // Windows drops them, and with them an ending
	if blank(name) {
		return noName
	}
	if reserved(name) {
		name = "_" + name
	}
	return shortName(name)
}

// reserved reports whether a name is that of a device on Windows, whatever its ending.
func reserved(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch stem = strings.TrimSpace(stem); stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	digits, numbered := strings.CutPrefix(stem, "COM")
	if !numbered {
		digits, numbered = strings.CutPrefix(stem, "LPT")
	}
	return numbered && utf8.RuneCountInString(digits) == 1 && strings.Contains("0123456789¹²³", digits)
}

// shortName cuts what is too long out of the middle of a name, so that the ending stays.
func shortName(name string) string {
	const maxEnding = 20
	if len(name) <= MaxFileName {
		return name
	}
	ending := path.Ext(name)
	if len(ending) > maxEnding {
		ending = ""
	}
	end := MaxFileName - len(ending)
	for !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end] + ending
}
