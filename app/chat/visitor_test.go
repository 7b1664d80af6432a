package chat

import (
	"context"
	"fmt"
	"strconv"

	"foyer/models"
)

// visitor is somebody who listens to what their socket would.
type visitor struct {
	models.Visitor
	ear   *ear
	marks int // see sent
}

var visitors int

// tab opens a tab of a visitor, and listens to what it is sent.
func (d *desk) tab(v *visitor) {
	d.t.Helper()
	v.ear = d.listen(TopicVisitor(v.ID))
	d.VisitorCame(context.Background(), v.Visitor)
	d.settle()
}

// shut closes it.
func (d *desk) shut(v *visitor) {
	d.t.Helper()
	d.VisitorLeft(context.Background(), v.Visitor)
	d.settle()
}

// visitor makes a visitor who has a tab open.
func (d *desk) visitor() *visitor {
	d.t.Helper()
	visitors++
	v := &visitor{Visitor: models.Visitor{SiteID: d.site.ID, TokenHash: []byte(strconv.Itoa(visitors))}}
	must(d.t, d.account.CreateVisitor(context.Background(), &v.Visitor))
	d.known = append(d.known, v)
	d.tab(v)
	return v
}

// sent is everything a visitor was sent until now.
func (d *desk) sent(v *visitor) []map[string]any {
	d.t.Helper()
	d.settle()
	v.marks++
	d.hub.Publish(fmt.Appendf(nil, `{"t":"mark","n":%d}`, v.marks), TopicVisitor(v.ID)) // behind all of it
	return v.ear.await(d.t, func(f map[string]any) bool { return f["t"] == "mark" && f["n"] == float64(v.marks) })
}

// times is how many frames of a sort a visitor was sent until now.
func (d *desk) times(v *visitor, fits func(map[string]any) bool) (n int) {
	d.t.Helper()
	for _, f := range d.sent(v) {
		if fits(f) {
			n++
		}
	}
	return n
}

// place is what a visitor was told last of theirs, 0 for nothing.
func (d *desk) place(v *visitor) (number int) {
	d.t.Helper()
	for _, f := range d.sent(v) {
		if f["t"] == "queue" {
			number = int(f["position"].(float64))
		}
	}
	return number
}
