package uploads

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"

	"golang.org/x/image/webp"

	"foyer/models"
)

const (
	maxPixels = 40_000_000
	maxMemory = 320 << 20 // bytes that decoding one picture may take
	maxDrawn  = 2         // pictures at a time
	maxScans  = 100       // of a JPEG: a small file of very many costs hours
	quality   = 90        // of a JPEG drawn anew
)

// decoder reads one format of pictures.
type decoder struct {
	measure func(io.Reader) (image.Config, error)
	decode  func(io.Reader) (image.Image, error)
}

// decoders are the formats that are shown in pages, by what the content is: everything else is
// handed out as a download. Of an animation the first picture is kept.
var decoders = map[string]decoder{
	"image/png":              {png.DecodeConfig, png.Decode},
	"image/vnd.mozilla.apng": {png.DecodeConfig, png.Decode},
	"image/jpeg":             {jpeg.DecodeConfig, jpeg.Decode},
	"image/gif":              {gif.DecodeConfig, gif.Decode},
	"image/webp":             {webp.DecodeConfig, webp.Decode},
}

// redraw makes a new picture of the pixels of another, the right way up, and says in f what became
// of it. What claims to be too large is refused before it is decoded.
func redraw(f *models.File, in *Spool, d decoder) (*Spool, error) {
	data, err := io.ReadAll(in.reader())
	if err != nil {
		return nil, err
	}
	if err := measure(data, d); err != nil {
		return nil, err
	}
	picture, err := d.safely(data)
	if err != nil {
		return nil, unreadable(err)
	}
	picture = upright(picture, orientation(data))
	out, err := newSpool()
	if err != nil {
		return nil, err
	}
	f.Width, f.Height = picture.Bounds().Dx(), picture.Bounds().Dy()
	if f.Type, err = encode(out, picture, f.Type == "image/jpeg"); err != nil {
		out.Close()
		return nil, err
	}
	return out, nil
}

// measure refuses a picture that would cost too much.
func measure(data []byte, d decoder) error {
	claims, err := d.measure(bytes.NewReader(data))
	if err != nil || claims.Width <= 0 || claims.Height <= 0 {
		return unreadable(err)
	}
	pixels := int64(claims.Width) * int64(claims.Height)
	if claims.Width > maxPixels || claims.Height > maxPixels || pixels > maxPixels || pixels*weight(claims.ColorModel, data) > maxMemory {
		return models.Errorf(models.KindTooLong, "the picture has %d x %d pixels: at most 40 million are allowed, and half of that in costly formats", claims.Width, claims.Height)
	}
	if bytes.Count(data, []byte{0xff, markerScan}) > maxScans && isJPEG(data) {
		return models.Errorf(models.KindTooLong, "the picture is made of more than %d scans: save it anew", maxScans)
	}
	return nil
}

// weight is how many bytes of memory a pixel takes while it is decoded.
func weight(model color.Model, data []byte) int64 {
	switch {
	case isJPEG(data) && progressive(data): // all coefficients at once, 4 bytes each
		return 16
	case model == color.RGBA64Model, model == color.NRGBA64Model:
		return 8
	}
	return 4
}

// safely decodes; a decoder that panics has met a file it can't read.
func (d decoder) safely(data []byte) (picture image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("decoding a picture panicked", "panic", p)
			picture, err = nil, image.ErrFormat
		}
	}()
	return d.decode(bytes.NewReader(data))
}

func unreadable(err error) error {
	return &models.Error{Kind: models.KindInvalid, Err: err,
		Message: "the picture can't be read: it is damaged, or of a kind that isn't supported; pack it into an archive to send it as it is"}
}

// encode writes a photograph as JPEG and everything else as PNG, which loses nothing.
func encode(out *Spool, picture image.Image, wasJPEG bool) (kind string, err error) {
	_, photo := picture.(*image.YCbCr) // what lossy WebP without transparency decodes to
	if wasJPEG || photo {
		kind, err = "image/jpeg", jpeg.Encode(out.file, picture, &jpeg.Options{Quality: quality})
	} else {
		kind, err = "image/png", png.Encode(out.file, picture)
	}
	if err != nil {
		return "", err
	}
	out.size, err = out.file.Seek(0, io.SeekEnd)
	return kind, err
}
