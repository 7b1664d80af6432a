package uploads

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strconv"
	"time"

	"foyer/models"
)

// LinkFor is how long a link to a file can be followed.
const LinkFor = 5 * time.Minute

// Link lets one visitor fetch one file for a while, without their token, which may not be in a URL.
type Link struct {
	File    string
	Visitor string // public id
	Expires int64  // unix seconds
	Sign    string
}

// Link makes a link to a file that a visitor may see.
func (s *Service) Link(ctx context.Context, v models.Visitor, id string) (Link, error) {
	f, err := s.find(ctx, Party{v.AccountID, models.Author{Type: models.ByVisitor, ID: v.ID}}, id)
	if err != nil {
		return Link{}, err
	}
	l := Link{File: f.PublicID, Visitor: v.PublicID, Expires: s.now().Add(LinkFor).Unix()}
	l.Sign = s.sign(l)
	return l, nil
}

// Follow opens the file of a link. The link alone opens nothing: the visitor has to be allowed to see
// the file still. Whatever is wrong with it, there is no such file.
func (s *Service) Follow(ctx context.Context, l Link) (models.File, io.ReadCloser, error) {
	if !hmac.Equal([]byte(l.Sign), []byte(s.sign(l))) || s.now().Unix() >= l.Expires {
		return models.File{}, nil, models.Errorf(models.KindNotFound, "there is no such file")
	}
	v, err := s.store.VisitorCalled(ctx, l.Visitor)
	if models.KindOf(err) == models.KindNotFound {
		return models.File{}, nil, models.Errorf(models.KindNotFound, "there is no such file")
	}
	if err != nil {
		return models.File{}, nil, err
	}
	return s.Open(ctx, Party{v.AccountID, models.Author{Type: models.ByVisitor, ID: v.ID}}, l.File)
}

// sign covers everything a link says, each part with its length, so that none can borrow from the next.
func (s *Service) sign(l Link) string {
	mac := hmac.New(sha256.New, s.key)
	for _, part := range []string{l.File, l.Visitor, strconv.FormatInt(l.Expires, 10)} {
		_, _ = io.WriteString(mac, strconv.Itoa(len(part))+":"+part)
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
