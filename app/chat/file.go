package chat

import (
	"foyer/app/store"
	"foyer/models"
)

// FilesPath is where files are fetched from; an id follows. Whether somebody may is asked there.
const FilesPath = "/api/v1/files/"

// File is what a `file` event sends.
type File struct {
	ID     string `json:"id"`
	Name   string `json:"name" doc:"a label: at most 255 bytes, no path"`
	Size   int64  `json:"size" doc:"bytes"`
	Type   string `json:"type" doc:"what its content is, as a MIME type"`
	Width  int    `json:"width,omitempty" doc:"pixels, of a picture that may be shown in a page"`
	Height int    `json:"height,omitempty"`
	URL    string `json:"url" doc:"where agents fetch it; visitors ask there for a link"`
}

// FileOf tells of an uploaded file.
func FileOf(f models.File) File {
	return File{ID: f.PublicID, Name: f.Name, Size: f.Size, Type: f.Type, Width: f.Width, Height: f.Height, URL: FilesPath + f.PublicID}
}

func fileOf(e store.Event) *File {
	if e.Deleted {
		return nil
	}
	return &File{
		ID: e.FilePublicID, Name: e.Text, Size: e.FileSize, Type: e.FileType, Width: e.FileWidth, Height: e.FileHeight,
		URL: FilesPath + e.FilePublicID,
	}
}
