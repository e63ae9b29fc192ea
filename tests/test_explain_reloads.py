"""What explain makes of a reload that a running httpd does not survive."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.log.configured import with_configuration
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.rule import CACHE, tls_host
from tests.lab.caches import CacheServer
from tests.lab.handshake import handshake
from tests.lab.processes import wait_until
from tests.test_explain import problems

if TYPE_CHECKING:
    from apachestaple.mod_ssl.site import Site
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

STAPLES = tls_host("SSLUseStapling on")
REDIS = "LoadModule socache_redis_module modules/mod_socache_redis.so\n"
PARENT = "[Thu Nov 26 00:53:22.866163 2026] [{module}] [pid 7973:tid 7973] "


def line(module: str, text: str) -> str:
    return f"{PARENT.format(module=module)}{text}\n"


STARTED = line(
    "mpm_event:notice", "AH00489: Apache/2.4.68 configured -- resuming normal operations"
)
GRACEFUL = line("mpm_event:notice", "AH00493: SIGUSR1 received.  Doing graceful restart")
RESTART = line("mpm_event:notice", "AH00494: SIGHUP received.  Attempting to restart")
PREFORK = line("mpm_prefork:notice", "AH00171: Graceful restart requested, doing restart")
WORKER = line("mpm_worker:notice", "AH00298: SIGHUP received.  Attempting to restart")
TOO_SMALL = line("socache_shmcb:error", "AH00820: shared memory segment too small")
NO_MEMORY = line(
    "socache_shmcb:error",
    "(12)Cannot allocate memory: AH00819: Could not allocate shared memory segment for shmcb "
    "socache",
)
FATAL_SIZE = line("socache_shmcb:error", "AH00823: shared memory segment too small")
NOT_INITIALISED = line(
    "ssl:emerg", "AH01872: Could not initialize stapling cache. Exiting."
) + line("ssl:emerg", "AH02312: Fatal error initialising mod_ssl, exiting.")
NO_SESSIONS = line("ssl:emerg", "AH01874: Could not initialize session cache. Exiting.") + line(
    "ssl:emerg", "AH02312: Fatal error initialising mod_ssl, exiting."
)
CRASH = line("core:notice", "AH00052: child pid 8554 exit signal {} ({})")
FAULT = CRASH.format("Segmentation fault", 11)


# These logs were recorded: the freed memory decides what httpd logs, or whether it just crashes.
@pytest.mark.parametrize("reload", [GRACEFUL, RESTART, PREFORK, WORKER])
@pytest.mark.parametrize("reason", [TOO_SMALL, ""], ids=["AH00820", "AH01872"])
def test_a_cache_that_was_removed_is_named(reload: str, reason: str) -> None:
    (problem,) = problems(STARTED + reload + reason + NOT_INITIALISED)
    assert problem.meaning == (
        "httpd was reloaded without the SSLStaplingCache that it had, and used the freed cache; "
        "httpd exits at the reload"
    )
    assert problem.rule is None
    assert "AH02312" in problem.followed_by
    assert "while httpd is stopped" in (problem.repair or "")


def test_memory_that_is_missing_at_a_reload_is_probably_a_cache_that_was_removed() -> None:
    (problem,) = problems(STARTED + GRACEFUL + NO_MEMORY + NOT_INITIALISED)
    assert problem.followed_by == ("AH01872", "AH02312")
    assert "SSLStaplingCache was probably removed" in problem.meaning
    assert "If it is still there: Decrease the size" in (problem.repair or "")


@pytest.mark.parametrize(
    "log",
    [NO_MEMORY + NOT_INITIALISED, STARTED + GRACEFUL + STARTED + NO_MEMORY + NOT_INITIALISED],
)
def test_memory_that_is_missing_at_a_start_is_just_that(log: str) -> None:
    (problem,) = problems(log)
    assert "removed" not in problem.meaning
    assert "httpd does not start" in problem.meaning


@pytest.mark.parametrize("reload", [GRACEFUL, RESTART])
def test_an_httpd_that_ends_at_a_reload_without_a_message_may_lack_its_cache(reload: str) -> None:
    again = STARTED.replace("7973", "8100")
    (problem,) = problems(STARTED + reload + again)
    assert problem.meaning == (
        "httpd ended during a reload without a message, and was started again; a likely cause is "
        "that SSLStaplingCache was removed from its configuration"
    )
    assert problem.log_id == ("AH00493" if reload == GRACEFUL else "AH00494")
    # Problems of an earlier reload do not hide it.
    unprepared = line(
        "ssl:error", "AH02218: ssl_stapling_init_cert: no OCSP URI in certificate and"
    )
    assert len(problems(STARTED + reload + unprepared + STARTED + reload + again)) == 2
    # One that is still at it, or whose log was rotated, and one of two that run side by side.
    assert not problems(STARTED + reload)
    assert not problems(STARTED + reload + STARTED + again)
    assert not problems(STARTED + reload + again + STARTED)
    # One that says why it ends.
    failed = line(":emerg", "AH00020: Configuration Failed, exiting")
    assert not problems(STARTED + reload + failed + again)
    (problem,) = problems(STARTED + reload + TOO_SMALL + NOT_INITIALISED + failed + again)
    assert problem.log_id == "AH00820"


@pytest.mark.parametrize("how", [signal.SIGUSR1, signal.SIGHUP])
def test_a_cache_that_is_removed_from_a_running_httpd_is_named(
    lab: Lab, how: signal.Signals
) -> None:
    """Whether httpd crashes or exits with a message is decided by the memory that it has freed."""
    with lab.httpd(CACHE + STAPLES) as httpd:
        assert httpd.start()
        httpd.configure(tls_host())
        assert not httpd.reload(how)
        assert httpd.start()
        assert wait_until(lambda: httpd.log.count("AH00489") == 2, 10)
        log, after = httpd.log, understood(httpd)
    (problem,) = problems(log)
    assert "SSLStaplingCache" in problem.meaning
    assert problem.log_id in ("AH00493", "AH00494", "AH00819", "AH00820", "AH00823", "AH01872")
    assert with_configuration([problem], after) == [problem]


def test_the_cache_of_sessions_is_not_taken_for_that_of_stapling() -> None:
    (problem,) = problems(STARTED + GRACEFUL + TOO_SMALL + NO_SESSIONS)
    assert "or SSLSessionCache if AH01874 follows" in problem.meaning


def test_a_fatal_error_that_has_nothing_to_do_with_stapling_is_left_out() -> None:
    fatal = line("ssl:emerg", "AH02312: Fatal error initialising mod_ssl, exiting.")
    assert not problems(line("ssl:emerg", "AH01884: FIPS mode failed") + fatal)


def test_a_fatal_size_at_a_reload_is_still_a_fatal_size(lab: Lab) -> None:
    with lab.httpd(CACHE + STAPLES) as httpd:
        assert httpd.start()
        httpd.configure("SSLStaplingCache shmcb:logs/stapling(12345)\n" + STAPLES)
        assert not httpd.reload(signal.SIGUSR1)
        (problem,) = problems(httpd.log)
        assert (problem.log_id, problem.rule) == ("AH00823", "AS206")
        assert problem.followed_by == ("AH01872", "AH02312")


def understood(httpd: Httpd) -> Site:
    return understand(read(locate(str(httpd.root / "httpd.conf"), Options())))


def test_crashes_after_another_provider_are_led_to_the_cache(lab: Lab) -> None:
    with CacheServer("redis", lab.folder) as redis:
        cache = f"{REDIS}SSLStaplingCache redis:{redis.address}\n"
        with lab.httpd(cache + STAPLES) as httpd:
            assert httpd.start()
            assert handshake(httpd.port).good
            before = understood(httpd)
            httpd.configure(REDIS + CACHE + STAPLES)
            assert httpd.reload(signal.SIGUSR1)
            assert not handshake(httpd.port).connected
            assert wait_until(lambda: "AH00052" in httpd.log, 10)
            log, after = httpd.log, understood(httpd)
    (problem,) = problems(log)
    assert (problem.log_id, problem.rule, problem.count) == ("AH00052", None, 1)
    assert "from redis or memcache to shmcb or dbm" in problem.meaning
    assert "stop httpd and start it" in (problem.repair or "")
    (placed,) = with_configuration([problem], after)
    assert placed.place is not None
    assert placed.place.line == 2
    # With redis, or without stapling, it is something else.
    assert not with_configuration([problem], before)


def test_a_crash_for_another_reason_is_not_explained(lab: Lab) -> None:
    forced = tls_host("SSLUseStapling on", "SSLStaplingForceURL ocsp.example.com")
    with lab.httpd(CACHE + forced) as httpd:
        assert httpd.start()
        assert not handshake(httpd.port).connected
        assert wait_until(lambda: "AH00052" in httpd.log, 10)
        assert not problems(httpd.log)
    assert not problems(STARTED + FAULT)
    assert not problems(STARTED + GRACEFUL + STARTED + CRASH.format("Aborted", 6))
    assert not problems(STARTED + GRACEFUL.replace("7973", "8000") + FAULT)
    coredump = line(
        "core:notice",
        "AH00051: child pid 9 exit signal Segmentation fault (11), possible coredump in /tmp",
    )
    (problem,) = problems(STARTED + GRACEFUL + STARTED + coredump)
    assert problem.log_id == "AH00051"
