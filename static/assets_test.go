package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func built() fstest.MapFS {
	long := strings.Repeat("body { color: red }\n", 100)
	return fstest.MapFS{
		"dist/.gitkeep":                {},
		"dist/manifest.json":           {Data: []byte(manifest)},
		"dist/assets/main-abc.js":      {Data: []byte("console")},
		"dist/assets/main-abc.js.br":   {Data: []byte("BR")},
		"dist/assets/main-abc.js.gz":   {Data: []byte("GZ")},
		"dist/assets/main-abc.js.map":  {Data: []byte("{}")},
		"dist/assets/main-abc.css":     {Data: []byte(long)},
		"dist/widget.js":               {Data: []byte("loader")},
		"img/favicon.svg":              {Data: []byte("<svg/>")},
		"img/shop.svg":                 {Data: []byte("<svg/>")},
		"styles/page.css":              {Data: []byte(long)},
		"locales/en.json":              {Data: []byte("{}")},
		"dist/assets/orphan-abc.js.br": {Data: []byte("BR")},
	}
}

const manifest = `{
	"static/console/main.tsx": {"file": "assets/main-abc.js", "css": ["assets/main-abc.css"], "imports": ["_core.js"], "isEntry": true},
	"_core.js": {"file": "assets/core-abc.js", "css": ["assets/core-abc.css"], "imports": ["_deep.js", "_core.js"]},
	"_deep.js": {"file": "assets/deep-abc.js", "css": ["assets/deep-abc.css", "assets/core-abc.css"]}
}`

func TestEntryFollowsImportsForStyles(t *testing.T) {
	assets, err := load(built())
	if err != nil {
		t.Fatal(err)
	}
	if !assets.Built() {
		t.Error("Built() = false with a manifest")
	}
	entry := assets.Entry("static/console/main.tsx")
	if entry.Script != "/assets/main-abc.js" {
		t.Errorf("Script = %q", entry.Script)
	}
	want := []string{"/assets/deep-abc.css", "/assets/core-abc.css", "/assets/main-abc.css"}
	if !slices.Equal(entry.Styles, want) {
		t.Errorf("Styles = %q, want imports first: %q", entry.Styles, want)
	}
	if none := assets.Entry("nowhere.tsx"); none.Script != "" || none.Styles != nil {
		t.Errorf("unknown entry = %+v", none)
	}
}

func TestUnbuiltFrontEndIsNoError(t *testing.T) {
	root := built()
	delete(root, "dist/manifest.json")
	assets, err := load(root)
	if err != nil {
		t.Fatal(err)
	}
	if assets.Built() || assets.Entry("static/console/main.tsx").Script != "" {
		t.Error("an unbuilt front end looks built")
	}
}

func TestBrokenManifestIsAnError(t *testing.T) {
	root := built()
	root["dist/manifest.json"] = &fstest.MapFile{Data: []byte("{")}
	if _, err := load(root); err == nil {
		t.Error("no error for a broken manifest")
	}
}

func TestFile(t *testing.T) {
	assets, err := load(built())
	if err != nil {
		t.Fatal(err)
	}
	page := assets.Styles("page.css")[0]
	tests := map[string]struct {
		path, accept   string
		body, encoding string
		kind           string
		immutable, not bool
	}{
		"brotli is preferred":          {path: "/assets/main-abc.js", accept: "gzip, deflate, br", body: "BR", encoding: "br", kind: "text/javascript; charset=utf-8", immutable: true},
		"gzip when brotli is refused":  {path: "/assets/main-abc.js", accept: "br;q=0, gzip;q=0.5", body: "GZ", encoding: "gzip", kind: "text/javascript; charset=utf-8", immutable: true},
		"plain when nothing is asked":  {path: "/assets/main-abc.js", body: "console", kind: "text/javascript; charset=utf-8", immutable: true},
		"the loader changes in place":  {path: "/widget.js", body: "loader", kind: "text/javascript; charset=utf-8"},
		"icons are at the top":         {path: "/favicon.svg", accept: "br", body: "<svg/>", kind: "image/svg+xml"},
		"images":                       {path: "/img/shop.svg", body: "<svg/>", kind: "image/svg+xml"},
		"own styles":                   {path: page, body: strings.Repeat("body { color: red }\n", 100), kind: "text/css; charset=utf-8", immutable: true},
		"no source maps":               {path: "/assets/main-abc.js.map", not: true},
		"no encodings by name":         {path: "/assets/main-abc.js.br", not: true},
		"no manifest":                  {path: "/manifest.json", not: true},
		"no locales":                   {path: "/locales/en.json", not: true},
		"no way up":                    {path: "/assets/../../dist/manifest.json", not: true},
		"no folders":                   {path: "/assets/", not: true},
		"no encoding without the file": {path: "/assets/orphan-abc.js", accept: "br", not: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file, ok := assets.File(test.path, test.accept)
			if ok == test.not {
				t.Fatalf("File(%q) found: %t", test.path, ok)
			}
			if string(file.Body) != test.body || file.Encoding != test.encoding ||
				file.Type != test.kind || file.Immutable != test.immutable {
				t.Errorf("got %q, encoding %q, type %q, immutable %t", file.Body, file.Encoding, file.Type, file.Immutable)
			}
		})
	}
}

func TestTextIsCompressedWhenTheBuildDidNot(t *testing.T) {
	assets, err := load(built())
	if err != nil {
		t.Fatal(err)
	}
	plain, _ := assets.File(assets.Styles("page.css")[0], "")
	small, _ := assets.File(assets.Styles("page.css")[0], "gzip")
	if small.Encoding != "gzip" || len(small.Body) >= len(plain.Body) {
		t.Fatalf("encoding %q, %d of %d bytes", small.Encoding, len(small.Body), len(plain.Body))
	}
	if small.ETag == plain.ETag {
		t.Error("two encodings share an ETag")
	}
	r, err := gzip.NewReader(bytes.NewReader(small.Body))
	if err != nil {
		t.Fatal(err)
	}
	if back, err := io.ReadAll(r); err != nil || !bytes.Equal(back, plain.Body) {
		t.Errorf("unpacked to something else: %v", err)
	}
}

func TestWhatIsEmbeddedLoads(t *testing.T) {
	assets, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	sheets := assets.Styles("page.css", "shop.css", "nowhere.css")
	if len(sheets) != 2 {
		t.Errorf("style sheets: %q", sheets)
	}
	for _, url := range sheets {
		if _, ok := assets.File(url, ""); !ok {
			t.Errorf("%s is not served", url)
		}
	}
	for _, url := range []string{"/favicon.svg", "/manifest.webmanifest"} {
		if _, ok := assets.File(url, ""); !ok {
			t.Errorf("%s is not served", url)
		}
	}
	if _, err := fs.Stat(Locales(), "en.json"); err != nil {
		t.Error(err)
	}
}
