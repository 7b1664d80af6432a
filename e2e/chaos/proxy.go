package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// wire is a bad line to a server: a proxy that slows, slices, stops and cuts what goes through it.
type wire struct {
	upstream string
	proxy    *toxiproxy.Proxy
	names    int
	cuts     int

	addr atomic.Value // where it is to be dialed, a string
}

// dial dials whatever the wire is now.
func (w *wire) dial(ctx context.Context) (net.Conn, error) {
	return direct(w.addr.Load().(string))(ctx)
}

// mild are troubles a connection survives.
var mild = []func() (kind, attributes string){
	func() (string, string) {
		return "latency", fmt.Sprintf(`{"latency":%d,"jitter":%d}`, rand.IntN(15), rand.IntN(10))
	},
	func() (string, string) {
		return "slicer", fmt.Sprintf(`{"average_size":%d,"size_variation":%d,"delay":%d}`, 20+rand.IntN(80), 1+rand.IntN(19), rand.IntN(200))
	},
	func() (string, string) { return "bandwidth", fmt.Sprintf(`{"rate":%d}`, 50+rand.IntN(200)) },
}

// rough are troubles that end connections, some in the middle of a frame.
var rough = []func() (kind, attributes string){
	func() (string, string) { return "limit_data", fmt.Sprintf(`{"bytes":%d}`, 500+rand.IntN(20000)) },
	func() (string, string) { return "reset_peer", fmt.Sprintf(`{"timeout":%d}`, rand.IntN(20)) },
	func() (string, string) { return "timeout", fmt.Sprintf(`{"timeout":%d}`, 1+rand.IntN(40)) },
}

// trouble adds one of some troubles to a random direction of a random share of the connections.
func (w *wire) trouble(some []func() (string, string)) error {
	w.names++
	kind, attributes := some[rand.IntN(len(some))]()
	stream := []string{"upstream", "downstream"}[rand.IntN(2)]
	_, err := w.proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(
		`{"name":"t%d","type":%q,"stream":%q,"toxicity":%.2f,"attributes":%s}`, w.names, kind, stream, 0.3+0.7*rand.Float64(), attributes)))
	return err
}

// cut ends every connection at once.
func (w *wire) cut() error {
	w.cuts++
	w.proxy.Stop()
	return w.proxy.Start()
}

// mend lays a new wire without trouble; the old one's connections end.
func (w *wire) mend() error {
	if w.proxy != nil {
		w.proxy.Stop()
	}
	listen, err := freeAddr("127.0.0.1")
	if err != nil {
		return err
	}
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	w.proxy = toxiproxy.NewProxy(api, "wire", listen, w.upstream)
	w.addr.Store(listen)
	return w.proxy.Start()
}

// mendAll lays all of them anew.
func mendAll(wires []*wire) error {
	zerolog.SetGlobalLevel(zerolog.Disabled) // some toxics have a logger of their own
	for _, w := range wires {
		if err := w.mend(); err != nil {
			return err
		}
	}
	return nil
}
