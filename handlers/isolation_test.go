package handlers

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// The isolation matrix: every route and every frame, as nobody, as another tenant, as a colleague.
// A route or frame without a row fails the test, so a new one can't be forgotten.

// routeRow says what a route answers to whom. In route and body, {conv} is a conversation of tea's anna
// and {seq} her note, {file} was sent there, {ben} and {department} are tea's, too.
type routeRow struct {
	route   string
	body    any
	nobody  int
	foreign int // the owner of another tenant, who may do there whatever can be done
	other   int // anna's colleague, who is no supervisor
}

func routeMatrix() []routeRow {
	line := map[string]any{"cid": "x", "text": "x"}
	return []routeRow{
		{"GET /healthz", nil, 200, 200, 200},
		{"GET /readyz", nil, 200, 200, 200},
		{"GET /ws/visitor", nil, 426, 426, 426},
		{"GET /ws/agent", nil, 426, 426, 426},
		{"GET /", nil, 303, 200, 200},
		{"GET /login", nil, 200, 303, 303},
		{"POST /login", nil, 401, 401, 401},
		{"GET /widget/panel", nil, 404, 404, 404},
		{"GET /nowhere", nil, 404, 404, 404},
		{"POST /nowhere", nil, 404, 404, 404},
		{"POST /api/v1/session", map[string]any{"email": "x", "password": "x"}, 401, 401, 401},
		{"GET /api/v1/me", nil, 401, 200, 200},
		{"PUT /api/v1/me/availability", map[string]any{"status": "online"}, 401, 200, 200},
		{"PUT /api/v1/me/accepting", map[string]any{"accepting": true}, 401, 200, 200},
		{"POST /api/v1/me/active", nil, 401, 200, 200},
		{"PUT /api/v1/me/password", map[string]any{"current": "x", "new": "x"}, 401, 403, 403},
		{"GET /api/v1/agents", nil, 401, 200, 200},
		{"GET /api/v1/board", nil, 401, 200, 200},
		{"GET /api/v1/departments", nil, 401, 200, 200},
		{"POST /api/v1/departments", map[string]any{"name": "x"}, 401, 201, 403},
		{"GET /api/v1/departments/{department}", nil, 401, 404, 200},
		{"PUT /api/v1/departments/{department}", map[string]any{"name": "x"}, 401, 404, 403},
		{"PUT /api/v1/departments/{department}/members/{ben}", map[string]any{"tier": "last"}, 401, 404, 403},
		{"DELETE /api/v1/departments/{department}/members/{ben}", nil, 401, 404, 403},
		{"PUT /api/v1/agents/{ben}/limit", map[string]any{"limit": 1}, 401, 404, 403},
		{"GET /api/v1/routing", nil, 401, 200, 200},
		{"PUT /api/v1/routing", map[string]any{"return_to_last": true}, 401, 200, 403},
		{"GET /api/v1/conversations", nil, 401, 200, 200},
		{"GET /api/v1/conversations/{conv}", nil, 401, 404, 200},
		{"GET /api/v1/conversations/{conv}/messages", nil, 401, 404, 200},
		{"POST /api/v1/conversations/{conv}/messages", line, 401, 404, 409},
		{"PATCH /api/v1/conversations/{conv}/messages/{seq}", map[string]any{"text": "x"}, 401, 404, 403},
		{"DELETE /api/v1/conversations/{conv}/messages/{seq}", nil, 401, 404, 403},
		{"POST /api/v1/conversations/{conv}/take", nil, 401, 404, 409},
		{"POST /api/v1/conversations/{conv}/transfer", map[string]any{"agent": "{ben}"}, 401, 404, 403},
		{"POST /api/v1/conversations/{conv}/close", nil, 401, 404, 403},
		{"POST /api/v1/conversations/{conv}/accept", nil, 401, 404, 409},
		{"POST /api/v1/conversations/{conv}/decline", nil, 401, 404, 409},
		{"POST /api/v1/conversations/{conv}/invite", map[string]any{"agent": "{ben}"}, 401, 404, 403},
		{"DELETE /api/v1/conversations/{conv}/guests/{ben}", nil, 401, 404, 404}, // ben is none
		{"PUT /api/v1/conversations/{conv}/priority", map[string]any{"priority": 0}, 401, 404, 200},
		{"GET /api/v1/conversations/{conv}/routing", nil, 401, 404, 403},
		{"POST /api/v1/uploads", nil, 401, 400, 400}, // what is in the form: TestIsolationOfFiles
		{"GET /api/v1/files/{file}", nil, 401, 404, 200},
		{"POST /api/v1/files/{file}/link", nil, 401, 401, 401}, // for visitors only
		{"DELETE /api/v1/session", nil, 401, 204, 204},         // the last: it ends the session
		{"GET /api/v1/openapi.json", nil, 200, 200, 200},
		{"GET /api/v1/openapi-3.0.json", nil, 200, 200, 200},
		{"GET /api/v1/openapi.yaml", nil, 200, 200, 200},
		{"GET /api/v1/openapi-3.0.yaml", nil, 200, 200, 200},
	}
}

