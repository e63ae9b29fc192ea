#!/bin/sh
# The service manager of one server: `service.sh ROOT run`, and `service.sh ROOT reload|restart`.
#
# `run` starts httpd for each line in the pipe ROOT/starts, and waits until it ends. So httpd is in
# the process group of `run`, and ends with it.
root=$1
pid_file=$root/httpd.pid

running() { [ -s "$pid_file" ]; }

until_() { # whether a condition becomes true within ten seconds
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || return 1
    sleep 0.05
  done
}

stopped() { ! running; }
started() { running || [ -e "$root/failed" ]; }

start() {
  rm -f "$root/failed"
  echo start > "$root/starts"
  until_ started && running
}

case $2 in
run)
  exec 3<> "$root/starts"
  while read -r _ <&3; do
    /usr/sbin/apache2 -f "$root/httpd.conf" -DFOREGROUND 3<&-
    rm -f "$pid_file"
    touch "$root/failed"
  done
  ;;
reload)
  running || { echo 'httpd is not running' >&2; exit 1; }
  kill -USR1 "$(cat "$pid_file")"
  ;;
restart)
  running && kill -TERM "$(cat "$pid_file")"
  until_ stopped || { echo 'httpd does not stop' >&2; exit 1; }
  start || { echo 'httpd does not start' >&2; exit 1; }
  ;;
esac
