// Package hub knows the open sockets and the topics they listen to. It hands over bytes: it never
// waits for a peer, never drops a frame in silence (except hints), and does not know what a frame
// means. What a frame says, who may hear it and how it gets onto a connection belong elsewhere.
package hub

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Hub is the set of open sockets. Its methods may be called from any goroutine and never wait for
// a peer; only Shutdown waits at all.
type Hub struct {
	empty chan struct{} // closed when the hub is shutting down and the last client has left

	// Guarded by mu. Clients are handed frames with mu read-locked, so a client must never call
	// the hub while it holds its own lock.
	mu       sync.RWMutex
	subs     subscriptions
	stopping bool
	emptied  bool
}

// New returns a hub without clients.
func New() *Hub {
	return &Hub{
		empty: make(chan struct{}),
		subs: subscriptions{
			topics:  make(map[Topic]members),
			clients: make(map[*Client][]Topic),
		},
	}
}

// Join adds c and its topics. It returns false, and adds nothing, once the hub is shutting down or c
// is closed. Joining again only adds topics.
func (h *Hub) Join(c *Client, topics ...Topic) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopping || c.isClosed() { // closed: a late Join must not bring back who has left
		return false
	}
	if _, known := h.subs.clients[c]; !known {
		h.subs.clients[c] = nil
	}
	h.subs.add(c, topics)
	return true
}

// Subscribe adds topics to those c listens to. It does nothing for a client that has not joined or
// has left.
func (h *Hub) Subscribe(c *Client, topics ...Topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.subs.clients[c]; known {
		h.subs.add(c, topics)
	}
}

// Unsubscribe ends c's listening to topics; c stays in the hub.
func (h *Hub) Unsubscribe(c *Client, topics ...Topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, topic := range topics {
		h.subs.remove(c, topic)
	}
}

// Leave takes c out of every topic and out of the hub. Leaving twice is harmless.
func (h *Hub) Leave(c *Client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, topic := range slices.Clone(h.subs.clients[c]) { // remove changes the list
		h.subs.remove(c, topic)
	}
	delete(h.subs.clients, c)
	h.noteEmpty()
}

// Publish queues payload for everyone who listens to at least one of topics, once each. A client
// that has no room is closed with CodeSlow: it comes back and catches up. payload must not be
// changed afterwards.
func (h *Hub) Publish(payload []byte, topics ...Topic) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	h.subs.each(topics, func(c *Client) { c.Send(payload) })
}

// PublishLatest is Publish for how something stands, not for what happened to it: whatever still
// waits about the same gives way, so that a slow client has one frame of each to take and not one
// for every change. about must not be empty.
func (h *Hub) PublishLatest(about string, payload []byte, topics ...Topic) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	h.subs.each(topics, func(c *Client) { c.latest(about, payload) })
}

// Listeners returns how many clients listen to a topic.
func (h *Hub) Listeners(topic Topic) int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.subs.topics[topic].len()
}

// Hint is Publish for what may be lost (typing, presence): a client whose queue is more than half
// full is passed over.
func (h *Hub) Hint(payload []byte, topics ...Topic) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	h.subs.each(topics, func(c *Client) { c.hint(payload) })
}

// CloseTopic closes every socket that listens to topic.
func (h *Hub) CloseTopic(topic Topic, code int, reason string) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for c := range h.subs.topics[topic].all {
		c.Close(code, reason)
	}
}

// CloseAll closes every socket.
func (h *Hub) CloseAll(code int, reason string) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for c := range h.subs.clients {
		c.Close(code, reason)
	}
}

// Stopping reports whether the hub lets nobody in any more.
func (h *Hub) Stopping() bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.stopping
}

// Len returns the number of clients.
func (h *Hub) Len() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.subs.clients)
}

// Shutdown lets nobody in any more, says bye to everyone (when it isn't nil), closes them with
// CodeRestart, and waits until all have left. When ctx ends first it cuts those that are left and
// returns an error. Each client's own writer says goodbye, so a slow peer holds up nobody.
func (h *Hub) Shutdown(ctx context.Context, bye []byte) error {
	for _, c := range h.stop() {
		if bye != nil {
			c.Reply(bye)
		}
		c.Close(CodeRestart, "restart")
	}
	select {
	case <-h.empty:
		return nil
	case <-ctx.Done():
	}
	rest := h.stop()
	for _, c := range rest {
		c.cutNow()
	}
	return fmt.Errorf("%d sockets had not left: %w", len(rest), ctx.Err())
}

// stop refuses newcomers from now on and returns who is there.
func (h *Hub) stop() []*Client {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopping = true
	h.noteEmpty()
	clients := make([]*Client, 0, len(h.subs.clients))
	for c := range h.subs.clients {
		clients = append(clients, c)
	}
	return clients
}

// noteEmpty tells Shutdown, once, that everybody has left. mu must be held.
func (h *Hub) noteEmpty() {
	if h.stopping && !h.emptied && len(h.subs.clients) == 0 {
		h.emptied = true
		close(h.empty)
	}
}
