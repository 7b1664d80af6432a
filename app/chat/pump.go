package chat

import (
	"sync"
	"time"

	"foyer/app/hub"
)

// tickFrames is how many frames may go out at a tick to all agents of an account together.
const tickFrames = 10_000

// pump tells all agents of an account how things stand that are not theirs: summaries of colleagues'
// conversations, presence. When much happens at once, such as five hundred colleagues coming in the
// morning, it goes out in portions, so that nobody's socket is overrun; whatever changed again
// meanwhile goes out once. The zero value is ready.
type pump struct {
	// Guarded by mu.
	mu       sync.Mutex
	accounts map[int64]*portions
}

// portions are what is to be told in one account. It is forgotten a beat after the last of it.
type portions struct {
	order  []string // what about, the first to be told first
	latest map[string]func() []byte
}

// tell tells all agents of an account how something stands, as it stands when their turn comes.
func (p *pump) tell(h *hub.Hub, account int64, about string, frame func() []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := p.accounts[account]
	if waiting == nil { // nothing was told for a beat
		if p.accounts == nil {
			p.accounts = map[int64]*portions{}
		}
		p.accounts[account] = &portions{latest: map[string]func() []byte{}}
		h.PublishLatest(about, frame(), TopicAgents(account))
		p.plan(h, account)
		return
	}
	if waiting.latest[about] == nil {
		waiting.order = append(waiting.order, about)
	}
	waiting.latest[about] = frame
}

// renew puts how something stands in the place of what waits to be told about it, if anything does:
// whoever was told sooner must not be told of older things later.
func (p *pump) renew(account int64, about string, frame func() []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if waiting := p.accounts[account]; waiting != nil && waiting.latest[about] != nil {
		waiting.latest[about] = frame
	}
}

func (p *pump) plan(h *hub.Hub, account int64) {
	time.AfterFunc(next(0), func() { p.tick(h, account) })
}

// tick tells the next portion.
func (p *pump) tick(h *hub.Hub, account int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting, topic := p.accounts[account], TopicAgents(account)
	if len(waiting.order) == 0 {
		delete(p.accounts, account)
		return
	}
	n := min(len(waiting.order), max(1, tickFrames/max(1, h.Listeners(topic))))
	for _, about := range waiting.order[:n] {
		h.PublishLatest(about, waiting.latest[about](), topic)
		delete(waiting.latest, about)
	}
	waiting.order = waiting.order[n:]
	p.plan(h, account)
}
