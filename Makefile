# Everything a developer runs. `make help` lists it; `make` alone builds.

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run build test test-go test-web e2e chaos chaos-short fuzz schedules bench lint clean check-go check-node

# SQLite is written in C.
export CGO_ENABLED := 1

STAMP  := node_modules/.installed
BUNDLE := static/dist/manifest.json
# Folders too: their time changes when a file is removed.
SRC    := $(shell find build.mjs tsconfig.json widget static \( -type f -o -type d \) \
            -not -path 'static/dist*' -not -name '*.go' 2>/dev/null)

help: ## list these targets
	@awk -F ': .*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

run: build ## build, then serve the demo on http://localhost:8080
	./bin/foyer serve --demo

build: check-go $(BUNDLE) ## build the front end (when it changed) and bin/foyer
	go build -o bin/foyer .

test: test-go test-web e2e ## Go, TypeScript, browser: everything that needs no root

test-go: check-go ## gofmt, go vet, go test -race, on SQLite and, when it is there, PostgreSQL
	@unformatted=$$(find . -name '*.go' -not -path './node_modules/*' -exec gofmt -l {} +); \
	  if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:" $$unformatted >&2; exit 1; fi
	go vet ./...
	dsn=$$(.ci/postgres.sh) && FOYER_TEST_POSTGRES="$$dsn" go test -race ./...

test-web: $(STAMP) ## type check and unit tests of the front end
	npx --no-install tsc -p .
	npx --no-install vitest run

e2e: build ## browser tests on bin/foyer in Chromium; one file: make e2e T=e2e/talk.spec.ts
	chromium=$$(.ci/chromium.sh) && CHROMIUM="$$chromium" npx --no-install playwright test $(T)

bench: build ## measure bin/foyer against its yardsticks, about 6 minutes, Linux only: docs/performance.md
	go build -o bin/bench ./e2e/bench
	bin/bench $(B)

chaos: build ## every fault, 1,000 kills among them, about 14 minutes; one: make chaos F="power cut"
	.ci/chaos.sh
	go run ./e2e/chaos -only "$(F)"

chaos-short: build ## the faults that CI causes, in a minute
	.ci/chaos.sh
	go run ./e2e/chaos -short

fuzz: check-go ## fuzz the frames, the names of files and pictures, a minute each; longer: make fuzz FOR=1h
	go test ./handlers -run '^$$' -fuzz FuzzFrame -fuzztime $(or $(FOR),1m)
	go test ./handlers -run '^$$' -fuzz FuzzSaid -fuzztime $(or $(FOR),1m)
	go test ./models -run '^$$' -fuzz FuzzCleanFileName -fuzztime $(or $(FOR),1m)
	go test ./app/uploads -run '^$$' -fuzz FuzzRedraw -fuzztime $(or $(FOR),1m)

schedules: check-go ## race for the queue: 1,000,000 schedules of its rules, 10,000 on each database
	go test ./app/routing -run NoSchedule -v -timeout 1h -args -schedules=1000000
	dsn=$$(.ci/postgres.sh) && FOYER_TEST_POSTGRES="$$dsn" go test ./app/chat -run Racing -v -timeout 6h -args -schedules=10000

lint: check-go ## golangci-lint, the version pinned in .ci/lint
	go tool -modfile=.ci/lint/go.mod golangci-lint run

clean: ## remove what was built or installed here; data/ stays
	rm -rf bin node_modules e2e/.out
	find static/dist -mindepth 1 -not -name .gitkeep -delete

$(STAMP): package.json package-lock.json | check-node
	npm ci --ignore-scripts --no-audit --no-fund --prefer-offline
	@touch $@

$(BUNDLE): $(STAMP) $(SRC)
	node build.mjs
	@touch $@

check-go:
	@.ci/check.sh go

check-node:
	@.ci/check.sh node
