package uploads

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // s3:// in uploads.url
	"gocloud.dev/gcerrors"

	"foyer/models"
)

// bucket is where bytes are kept: a folder of this machine, or a service beyond the network.
type bucket struct {
	*blob.Bucket
	folder string // "" when it is none
}

func openBucket(ctx context.Context, address string) (*bucket, error) {
	b := &bucket{}
	var err error
	if strings.Contains(address, "://") {
		b.Bucket, err = blob.OpenBucket(ctx, address)
	} else {
		b.folder = address
		b.Bucket, err = fileblob.OpenBucket(address, &fileblob.Options{
			CreateDir: true, DirFileMode: 0o750, NoTempDir: true, Metadata: fileblob.MetadataDontWrite,
		})
	}
	if err != nil {
		return nil, &models.Error{Kind: models.KindNotConfigured, Message: "uploads.url: files can't be kept there", Err: err}
	}
	return b, nil
}

// put stores bytes. When it returns without an error they are on disk, as what is said is.
func (b *bucket) put(ctx context.Context, name string, in *Spool) error {
	err := b.Upload(ctx, name, in.reader(), &blob.WriterOptions{ContentType: "application/octet-stream", DisableContentTypeDetection: true})
	if err != nil || b.folder == "" {
		return err
	}
	path := filepath.Join(b.folder, filepath.FromSlash(name))
	for _, name := range []string{path, filepath.Dir(path), b.folder} {
		if err := flush(name); err != nil {
			return err
		}
	}
	return nil
}

// flush makes sure that a file, or the names in a folder, survive a power cut.
func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() && runtime.GOOS == "windows" { // it writes names by itself
		return nil
	}
	return f.Sync()
}

// get returns bytes that were stored.
func (b *bucket) get(ctx context.Context, name string) (io.ReadCloser, error) {
	r, err := b.NewReader(ctx, name, nil)
	if err == nil {
		return r, nil
	}
	if gcerrors.Code(err) == gcerrors.NotFound {
		slog.Error("the bytes of a file are gone", "blob", name)
		return nil, models.Errorf(models.KindNotFound, "there is no such file")
	}
	return nil, &models.Error{Kind: models.KindUnavailable, Message: "this file can't be fetched now: try again in a moment", Err: err}
}

// remove forgets bytes, if they are there, and what a process that was killed had written of them.
func (b *bucket) remove(ctx context.Context, name string) error {
	if err := b.Delete(ctx, name); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return err
	}
	if b.folder == "" {
		return nil
	}
	parts, err := fs.Glob(os.DirFS(b.folder), name+".*.tmp") // as fileblob names them
	for _, part := range parts {
		err = errors.Join(err, os.Remove(filepath.Join(b.folder, filepath.FromSlash(part))))
	}
	return err
}
