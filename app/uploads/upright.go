package uploads

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
)

// Markers of a JPEG (ITU T.81, table B.1).
const (
	markerStart       = 0xd8
	markerScan        = 0xda
	markerProgressive = 0xc2
	markerApp1        = 0xe1
)

func isJPEG(data []byte) bool { return bytes.HasPrefix(data, []byte{0xff, markerStart}) }

// progressive reports whether a JPEG comes in several passes.
func progressive(data []byte) bool {
	found := false
	segments(data, func(marker byte, _ []byte) { found = found || marker == markerProgressive })
	return found
}

// orientation reads from the Exif of a JPEG how it has to be turned, 1 to 8; 1 is as it is. What
// makes no sense is taken for 1.
func orientation(data []byte) int {
	turned := 1
	segments(data, func(marker byte, body []byte) {
		if exif, is := bytes.CutPrefix(body, []byte("Exif\x00\x00")); is && marker == markerApp1 {
			turned = orientationOf(exif)
		}
	})
	return turned
}

// segments hands out what stands before the pixels of a JPEG, piece by piece.
func segments(data []byte, each func(marker byte, body []byte)) {
	if !isJPEG(data) {
		return
	}
	for data = data[2:]; len(data) >= 4 && data[0] == 0xff; {
		if data[1] == 0xff { // padding
			data = data[1:]
			continue
		}
		size := int(binary.BigEndian.Uint16(data[2:]))
		if data[1] == markerScan || size < 2 || len(data) < 2+size {
			return
		}
		each(data[1], data[4:2+size])
		data = data[2+size:]
	}
}

// orientationOf finds tag 0x0112 in the first directory of a TIFF (Exif 2.32, 4.6.4).
func orientationOf(tiff []byte) int {
	const tag, entry = 0x0112, 12
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	start := int64(order.Uint32(tiff[4:]))
	if start+2 > int64(len(tiff)) {
		return 1
	}
	rest := tiff[start+2:]
	for range order.Uint16(tiff[start:]) {
		if len(rest) < entry {
			return 1
		}
		if order.Uint16(rest) == tag {
			if turned := int(order.Uint16(rest[8:])); turned >= 1 && turned <= 8 {
				return turned
			}
			return 1
		}
		rest = rest[entry:]
	}
	return 1
}

// upright turns and mirrors a picture as its orientation says, so that it needs none any more.
func upright(in image.Image, orientation int) image.Image {
	if orientation == 1 {
		return in
	}
	w, h := in.Bounds().Dx(), in.Bounds().Dy()
	src := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(src, src.Bounds(), in, in.Bounds().Min, draw.Src)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range out.Bounds().Dy() {
		for x := range out.Bounds().Dx() {
			sx, sy := source(orientation, x, y, w, h)
			copy(out.Pix[out.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return out
}

// source says which pixel of a picture of w by h comes to stand at x, y.
func source(orientation, x, y, w, h int) (sx, sy int) {
	switch orientation {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // upside down
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6: // to be turned clockwise
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	default: // 8: to be turned anticlockwise
		return w - 1 - y, x
	}
}
