package handlers

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"foyer/app/chat"
	"foyer/app/hub"
	"foyer/models"
)

const (
	// rightsEvery is how often it is looked up whether those who listen still may. With what a closed
	// client may take to write what was queued before, a revoked one is silent within a second.
	rightsEvery = 500 * time.Millisecond

	closeSiteOff = 4003
)

// rights are what lets open sockets listen. Whatever takes a right away, and wherever, is noticed
// by looking it up again and again: it is one query each for all sessions and all sites.
type rights struct {
	sessions held[sessionRight]
	sites    held[siteRight]
}

// sessionRight is an agent's: the session is there, and their role is what it was.
type sessionRight struct {
	ID   int64
	Role models.Role
}

// siteRight is a visitor's: the site is switched on and allows the page the socket was opened from.
type siteRight struct {
	ID     int64
	Origin string // empty for our own pages
}

func (r siteRight) topic() hub.Topic {
	return hub.Topic(shared("site/" + strconv.FormatInt(r.ID, 10) + "/" + r.Origin))
}

func (r siteRight) holds(sites map[int64]models.Site) bool {
	site, on := sites[r.ID]
	return on && (r.Origin == "" || slices.ContainsFunc(site.Origins, func(o string) bool { return strings.EqualFold(o, r.Origin) }))
}

// held counts the sockets on each right.
type held[R comparable] struct {
	// Guarded by mu.
	mu     sync.Mutex
	counts map[R]int
}

// add notes one more socket on a right.
func (h *held[R]) add(right R) { h.count(right, 1) }

// drop takes back one add.
func (h *held[R]) drop(right R) { h.count(right, -1) }

func (h *held[R]) count(right R, by int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counts == nil {
		h.counts = map[R]int{}
	}
	if h.counts[right] += by; h.counts[right] == 0 {
		delete(h.counts, right)
	}
}

// all returns each right that a socket stands on.
func (h *held[R]) all() []R {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]R, 0, len(h.counts))
	for right := range h.counts {
		list = append(list, right)
	}
	return list
}

// KeepRights closes the sockets of those whose right to listen has ended, until ctx ends.
func (w *Web) KeepRights(ctx context.Context) {
	tick := time.NewTicker(rightsEvery)
	defer tick.Stop()
	var complained time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := w.checkRights(ctx); err != nil && ctx.Err() == nil && seldom(&complained) {
			slog.Error("the rights of open sockets could not be looked up", "error", err)
		}
	}
}

func (w *Web) checkRights(ctx context.Context) error {
	sessions := w.rights.sessions.all()
	ids := make([]int64, len(sessions))
	for i, s := range sessions {
		ids[i] = s.ID
	}
	roles, err := w.Identity.Roles(ctx, ids)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		if roles[s.ID] != s.Role {
			w.endSession(s.ID, "session ended")
		}
	}
	visited := w.rights.sites.all()
	ids = ids[:0]
	for _, s := range visited {
		ids = append(ids, s.ID)
	}
	sites, err := w.Identity.Sites(ctx, ids)
	if err != nil {
		return err
	}
	for _, s := range visited {
		if !s.holds(sites) {
			w.Hub.CloseTopic(s.topic(), closeSiteOff, "this site is switched off, or no longer allows this page")
		}
	}
	return nil
}

// endSession closes all sockets of a session.
func (w *Web) endSession(id int64, reason string) {
	w.Hub.CloseTopic(chat.TopicSession(id), closeSignedOut, reason)
}
