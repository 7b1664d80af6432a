#!/usr/bin/env bash
# check.sh go|node: says in one line what is missing to build Foyer, if anything is.
set -euo pipefail

fail() {
  echo "$1" >&2
  exit 1
}

# at_least 1.26.3 1.26: whether a dotted version is at least another.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$2" ]
}

case "${1:-}" in
  go)
    command -v go >/dev/null || fail "Go 1.26 or newer is needed: https://go.dev/dl/"
    version=$(go env GOVERSION 2>/dev/null) || fail "Go 1.26 or newer is needed, this one can't read go.mod: https://go.dev/dl/"
    version=${version#go}
    at_least "${version%%[!0-9.]*}" 1.26 || fail "Go 1.26 or newer is needed, this is $version: https://go.dev/dl/"
    read -r compiler _ <<<"$(go env CC)"
    command -v "$compiler" >/dev/null ||
      fail "A C compiler is needed for SQLite and '$compiler' isn't there: install gcc and libc6-dev (Debian), or run xcode-select --install (macOS)"
    ;;
  node)
    command -v node >/dev/null && command -v npm >/dev/null || fail "Node.js 20.19 or newer with npm is needed: https://nodejs.org/"
    version=$(node -p process.versions.node)
    at_least "$version" 20.19 || fail "Node.js 20.19 or newer is needed, this is $version: https://nodejs.org/"
    ;;
  *) fail "usage: check.sh go|node" ;;
esac
