#!/usr/bin/env bash
# Prints the connection string with which the Go tests use PostgreSQL as well, or nothing when there
# is none; which databases are tested it says on stderr. In CI (CI=true) PostgreSQL must be there.
set -euo pipefail

local_dsn="host=127.0.0.1 port=5432 user=postgres dbname=postgres sslmode=disable"

answers() {
  if command -v psql >/dev/null; then
    PGCONNECT_TIMEOUT=3 psql -w -X -q -c 'select 1' "$local_dsn" >/dev/null 2>&1 </dev/null
  else
    (exec 3<>/dev/tcp/127.0.0.1/5432) 2>/dev/null
  fi
}

if [ -n "${FOYER_TEST_POSTGRES:-}" ]; then
  echo "databases tested: SQLite, PostgreSQL (FOYER_TEST_POSTGRES)" >&2
  echo "$FOYER_TEST_POSTGRES"
elif answers; then
  echo "databases tested: SQLite, PostgreSQL (127.0.0.1:5432)" >&2
  echo "$local_dsn"
elif [ "${CI:-}" = true ]; then
  echo "In CI the tests need PostgreSQL: none lets user postgres in on 127.0.0.1:5432; start one or set FOYER_TEST_POSTGRES" >&2
  exit 1
else
  echo "databases tested: SQLite only (no PostgreSQL lets user postgres in on 127.0.0.1:5432; or set FOYER_TEST_POSTGRES)" >&2
fi
