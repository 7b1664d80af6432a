#!/usr/bin/env bash
# Sees to the programs with which `make chaos` causes faults; as root on Debian and its kin it installs
# what is missing. Nothing is skipped: what can't be caused fails.
set -euo pipefail

# Program and the package that has it.
tools="strace:strace ip:iproute2 iptables:iptables mount:mount prlimit:util-linux"

missing() {
  local tool
  for tool in $tools; do
    command -v "${tool%%:*}" >/dev/null || echo "${tool##*:}"
  done
}

packages=$(missing)
[ -z "$packages" ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || {
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages </dev/null; } >&2
  packages=$(missing)
}
if [ -n "$packages" ]; then
  echo "make chaos needs these packages: $packages" >&2
  exit 1
fi
if [ "$(id -u)" != 0 ]; then
  echo "make chaos mounts, traces and makes network namespaces: it has to be run by root" >&2
  exit 1
fi
