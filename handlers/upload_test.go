package handlers

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"os"
	"strings"
	"testing"

	"foyer/app/config"
)

func TestAFileIsSentAndFetched(t *testing.T) {
	k := startTalk(t)
	pdf := []byte("%PDF-1.7\n%âãÏÓ\nan order")
	file := k.guest.upload(k.conv, "order 4711.pdf", pdf)
	if file["type"] != "application/pdf" || file["size"] != float64(len(pdf)) || file["width"] != nil {
		t.Errorf("uploaded as %v", file)
	}
	event := k.send(file)
	sent := event["file"].(map[string]any)
	if event["kind"] != "file" || event["text"] != nil || sent["id"] != file["id"] || sent["name"] != "order 4711.pdf" {
		t.Errorf("anna hears %v", event)
	}
	heard := k.visitor.await("event", "kind", "file")["file"].(map[string]any)
	if heard["name"] != "order 4711.pdf" || heard["url"] != sent["url"] {
		t.Errorf("the visitor hears %v", heard)
	}
	for name, fetch := range map[string]func() (*http.Response, string){
		"anna":                   func() (*http.Response, string) { return k.anna.fetch(sent["url"].(string)) },
		"the visitor, by token":  func() (*http.Response, string) { return k.guest.fetch(sent["url"].(string)) },
		"the visitor, by a link": func() (*http.Response, string) { return k.holder("").fetch(k.guest.link(sent["id"].(string))) },
	} {
		res, text := fetch()
		if res.StatusCode != 200 || text != string(pdf) {
			t.Errorf("%s gets %s %q", name, res.Status, text)
		}
	}
	summary := k.anna.call("GET", "/api/v1/conversations/"+k.conv, nil)
	if last := summary["last"].(map[string]any); last["text"] != "order 4711.pdf" || summary["unread"] != 2.0 {
		t.Errorf("the summary says %v, unread %v", last, summary["unread"])
	}
	again, _ := k.comeBack("tea", k.guest.token, k.conv, 0)
	if e := again.await("event", "kind", "file"); e["file"].(map[string]any)["id"] != file["id"] {
		t.Errorf("replayed as %v", e)
	}
}

