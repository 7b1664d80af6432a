package handlers

import (
	"sync"
	"sync/atomic"

	"foyer/app/chat"
	"foyer/app/hub"
)

// maxUnderway is how many lines of one socket may be on their way to the disk at a time.
const maxUnderway = 16

// lines are those of one socket that are being stored. Whoever sends several in a row doesn't wait
// for each to be on disk: they go there in few transactions, in the order in which they came.
type lines struct {
	stream chat.Stream
	all    sync.WaitGroup
	n      atomic.Int32
}

// line is the frame `send`.
type line struct {
	chat.Line
	ID onlyString `json:"id"`
}

// send reads a line out of a frame and begins to store it.
func (l *lines) send(client *hub.Client, frame []byte, begin func(of *chat.Stream, line chat.Line, answer func(chat.Ack, error)) error) error {
	var in line
	err := decodeFrame(frame, &in)
	if err == nil {
		if l.n.Load() >= maxUnderway {
			l.all.Wait()
		}
		l.n.Add(1)
		l.all.Add(1)
		err = begin(&l.stream, in.Line, func(ack chat.Ack, err error) {
			if err == nil {
				client.Reply(ack.Encode())
			} else {
				answerLater(client, envelope{ID: in.ID, CID: onlyString(in.CID)}, err)
			}
			l.done()
		})
		if err != nil {
			l.done()
		}
	}
	if err != nil {
		l.all.Wait() // its answer does not overtake those of the lines before
	}
	return err
}

func (l *lines) done() {
	l.n.Add(-1)
	l.all.Done()
}

// settle waits until all lines are stored or refused: other frames do not overtake them.
func (l *lines) settle() { l.all.Wait() }
