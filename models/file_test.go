package models

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestCleanFileName(t *testing.T) {
	for name, test := range map[string][2]string{
		"a usual one":               {"invoice 2026.pdf", "invoice 2026.pdf"},
		"chinese":                   {"怎么泡茶.png", "怎么泡茶.png"},
		"a path":                    {"../../etc/passwd", "passwd"},
		"a path of windows":         {`C:\Users\anna\a.txt`, "a.txt"},
		"mixed":                     {`..\../x/..\b.txt`, "b.txt"},
		"only dots":                 {"..", "file"},
		"only a slash":              {"/", "file"},
		"nothing":                   {"", "file"},
		"nothing to see":            {"\u200b\u2060 \u3164", "file"},
		"NUL":                       {"a.png\x00.html", "a.png.html"},
		"line breaks":               {"a\r\nSet-Cookie: x=1.txt", "aSet-Cookie_ x=1.txt"},
		"other line breaks":         {"a\u2028b\u2029c\u0085d", "abcd"},
		"turned round":              {"photo\u202egnp.exe", "photognp.exe"},
		"isolated":                  {"\u2066a\u2069.txt", "a.txt"},
		"quotes and what shells do": {`a"b<c>|d?*.txt`, "a_b_c__d__.txt"},
		"a stream of windows":       {"a.txt:evil.exe", "a.txt_evil.exe"},
		"a device":                  {"con", "_con"},
		"a device with an ending":   {"Nul.tar.gz", "_Nul.tar.gz"},
		"a numbered device":         {"COM1.txt", "_COM1.txt"},
		"a raised number":           {"lpt².txt", "_lpt².txt"},
		"no device":                 {"com10.txt", "com10.txt"},
		"dots at the end":           {"a.exe. . .", "a.exe"},
		"not UTF-8":                 {"a\xff\xfeb.txt", "ab.txt"},
		"hidden":                    {".htaccess", ".htaccess"},
		"very long":                 {strings.Repeat("x", 10_000) + ".pdf", strings.Repeat("x", 251) + ".pdf"},
		"long and wide":             {strings.Repeat("茶", 100) + ".pdf", strings.Repeat("茶", 83) + ".pdf"},
		"long ending":               {"a." + strings.Repeat("y", 300), "a." + strings.Repeat("y", 253)},
	} {
		if got := CleanFileName(test[0]); got != test[1] {
			t.Errorf("%s: %q becomes %q, want %q", name, test[0], got, test[1])
		}
	}
}

func FuzzCleanFileName(f *testing.F) {
	for _, seed := range []string{"a.png", "../x", "CON", "\u202e", "\xff", strings.Repeat("茶.", 200), "a\r\nb", "  . ", "lpt1.", ". com1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := CleanFileName(name)
		if got == "" || len(got) > MaxFileName || !utf8.ValidString(got) || strings.ContainsAny(got, "/\\\x00\r\n\"") || blank(got) || reserved(got) {
			t.Errorf("%q becomes %q", name, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%q becomes %q, with %U", name, got, r)
			}
		}
		if again := CleanFileName(got); again != got {
			t.Errorf("%q becomes %q, then %q", name, got, again)
		}
	})
}