// What others were attacked with: none of it may be shown by a browser as anything that runs.
func TestNothingUploadedRunsInAPage(t *testing.T) {
	k := startTalk(t)
	svg := `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`
	corpus := map[string]string{
		"svg":                           svg,
		"svg with a prolog":             `<?xml version="1.0"?><!DOCTYPE svg>` + svg,
		"svg behind spaces":             "\n\n   \t" + svg,
		"svg behind a comment":          "<!-- x -->" + svg,
		"svg behind a mark":             "\ufeff" + svg,
		"html":                          "<!doctype html><script>alert(1)</script>",
		"html in capitals":              "<HTML><BODY ONLOAD=alert(1)>",
		"html late":                     strings.Repeat(" ", 600) + "<script>alert(1)</script>",
		"html after text":               "hello <img src=x onerror=alert(1)>",
		"xhtml":                         `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>`,
		"xml with a stylesheet":         `<?xml version="1.0"?><?xml-stylesheet href="x.xsl" type="text/xsl"?><a/>`,
		"mathml":                        `<math xmlns="http://www.w3.org/1998/Math/MathML"><maction actiontype="statusline#x" href="javascript:alert(1)">x</maction></math>`,
		"mhtml":                         "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>",
		"javascript":                    "alert(1)",
		"pdf with javascript":           "%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
		"flash":                         "CWS\x09\x00\x00\x00\x00",
		"utf-16 html":                   "\xff\xfe<\x00s\x00c\x00r\x00i\x00p\x00t\x00>\x00",
		"windows program":               "MZ\x90\x00\x03",
		"zip":                           "PK\x03\x04\x14\x00",
		"bmp":                           "BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00",
		"icon":                          "\x00\x00\x01\x00\x01\x00\x10\x10",
		"tiff":                          "II*\x00\x08\x00\x00\x00",
		"html named and typed a png":    "<script>alert(1)</script>",
		"wasm":                          "\x00asm\x01\x00\x00\x00",
		"text/x-component for old ones": "<public:component><script>alert(1)</script></public:component>",
	}
	claims := []struct{ name, kind string }{
		{"a.png", "image/png"}, {"a.svg", "image/svg+xml"}, {"a.html.jpg", "image/jpeg; charset=utf-8"}, {"a.jpg.html", "text/html"},
		{"a.xhtml", "application/xhtml+xml;x=image/png"}, {"a", `image/png;boundary="text/html"`}, {"a.gif\x00.html", "IMAGE/GIF"},
	}
	for name, content := range corpus {
		for _, claim := range claims {
			res, file := k.guest.try(k.conv, strings.ReplaceAll(claim.name, "\x00", "%00"), claim.kind, []byte(content))
			if res.StatusCode != http.StatusCreated {
				t.Errorf("%s as %s: %v", name, claim.kind, file)
				continue
			}
			k.send(file)
			for who, get := range map[string]func() (*http.Response, string){
				"cookie": func() (*http.Response, string) { return k.anna.fetch(file["url"].(string)) },
				"link":   func() (*http.Response, string) { return k.holder("").fetch(k.guest.link(file["id"].(string))) },
			} {
				res, text := get()
				if text != content || file["width"] != nil ||
					header(res, "Content-Type") != "application/octet-stream" || header(res, "X-Content-Type-Options") != "nosniff" ||
					!strings.HasPrefix(header(res, "Content-Disposition"), "attachment;") ||
					!strings.HasPrefix(header(res, "Content-Security-Policy"), "sandbox; default-src 'none'") {
					t.Errorf("%s as %s by %s: %v", name, claim.kind, who, res.Header)
				}
			}
		}
	}
}

func TestPicturesAreDrawnAnew(t *testing.T) {
	k := startTalk(t)
	const poison = "<script>alert(1)</script>"
	for name, test := range map[string]struct {
		content []byte
		kind    string
	}{
		"png":                     {aPNG(t, 3, 2), "image/png"},
		"png with html behind":    {append(aPNG(t, 3, 2), poison...), "image/png"},
		"png with html in a text": {pngWith(t, "tEXt", "Comment\x00"+poison), "image/png"},
		"gif":                     {aGIF(t), "image/png"},
		"gif that is javascript":  {append(aGIF(t), "/*"+poison+"*/=1;alert(1)"...), "image/png"},
		"jpeg":                    {aJPEG(t, 3, 2), "image/jpeg"},
		"jpeg with html behind":   {append(aJPEG(t, 3, 2), poison...), "image/jpeg"},
		"webp":                    {aWebP(), "image/png"},
	} {
		_, file := k.guest.try(k.conv, "x.html", "text/html", test.content)
		if file["type"] != test.kind || file["width"] == nil {
			t.Errorf("%s: %v", name, file)
			continue
		}
		k.send(file)
		res, text := k.anna.fetch(file["url"].(string))
		if header(res, "Content-Type") != test.kind || !strings.HasPrefix(header(res, "Content-Disposition"), "inline;") || strings.Contains(text, "script") {
			t.Errorf("%s: %v", name, res.Header)
		}
		if !strings.HasPrefix(header(res, "Content-Security-Policy"), "sandbox; default-src 'none'") || header(res, "X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", name, res.Header)
		}
		drawn, _, err := image.Decode(strings.NewReader(text))
		if err != nil || float64(drawn.Bounds().Dx()) != file["width"] || float64(drawn.Bounds().Dy()) != file["height"] {
			t.Errorf("%s: %v, %v", name, file, err)
		}
	}
}

