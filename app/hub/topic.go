package hub

// Topic names something sockets listen to. The hub only compares topics; what they mean is up to
// those who publish.
type Topic string

// members are the clients of one topic.
type members map[*Client]struct{}

// subscriptions says both ways who listens to what. It has no lock of its own: the Hub's guards it.
type subscriptions struct {
	topics  map[Topic]members
	clients map[*Client]map[Topic]struct{}
}

// add makes c a listener of topics. c must be known.
func (s *subscriptions) add(c *Client, topics []Topic) {
	own := s.clients[c]
	if own == nil && len(topics) > 0 {
		own = make(map[Topic]struct{}, len(topics))
		s.clients[c] = own
	}
	for _, topic := range topics {
		own[topic] = struct{}{}
		if s.topics[topic] == nil {
			s.topics[topic] = members{}
		}
		s.topics[topic][c] = struct{}{}
	}
}

// remove ends c's listening to one topic, and forgets a topic nobody listens to.
func (s *subscriptions) remove(c *Client, topic Topic) {
	delete(s.clients[c], topic)
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