// secrets are words of tea's that nobody else may ever be sent.
var secrets = []string{"Lapsang", "Darjeeling", "Agatha", "anna@tea.test"}

// world is two tenants; in the first, anna has a conversation with a visitor.
func world(s *server) (conv string, tea tenant, visitorToken string) {
	tea = s.tenant("tea", 4, "anna", "ben", "owner")
	s.tenant("oil", 4, "eve", "owner")
	anna := s.signIn("anna@tea.test")
	desk := anna.agent()
	visitor, token := s.visitor("tea")
	visitor.say(map[string]any{
		"t": "start", "id": "1", "cid": "c1", "text": "Lapsang, please",
		"fields": map[string]string{"name": "Agatha", "email": "agatha@tea.test"},
	})
	conv = visitor.await("event", "kind", "assigned")["conv"].(string)
	desk.say(map[string]any{"t": "send", "conv": conv, "cid": "n1", "text": "She means Darjeeling", "note": true})
	desk.await("ack")
	return conv, tea, token
}

func TestIsolationOfRoutes(t *testing.T) {
	s := startServer(t, nil)
	conv, tea, token := world(s)
	file := s.sentFile(conv, token)
	rows := routeMatrix()
	checkRoutesHaveRows(t, s, rows)
	fill := strings.NewReplacer("{conv}", conv, "{seq}", "4", "{file}", file, // the fourth is anna's note
		"{ben}", tea.agents["ben"].PublicID, "{department}", tea.support.PublicID)
	before := s.state(conv)
	foreign, ben := s.signIn("owner@oil.test"), s.signIn("ben@tea.test")
	for _, row := range rows {
		method, path, _ := strings.Cut(row.route, " ")
		place := placeholder.FindString(path)
		path = fill.Replace(path)
		var body any
		if row.body != nil {
			text, err := json.Marshal(row.body)
			must(t, err)
			body = json.RawMessage(fill.Replace(string(text)))
		}
		for who, c := range map[string]*client{"nobody": s.anonymous(), "foreign": foreign, "other": ben} {
			want := map[string]int{"nobody": row.nobody, "foreign": row.foreign, "other": row.other}[who]
			res, text := c.send(method, path, body)
			if s.web.Assets.Built() == false && path == "/" && want == 200 {
				want = 503
			}
			if res.StatusCode != want {
				t.Errorf("%s as %s: %d, want %d: %s", row.route, who, res.StatusCode, want, text)
			}
			if who != "other" {
				noSecrets(t, row.route+" as "+who, text)
			}
		}
		if place != "" && row.foreign == 404 {
			sameAsUnknown(t, foreign, method, path, fill.Replace(place), body)
		}
	}
	if after := s.state(conv); !reflect.DeepEqual(before, after) {
		t.Errorf("something was changed:\n%v\n%v", before, after)
	}
}

// placeholder stands for an id in a row of the matrix, as :id does in Fiber's routes.
var placeholder = regexp.MustCompile(`\{\w+\}|:\w+`)

// sameAsUnknown checks that what isn't yours is answered to the letter like what doesn't exist.
func sameAsUnknown(t *testing.T, c *client, method, path, id string, body any) {
	t.Helper()
	_, theirs := c.send(method, path, body)
	_, nothing := c.send(method, strings.Replace(path, id, "01ARZ3NDEKTSV4RRFFQ69G5FAV", 1), body)
	if theirs != nothing {
		t.Errorf("%s %s: somebody else's %q, unknown %q", method, path, theirs, nothing)
	}
}

func noSecrets(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("%s: %q got out: %s", where, secret, text)
		}
	}
}

func checkRoutesHaveRows(t *testing.T, s *server, rows []routeRow) {
	t.Helper()
	known := map[string]bool{}
	for _, row := range rows {
		known[placeholder.ReplaceAllString(row.route, "{}")] = true
	}
	var missing []string
	for _, r := range s.web.App().GetRoutes(true) {
		if r.Method != fiber.MethodHead && !known[placeholder.ReplaceAllString(r.Method+" "+r.Path, "{}")] {
			missing = append(missing, r.Method+" "+r.Path)
		}
	}
	sort.Strings(missing)
	for _, m := range missing {
		t.Errorf("%s has no row in the isolation matrix", m)
	}
}

// state is everything the owner of tea can see of a conversation, and of how the queues are arranged.
func (s *server) state(conv string) []any {
	owner := s.signIn("owner@tea.test")
	var state []any
	for _, path := range []string{"conversations/" + conv, "conversations/" + conv + "/messages", "departments", "routing", "agents"} {
		state = append(state, owner.call("GET", "/api/v1/"+path, nil))
	}
	return state
}