// A photograph that was taken with the phone on its side, at home.
func TestAPhotographForgetsWhereItWasTaken(t *testing.T) {
	k := startTalk(t)
	for orientation, red := range map[byte]image.Point{ // where the red corner comes to stand
		1: {0, 0}, 2: {23, 0}, 3: {23, 15}, 4: {0, 15}, 5: {0, 0}, 6: {15, 0}, 7: {15, 23}, 8: {0, 23},
	} {
		photo := photograph(t, orientation)
		if !bytes.Contains(photo, []byte("GPS-52.5200N")) {
			t.Fatal("the photograph of the test says nothing of where it was taken")
		}
		file := k.guest.upload(k.conv, "IMG_0001.JPG", photo)
		k.send(file)
		_, text := k.anna.fetch(file["url"].(string))
		if strings.Contains(text, "GPS") || strings.Contains(text, "Exif") {
			t.Errorf("orientation %d: the metadata is still there", orientation)
		}
		drawn, err := jpeg.Decode(strings.NewReader(text))
		must(t, err)
		w, h := drawn.Bounds().Dx(), drawn.Bounds().Dy()
		if want := (image.Point{24, 16}); orientation < 5 && (w != want.X || h != want.Y) || orientation >= 5 && (w != want.Y || h != want.X) {
			t.Errorf("orientation %d: %d x %d", orientation, w, h)
		}
		for _, corner := range []image.Point{{0, 0}, {w - 1, 0}, {0, h - 1}, {w - 1, h - 1}} {
			r, _, b, _ := drawn.At(corner.X, corner.Y).RGBA()
			if isRed := r > b; isRed != (corner == red) {
				t.Errorf("orientation %d: corner %v is red: %v", orientation, corner, isRed)
			}
		}
	}
}

func TestBombsAreRefusedBeforeTheyAreDecoded(t *testing.T) {
	k := startTalk(t)
	for name, test := range map[string]struct {
		content []byte
		status  int
	}{
		"33 bytes of 50,000 x 50,000":   {bomb(50_000, 50_000, 8), 413},
		"more than 32 bits of pixels":   {bomb(1<<31-1, 1<<31-1, 8), 400},
		"a strip":                       {bomb(50_000_000, 1, 8), 413},
		"just over":                     {bomb(8_000, 5_001, 8), 413},
		"allowed size, but only a head": {bomb(100, 100, 8), 400},
		"gif of 65,535 x 65,535":        {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02\x44\x01\x00;"), 413},
		"jpeg of 65,500 x 65,500":       {jpegClaiming(t, 65_500, 65_500), 413},
		"jpeg of ten thousand scans":    {manyScans(t), 413},
		"a damaged png":                 {aPNG(t, 30, 30)[:60], 400},
		"a gif that is only javascript": {[]byte("GIF89a/*\x00\x00\x00*/=1;alert(1)//;"), 400},
		"nothing":                       {nil, 400},
	} {
		res, out := k.guest.try(k.conv, "bomb.png", "image/png", test.content)
		if res.StatusCode != test.status {
			t.Errorf("%s: %s %v", name, res.Status, out)
		}
	}
	rest, err := os.ReadDir(k.files)
	if err != nil || len(rest) != 0 {
		t.Errorf("there is left %v, %v", rest, err)
	}
}

func TestALargeFileIsRefused(t *testing.T) {
	k := startTalk(t)
	whole := bytes.Repeat([]byte("x"), k.web.Config.Uploads.MaxBytes)
	if res, out := k.guest.try(k.conv, "just right.txt", "text/plain", whole); res.StatusCode != http.StatusCreated {
		t.Errorf("the largest that is allowed: %s %v", res.Status, out)
	}
	for name, content := range map[string][]byte{"one byte more": append(whole, 'x'), "twice": append(whole, whole...)} {
		if res, out := k.guest.try(k.conv, "large.txt", "text/plain", content); res.StatusCode != 413 || out["code"] != "too_long" {
			t.Errorf("%s: %s %v", name, res.Status, out)
		}
	}
	// Every other route has the limit it had.
	elsewhere := strings.Replace(k.head("application/json", "Content-Length: 2000000"), uploadsPath, "/api/v1/conversations/"+k.conv+"/messages", 1)
	if answer := k.rawUpload(elsewhere); !strings.HasPrefix(answer, "HTTP/1.1 413 ") {
		t.Errorf("elsewhere: %q", answer)
	}
}

func TestQuota(t *testing.T) {
	s := startServer(t, func(c *config.Config) {
		c.Uploads.MaxBytes, c.Uploads.VisitorQuota, c.Uploads.SiteQuota = 1000, 2500, 4000
	})
	s.tenant("tea", 4, "anna")
	begin := func() (sender, string) {
		p, token := s.visitor("tea")
		p.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "x"})
		return s.holder(token), p.await("ok")["conv"].(string)
	}
	kilo := bytes.Repeat([]byte("x"), 1000)
	one, conv := begin()
	one.upload(conv, "1", kilo)
	one.upload(conv, "2", kilo)
	if res, out := one.try(conv, "3", "x", kilo); res.StatusCode != 429 || res.Header.Get("Retry-After") != "3600" {
		t.Errorf("one visitor's quota: %s %v", res.Status, out)
	}
	two, conv := begin()
	two.upload(conv, "1", kilo)
	two.upload(conv, "2", kilo)
	three, conv := begin()
	if res, out := three.try(conv, "1", "x", kilo); res.StatusCode != 429 || res.Header.Get("Retry-After") != "3600" {
		t.Errorf("the site's quota: %s %v", res.Status, out)
	}
}

