#!/usr/bin/env bash
# See that the two programs which some tests drive are there: Chromium and LibreOffice Calc.
# As root on Debian they are installed; elsewhere one sentence names what is missing, and just the
# tests that need it are skipped. With CI=true a missing program is a failure.
set -euo pipefail

has() {
  local name
  for name in "$@"; do
    command -v "$name" > /dev/null && return 0
  done
  return 1
}

find_missing() {
  missing=()
  has chromium chromium-browser google-chrome || missing+=(chromium)
  has soffice libreoffice || missing+=(libreoffice-calc-nogui)
}

find_missing
if ((${#missing[@]})) && [[ $(id -u) == 0 ]] && has apt-get; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -qq -y --no-install-recommends "${missing[@]}" > /dev/null || true
  find_missing
fi
if ((${#missing[@]})); then
  if [[ ${CI:-} == true ]]; then
    echo "Missing for the tests: ${missing[*]}. Install them; with CI=true no test may be skipped." >&2
    exit 1
  fi
  echo "Missing: ${missing[*]}; the tests that need them are skipped." >&2
fi