func TestIsolationOfVisitorFrames(t *testing.T) {
	s := startServer(t, nil)
	conv, _, _ := world(s)
	before := s.state(conv)
	rows := map[string]map[string]any{
		"send":     {"cid": "x", "text": "x"},
		"received": {"seq": 1},
		"read":     {"seq": 1},
		"typing":   {"text": "x"},
		"get":      {"id": "x", "after": 0},
		"edit":     {"id": "x", "seq": 2, "text": "x"},
		"delete":   {"id": "x", "seq": 2},
		"end":      {"id": "x"},
		"start":    nil, // names no conversation
		"page":     nil, // nor this
	}
	for name := range visitorFrames {
		if _, ok := rows[name]; !ok {
			t.Errorf("the frame %s of visitors has no row in the isolation matrix", name)
		}
	}
	for _, site := range []string{"tea", "oil"} {
		for name, frame := range rows {
			if frame == nil {
				continue
			}
			p, _ := s.visitor(site)
			frame["t"], frame["conv"] = name, conv
			p.say(frame)
			answer := p.await("err")
			if answer["code"] != "not_found" {
				t.Errorf("%s by another visitor of %s: %v", name, site, answer)
			}
			text, _ := json.Marshal(append(p.seen, answer))
			noSecrets(t, name, string(text))
		}
		p, _, err := s.dial("/ws/visitor?site="+site, http.Header{"Origin": {s.base}})
		must(t, err)
		p.say(map[string]any{"t": "hello", "conv": conv, "after": 0})
		if w := p.await("welcome"); w["conv"] != nil {
			t.Errorf("hello of a new visitor of %s with somebody's conversation: %v", site, w)
		}
	}
	if after := s.state(conv); !reflect.DeepEqual(before, after) {
		t.Errorf("the conversation was changed:\n%v\n%v", before, after)
	}
}

func TestVisitorTokenIsWorthNothingOnAnotherSite(t *testing.T) {
	s := startServer(t, nil)
	_, _, token := world(s)
	p, _, err := s.dial("/ws/visitor?site=oil", http.Header{"Origin": {s.base}})
	must(t, err)
	p.say(map[string]any{"t": "hello", "token": token})
	if code := p.closed(); code != closeUnknownVisitor {
		t.Errorf("closed with %d", code)
	}
}

func TestIsolationOfAgentFrames(t *testing.T) {
	s := startServer(t, nil)
	conv, _, _ := world(s)
	before := s.state(conv)
	eve := s.signIn("eve@oil.test")
	rows := map[string]map[string]any{
		"send":     {"cid": "x", "text": "x"},
		"received": {"seq": 1},
		"read":     {"seq": 1},
		"typing":   {},
		"get":      {"id": "x", "after": 0},
		"watch":    {"id": "x"},
		"unwatch":  {"id": "x"},
	}
	for name := range agentFrames {
		if _, ok := rows[name]; !ok {
			t.Errorf("the frame %s of agents has no row in the isolation matrix", name)
		}
	}
	for name, frame := range rows {
		if frame == nil {
			continue
		}
		p := eve.agent()
		frame["t"], frame["conv"] = name, conv
		p.say(frame)
		answer := p.await("err")
		if answer["code"] != "not_found" {
			t.Errorf("%s by another tenant: %v", name, answer)
		}
	}
	p, _, err := s.dial("/ws/agent", http.Header{"Origin": {s.base}, "Cookie": {eve.cookie}})
	must(t, err)
	p.say(map[string]any{"t": "hello", "after": map[string]int{conv: 0}})
	p.await("welcome")
	p.say(map[string]any{"t": "get", "id": "end", "conv": conv})
	p.await("err", "id", "end")
	text, _ := json.Marshal(p.seen)
	noSecrets(t, "hello", string(text))
	if len(p.seen) > 1 { // at most her own presence
		t.Errorf("eve heard %s", text)
	}
	if after := s.state(conv); !reflect.DeepEqual(before, after) {
		t.Errorf("the conversation was changed:\n%v\n%v", before, after)
	}
}

func TestForbiddenFieldsChangeNothing(t *testing.T) {
	s := startServer(t, nil)
	conv, _, token := world(s)
	before := s.state(conv)
	p, _ := s.comeBack("tea", token, conv, 0)
	p.say(map[string]any{
		"t": "send", "conv": conv, "cid": "c9", "text": "mine", "note": true, "kind": "assigned", "seq": 1,
		"from": map[string]string{"type": "agent"}, "account_id": 2, "owner": "me",
	})
	p.await("ack", "cid", "c9")
	e := p.await("event", "cid", "c9")
	if e["kind"] != "message" || e["from"].(map[string]any)["type"] != "visitor" {
		t.Errorf("the visitor wrote %v", e)
	}
	was, is := before[0].(map[string]any), s.state(conv)[0].(map[string]any)
	for _, field := range []string{"owner", "state", "fence", "site", "department"} {
		if !reflect.DeepEqual(was[field], is[field]) {
			t.Errorf("%s: %v, then %v", field, was[field], is[field])
		}
	}
}
