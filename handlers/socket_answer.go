package handlers

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"foyer/app/hub"
	"foyer/models"
)

const codeBadFrame = "bad_frame"

// Whoever sends this many frames without meaning in this time is closed.
const (
	nonsenseLimit  = 5
	nonsensePeriod = time.Minute
)

// answer turns an error into what the peer is told: a closeError closes, a frameError or a
// models.Error is answered `err`, anything else is our bug and stays in the log.
func (s *socket) answer(ctx context.Context, about envelope, err error) *closeError {
	if bad, ok := errors.AsType[*frameError](err); ok {
		s.client.Reply(refusal(about, codeBadFrame, bad.message))
		return s.countNonsense(time.Now())
	}
	if fast, ok := errors.AsType[*rateError](err); ok {
		s.client.Reply(errOut{
			ID: string(about.ID), CID: string(about.CID), Code: string(models.KindRateLimited),
			Message: "too much in too short a time", RetryMS: fast.ms(),
		}.encode())
		return nil
	}
	return refuse(ctx, s.client, about, err)
}

// answerLater is answer for what turns out wrong with a frame when the reader is further on.
func answerLater(client *hub.Client, about envelope, err error) {
	if end := refuse(context.Background(), client, about, err); end != nil {
		client.Close(end.Code, end.Reason)
	}
}

// refuse tells a peer of an error, and says how that ends the socket, if it does.
func refuse(ctx context.Context, client *hub.Client, about envelope, err error) *closeError {
	if end, ok := errors.AsType[*closeError](err); ok {
		return end
	}
	if refused, ok := errors.AsType[*models.Error](err); ok {
		client.Reply(refusal(about, codeOf(refused.Kind), refused.Message))
		if refused.Kind == models.KindUnavailable {
			slog.WarnContext(ctx, "socket frame refused", "error", err)
			return &closeError{closeUnavailable, "unavailable"}
		}
		return nil
	}
	if isDone(client) && (errors.Is(err, context.Canceled) || errors.Is(err, hub.ErrClosed)) {
		return nil // the peer left while its frame was in hand
	}
	slog.ErrorContext(ctx, "socket frame failed", "error", err)
	return &closeError{closeOurBug, "internal error"}
}

// countNonsense notes one more frame without meaning, and closes whoever sends too many.
func (s *socket) countNonsense(now time.Time) *closeError {
	s.nonsense = append(s.nonsense, now)
	if len(s.nonsense) < nonsenseLimit {
		return nil
	}
	if now.Sub(s.nonsense[0]) < nonsensePeriod {
		return &closeError{closeNonsense, "too many bad frames"}
	}
	s.nonsense = append(s.nonsense[:0], s.nonsense[1:]...)
	return nil
}
