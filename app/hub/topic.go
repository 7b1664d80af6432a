package hub

import "slices"

// Topic names something sockets listen to. The hub only compares topics; what they mean is up to
// those who publish.
type Topic string

// members are the clients of one topic. Most topics are a visitor's own and have one: a map for each
// would be most of what the hub needs.
type members struct {
	first *Client              // one that is not in rest; nil when there are none
	rest  map[*Client]struct{} // nil until there are two
}

func (m members) has(c *Client) bool {
	if m.first == c {
		return true
	}
	_, ok := m.rest[c]
	return ok
}

func (m members) with(c *Client) members {
	switch {
	case m.first == nil:
		m.first = c
	case m.rest == nil:
		m.rest = map[*Client]struct{}{c: {}}
	default:
		m.rest[c] = struct{}{}
	}
	return m
}

func (m members) without(c *Client) members {
	if m.first != c {
		delete(m.rest, c)
		return m
	}
	m.first = nil
	for next := range m.rest {
		m.first = next
		delete(m.rest, next)
		break
	}
	return m
}

// all yields each client once.
func (m members) all(yield func(*Client) bool) {
	if m.first == nil || !yield(m.first) {
		return
	}
	for c := range m.rest {
		if !yield(c) {
			return
		}
	}
}

func (m members) len() int {
	if m.first == nil {
		return 0
	}
	return 1 + len(m.rest)
}

// subscriptions says both ways who listens to what. It has no lock of its own: the Hub's guards it.
// A client's topics are a list: most have one, and there may be very many clients.
type subscriptions struct {
	topics  map[Topic]members
	clients map[*Client][]Topic
}

// add makes c a listener of topics. c must be known.
func (s *subscriptions) add(c *Client, topics []Topic) {
	own := s.clients[c]
	for _, topic := range topics {
		if m := s.topics[topic]; !m.has(c) {
			s.topics[topic] = m.with(c)
			own = append(own, topic)
		}
	}
	s.clients[c] = own
}

// remove ends c's listening to one topic, and forgets a topic nobody listens to.
func (s *subscriptions) remove(c *Client, topic Topic) {
	m := s.topics[topic]
	if !m.has(c) {
		return
	}
	own := s.clients[c]
	i := slices.Index(own, topic)
	s.clients[c] = slices.Delete(own, i, i+1)
	if m = m.without(c); m.first == nil {
		delete(s.topics, topic)
	} else {
		s.topics[topic] = m
	}
}

// each calls f once for every client that listens to at least one of topics.
func (s *subscriptions) each(topics []Topic, f func(*Client)) {
	for i, topic := range topics {
		for c := range s.topics[topic].all {
			if !s.inAny(c, topics[:i]) {
				f(c)
			}
		}
	}
}

// inAny reports whether c listens to one of topics.
func (s *subscriptions) inAny(c *Client, topics []Topic) bool {
	for _, topic := range topics {
		if s.topics[topic].has(c) {
			return true
		}
	}
	return false
}
