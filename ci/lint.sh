#!/bin/sh
# Installs apachestaple from this checkout and runs apachestaple lint. action.yml and ci/gitlab.yml run this.
#
# APACHESTAPLE_PATHS     what to lint, one path on each line (default: .)
# APACHESTAPLE_FORMAT    format of the report on standard output (default: text)
# APACHESTAPLE_REPORT    also write a report to this file, in the format APACHESTAPLE_REPORT_FORMAT
# APACHESTAPLE_FAIL_ON   lowest severity that makes the job fail (default: warning)
# APACHESTAPLE_BASELINE  baseline of known findings
# APACHESTAPLE_CONFIG    settings file; without it none is read, because a change could contain one
# APACHESTAPLE_PYTHON    Python 3.11 or newer (default: python3)
# APACHESTAPLE_VENV      virtual environment; an existing one is used as it is (default: a new one)
set -euf

checkout=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
venv=${APACHESTAPLE_VENV:-}
if [ -z "$venv" ]; then
  venv=$(mktemp -d)
  trap 'rm -rf -- "$venv"' EXIT
fi
if [ ! -x "$venv/bin/apachestaple" ]; then
  "${APACHESTAPLE_PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$checkout"
fi

lint() {
  format=$1
  shift
  if [ -n "${APACHESTAPLE_CONFIG:-}" ]; then
    set -- --config "$APACHESTAPLE_CONFIG" "$@"
  else
    set -- --isolated "$@"
  fi
  if [ -n "${APACHESTAPLE_BASELINE:-}" ]; then
    set -- --baseline "$APACHESTAPLE_BASELINE" "$@"
  fi
  set -- "$@" --certificates available --fail-on "${APACHESTAPLE_FAIL_ON:-warning}" --format "$format" --
  before=$IFS
  IFS='
'
  # shellcheck disable=SC2086  (split at line ends; no pattern is expanded)
  set -- "$@" ${APACHESTAPLE_PATHS:-.}
  IFS=$before
  "$venv/bin/apachestaple" lint "$@"
}

if [ -n "${APACHESTAPLE_REPORT:-}" ]; then
  # The exit code is that of the run below.
  lint "${APACHESTAPLE_REPORT_FORMAT:-sarif}" --exit-zero --output "$APACHESTAPLE_REPORT" 2>/dev/null || true
fi
lint "${APACHESTAPLE_FORMAT:-text}"