func aPNG(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, w, h))))
	return b.Bytes()
}

func aGIF(t *testing.T) []byte {
	t.Helper()
	frame := image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	must(t, gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{10, 10}}))
	return b.Bytes()
}

func aJPEG(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, w, h)), nil))
	return b.Bytes()
}

// aWebP is one lossless pixel.
func aWebP() []byte {
	return []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")
}

// pngWith is a picture with one more chunk before its pixels.
func pngWith(t *testing.T, kind, content string) []byte {
	t.Helper()
	const head = 33
	whole := aPNG(t, 3, 2)
	return append(append(append([]byte{}, whole[:head]...), pngChunk(kind, []byte(content))...), whole[head:]...)
}

func pngChunk(kind string, content []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	out = append(append(out, kind...), content...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// bomb is the head of a picture, and nothing else.
func bomb(w, h uint32, depth byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, w)
	head = append(binary.BigEndian.AppendUint32(head, h), depth, 6, 0, 0, 0)
	return append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", head)...)
}

func jpegClaiming(t *testing.T, w, h uint16) []byte {
	t.Helper()
	out := aJPEG(t, 8, 8)
	frame := bytes.Index(out, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(out[frame+5:], h)
	binary.BigEndian.PutUint16(out[frame+7:], w)
	return out
}

func manyScans(t *testing.T) []byte {
	t.Helper()
	out := aJPEG(t, 8, 8)
	scan := out[bytes.Index(out, []byte{0xff, 0xda}) : len(out)-2]
	return append(out[:len(out)-2], bytes.Repeat(scan, 10_000)...)
}

// photograph is blue, with one red corner, and with Exif that says how to turn it and where it was taken.
func photograph(t *testing.T, orientation byte) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 24, 16))
	for y := range 16 {
		for x := range 24 {
			c := color.RGBA{B: 255, A: 255}
			if x < 8 && y < 8 {
				c = color.RGBA{R: 255, A: 255}
			}
			picture.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, picture, &jpeg.Options{Quality: 100}))
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x02" +
		"\x01\x0f\x00\x02\x00\x00\x00\x0c\x00\x00\x00\x26" + // who made the camera, at 38
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00" +
		"\x00\x00\x00\x00GPS-52.5200N"
	app1 := append([]byte{0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	return append(append(append([]byte{}, b.Bytes()[:2]...), append(app1, exif...)...), b.Bytes()[2:]...)
}
