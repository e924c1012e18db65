#!/usr/bin/env bash
# See that the programs which some tests drive are there: Chromium, LibreOffice Calc, nginx, and
# PostgreSQL with pgvector.
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
  has nginx /usr/sbin/nginx || missing+=(nginx-light)
  compgen -G '/usr/share/postgresql/*/extension/vector.control' > /dev/null \
    || missing+=(postgresql-17-pgvector)
}

find_missing
if ((${#missing[@]})) && [[ $(id -u) == 0 ]] && has apt-get; then
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  # Tests start servers of their own; without these settings, the packages start some, too.
  mkdir -p /etc/postgresql-common
  [[ -e /etc/postgresql-common/createcluster.conf ]] \
    || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
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
