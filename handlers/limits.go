package handlers

import (
	"log/slog"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"foyer/app/config"
	"foyer/app/limits"
	"foyer/models"
)

// usage counts what everybody does and holds, against the settings under limits.
type usage struct {
	visitors  *limits.Buckets[int64]
	addresses *limits.Buckets[netip.Prefix]
	sites     *limits.Buckets[int64]
	agents    *limits.Buckets[int64]
	connects  *limits.Buckets[netip.Prefix]

	visitorSockets *limits.Seats[int64]
	agentSockets   *limits.Seats[int64]
	addressSockets *limits.Seats[netip.Prefix]
	siteSockets    *limits.Seats[int64]
	allSockets     *limits.Seats[struct{}]

	signIns signIns
}

func newUsage(c config.Limits) *usage {
	return &usage{
		visitors:       limits.NewBuckets[int64](rateOf(c.VisitorRate, c.VisitorBurst)),
		addresses:      limits.NewBuckets[netip.Prefix](rateOf(c.AddressRate, c.AddressBurst)),
		sites:          limits.NewBuckets[int64](rateOf(c.SiteRate, c.SiteBurst)),
		agents:         limits.NewBuckets[int64](rateOf(c.AgentRate, c.AgentBurst)),
		connects:       limits.NewBuckets[netip.Prefix](rateOf(c.ConnectRate, c.ConnectBurst)),
		visitorSockets: limits.NewSeats[int64](c.VisitorSockets),
		agentSockets:   limits.NewSeats[int64](c.AgentSockets),
		addressSockets: limits.NewSeats[netip.Prefix](c.AddressSockets),
		siteSockets:    limits.NewSeats[int64](c.SiteSockets),
		allSockets:     limits.NewSeats[struct{}](c.Sockets),
		signIns:        newSignIns(c),
	}
}

func rateOf(perSecond, burst int) limits.Rate {
	return limits.Rate{PerSecond: float64(perSecond), Burst: burst}
}

// counted reports whether an address stands for somebody. This machine's own doesn't: it is a tool of
// the operator, or a proxy that http.trusted_proxies does not name and behind which everybody is.
func counted(from netip.Prefix) bool { return !from.Addr().IsLoopback() }

func (u *usage) takeAddress(from netip.Prefix, n int, now time.Time) time.Duration {
	if !counted(from) {
		return 0
	}
	return u.addresses.Take(from, n, now)
}

func (u *usage) giveAddress(from netip.Prefix, n int, now time.Time) {
	if counted(from) {
		u.addresses.Give(from, n, now)
	}
}

func (u *usage) takeConnect(from netip.Prefix, n int, now time.Time) time.Duration {
	if !counted(from) {
		return 0
	}
	return u.connects.Take(from, n, now)
}

// rateError says that somebody does too much. It is answered with how long they are to wait.
type rateError struct{ wait time.Duration }

// Error says what to do.
func (e *rateError) Error() string {
	return "too much in too short a time: try again in " + strconv.Itoa(e.seconds()) + " s"
}

// seconds is the wait for people and for Retry-After.
func (e *rateError) seconds() int { return int(math.Ceil(e.wait.Seconds())) }

// ms is the wait for frames, long enough that trying again makes sense.
func (e *rateError) ms() int64 { return max(e.wait.Milliseconds()+1, 100) }

// tooFast returns a rateError for a wait, nil for none.
func tooFast(wait time.Duration) error {
	if wait > 0 {
		return &rateError{wait}
	}
	return nil
}

// limitCalls holds the calls of the API from one address in bounds.
func (w *Web) limitCalls(c *fiber.Ctx) error {
	if err := tooFast(w.usage.takeAddress(requestOf(c.UserContext()).Address, 1, time.Now())); err != nil {
		return err
	}
	return c.Next()
}

// admit lets one more socket in from an address and, for visitors, onto a site (0 for agents). Who is
// turned away is so before the upgrade: it costs the least, and browsers try again after a while. The seats are
// held until the connection is closed.
func (w *Web) admit(c *fiber.Ctx, site int64) error {
	from := requestOf(c.UserContext()).Address
	if err := tooFast(w.usage.takeConnect(from, 1, time.Now())); err != nil {
		return err
	}
	conn, ok := c.Context().Conn().(seated)
	if !ok || conn.hasSeat() {
		return nil
	}
	u := w.usage
	if !u.allSockets.Take(struct{}{}) {
		c.Set(fiber.HeaderRetryAfter, "30")
		return models.Errorf(models.KindUnavailable, "this server holds as many connections as it may")
	}
	taken := seat{of: u}
	if counted(from) {
		if !u.addressSockets.Take(from) {
			taken.leave()
			return &rateError{30 * time.Second}
		}
		taken.address = from
	}
	if site != 0 {
		if !u.siteSockets.Take(site) {
			taken.leave()
			return &rateError{30 * time.Second}
		}
		taken.site = site
	}
	conn.sit(taken)
	return nil
}

// seat is what one connection has taken of a usage. The zero value has taken nothing.
type seat struct {
	of      *usage
	address netip.Prefix // the zero one for none
	site    int64        // 0 for none
}

func (s seat) leave() {
	if s.of == nil {
		return
	}
	s.of.allSockets.Leave(struct{}{})
	if s.address.IsValid() {
		s.of.addressSockets.Leave(s.address)
	}
	if s.site != 0 {
		s.of.siteSockets.Leave(s.site)
	}
}

// seatOf is the part of a connection that remembers its seat.
type seatOf struct {
	mu     sync.Mutex
	closed bool
	taken  seat
}

func (s *seatOf) hasSeat() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken.of != nil
}

func (s *seatOf) sit(taken seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		taken.leave()
		return
	}
	s.taken = taken
}

// vacate gives the seat back, once.
func (s *seatOf) vacate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.taken.leave()
	s.taken = seat{}
}

// seated is a connection that gives something back when it is closed.
type seated interface {
	hasSeat() bool
	sit(taken seat)
}

// addressOf is where a request comes from: the address of the connection or, when that is a trusted
// proxy's, the last one in X-Forwarded-For that isn't. What stands before that anybody may have
// written. Of IPv6 it is the network of 64 bits, which is what one customer gets.
func (w *Web) addressOf(c *fiber.Ctx) netip.Prefix {
	remote, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	addr := remote.Unmap()
	var hops []string
	for _, line := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		hops = append(hops, strings.Split(string(line), ",")...)
	}
	if len(hops) > 0 && !w.trusted(addr) {
		w.unknownProxy.Do(func() {
			slog.Warn("X-Forwarded-For from an address that is not in http.trusted_proxies is not believed: if a proxy of yours is there, limits on addresses take all visitors for one, or for none when it is on this machine",
				"proxy", addr)
		})
	}
	for i := len(hops) - 1; i >= 0 && w.trusted(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap().WithZone("")
	}
	bits := 64
	if addr.Is4() || addr.IsLoopback() {
		bits = addr.BitLen()
	}
	network, _ := addr.Prefix(bits)
	return network
}

func (w *Web) trusted(addr netip.Addr) bool {
	for _, proxy := range w.Config.HTTP.TrustedProxies {
		if network, err := netip.ParsePrefix(proxy); err == nil && network.Contains(addr) {
			return true
		}
		if one, err := netip.ParseAddr(proxy); err == nil && one.Unmap() == addr {
			return true
		}
	}
	return false
}
