#!/bin/sh
# Stands for systemctl where systemd does not run: the commands for httpd that the pages use.
# It prints what systemctl prints, and starts and stops httpd as Debian's apache2.service does.
action=$1
pid=/run/apache2/apache2.pid

fail() {
  echo "Job for apache2.service failed because the control process exited with error code."
  echo 'See "systemctl status apache2.service" and "journalctl -xeu apache2.service" for details.'
  exit 1
} >&2

stop() {
  [ -e $pid ] || return 0
  old=$(cat $pid)
  apache2ctl graceful-stop >/dev/null 2>&1
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$old" 2>/dev/null || return 0
    sleep 0.5
  done
  kill -9 "$old"
}

is_active() {
  [ -e $pid ] && [ -d "/proc/$(cat $pid)" ]
}

# httpd writes its process id after the command has ended. systemd waits for it, too.
start() {
  apache2ctl start >/dev/null 2>&1 || fail
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    ! is_active || return 0
    sleep 0.5
  done
  fail
}

case "$action $2" in
  "start apache2") start ;;
  "stop apache2") stop ;;
  "restart apache2") stop; start ;;
  "reload apache2") apache2ctl graceful >/dev/null 2>&1 || fail ;;
  "is-active apache2")
    if is_active; then echo active; else echo failed; exit 3; fi ;;
  *) echo "systemctl $*: not known here" >&2; exit 4 ;;
esac
