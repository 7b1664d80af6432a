package hub

import "slices"

// Topic names something sockets listen to. The hub only compares topics; what they mean is up to
// those who publish.
type Topic string

// members are the clients of one topic.
type members map[*Client]struct{}

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
		if s.topics[topic] == nil {
			s.topics[topic] = members{}
		}
		if _, listens := s.topics[topic][c]; !listens {
			s.topics[topic][c] = struct{}{}
			own = append(own, topic)
		}
	}
	s.clients[c] = own
}

// remove ends c's listening to one topic, and forgets a topic nobody listens to.
func (s *subscriptions) remove(c *Client, topic Topic) {
	if _, listens := s.topics[topic][c]; !listens {
		return
	}
	own := s.clients[c]
	i := slices.Index(own, topic)
	s.clients[c] = slices.Delete(own, i, i+1)
	delete(s.topics[topic], c)
	if len(s.topics[topic]) == 0 {
		delete(s.topics, topic)
	}
}

// each calls f once for every client that listens to at least one of topics.
func (s *subscriptions) each(topics []Topic, f func(*Client)) {
	for i, topic := range topics {
		for c := range s.topics[topic] {
			if !s.inAny(c, topics[:i]) {
				f(c)
			}
		}
	}
}

// inAny reports whether c listens to one of topics.
func (s *subscriptions) inAny(c *Client, topics []Topic) bool {
	for _, topic := range topics {
		if _, ok := s.topics[topic][c]; ok {
			return true
		}
	}
	return false
}
