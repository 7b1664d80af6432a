#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests: $CHROMIUM, one that is installed, or, as root
# on Debian and its kin, one it installs (with a font for Chinese).
set -euo pipefail

find_chromium() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if [ -n "$candidate" ] && command -v "$candidate"; then
      return 0
    fi
  done
  return 1
}

find_chromium && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  {
    apt-get update -qq &&
      apt-get install -y -qq --no-install-recommends chromium fonts-wqy-microhei </dev/null
  } >&2
  find_chromium && exit 0
fi

echo "The browser tests need Chromium: install chromium or google-chrome, or set CHROMIUM to its path" >&2
exit 1
