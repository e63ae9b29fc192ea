"""Messages of httpd's core and MPMs about reloads and crashes of child processes."""

from __future__ import annotations

from apachestaple.log.message import context, logged_by, problem

_RELOADS = "httpd begins a reload"
_RUNS = "httpd has started or reloaded"
_CONFIGURED = "%s configured -- resuming normal operations"
_GRACEFUL = "SIGUSR1 received.  Doing graceful restart"
_RESTART = "SIGHUP received.  Attempting to restart"

BEGINS_RELOAD = frozenset({"AH00493", "AH00494", "AH00297", "AH00298", "AH00171", "AH00173"})
RUNS = frozenset({"AH00489", "AH00292", "AH00163"})
FAILED = "AH00020"
OF_PROCESS = BEGINS_RELOAD | RUNS | {FAILED}
CRASHES = frozenset({"AH00051", "AH00052"})

SERVER = (
    *logged_by(
        "mpm_event",
        context("AH00493", _GRACEFUL, _RELOADS, ""),
        context("AH00494", _RESTART, _RELOADS, ""),
        context("AH00489", _CONFIGURED, _RUNS, ""),
    ),
    *logged_by(
        "mpm_worker",
        context("AH00297", _GRACEFUL, _RELOADS, ""),
        context("AH00298", _RESTART, _RELOADS, ""),
        context("AH00292", _CONFIGURED, _RUNS, ""),
    ),
    *logged_by(
        "mpm_prefork",
        context("AH00171", "Graceful restart requested, doing restart", _RELOADS, ""),
        context("AH00173", _RESTART, _RELOADS, ""),
        context("AH00163", _CONFIGURED, _RUNS, ""),
    ),
    # httpd logs it without a module.
    *logged_by("", context(FAILED, "Configuration Failed, exiting", "httpd exits", "")),
    # They count only after a reload. Otherwise, nothing connects a crash with stapling.
    *logged_by(
        "core",
        *(
            problem(
                number,
                text,
                "child processes of httpd crash after a reload ({signal}); they do so when a "
                "client requests a staple, if the reload changed the provider in SSLStaplingCache "
                "from redis or memcache to shmcb or dbm",
                None,
                "If the provider was changed, stop httpd and start it: systemctl restart does so, "
                "apachectl restart does not. If it was not changed, the crash has another cause.",
                names="_ signal number _",
            )
            for number, text in (
                ("AH00052", "child pid %ld exit signal %s (%d)"),
                ("AH00051", "child pid %ld exit signal %s (%d), possible coredump in %s"),
            )
        ),
    ),
)
