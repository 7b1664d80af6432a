package uploads

import (
	"io"
	"os"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"foyer/models"
)

// Spool is bytes on their way, on disk and without a name: however many come at a time, and however
// slowly, they take no memory, and nothing is left of them when the process ends.
type Spool struct {
	file *os.File
	size int64
}

func newSpool() (*Spool, error) {
	f, err := os.CreateTemp("", "foyer-upload-")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // where an open file keeps its name, Close removes it
	return &Spool{file: f}, nil
}

// Close forgets the bytes.
func (s *Spool) Close() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}

// Receive reads a file to its end. One that is larger than allowed is too_long, an empty one is
// invalid, and an error of r is returned as it is. The Spool is for the caller to close.
func (s *Service) Receive(r io.Reader) (*Spool, error) {
	in, err := newSpool()
	if err != nil {
		return nil, &models.Error{Kind: models.KindUnavailable, Message: "this file could not be received: try again in a moment", Err: err}
	}
	in.size, err = io.Copy(in.file, io.LimitReader(r, s.settings.Max+1))
	switch {
	case err != nil:
	case in.size > s.settings.Max:
		err = models.Errorf(models.KindTooLong, "the file is larger than %d bytes, which is the most", s.settings.Max)
	case in.size == 0:
		err = models.Errorf(models.KindInvalid, "the file is empty")
	default:
		return in, nil
	}
	in.Close()
	return nil, err
}

// reader reads the bytes from the beginning.
func (s *Spool) reader() *io.SectionReader { return io.NewSectionReader(s.file, 0, s.size) }

// sniff says by the content, and by nothing else, what the bytes are.
func (s *Spool) sniff() (string, error) {
	kind, err := mimetype.DetectReader(s.reader())
	if err != nil {
		return "", err
	}
	name, _, _ := strings.Cut(kind.String(), ";") // without the charset
	return name, nil
}
