"""What fix writes is reloaded by a running httpd, which lives on and staples as predicted."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.fix.activation import control_of
from apachestaple.fix.steps.purpose import Goal, Purpose
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.reloads import reload_problem
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.remedy import Remedy
from tests.command.run import run
from tests.lab.caches import CacheServer
from tests.lab.handshake import Handshake, handshake
from tests.lab.processes import wait_until
from tests.reload_kinds import ALONE, DBM, HOPELESS, KINDS, PLAIN, SERVER_LISTS, STAPLES, Kind

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from apachestaple.mod_ssl.site import Site
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

RELOAD = "To apply the changes, reload httpd: apachectl graceful\n"
GRACEFUL, RESTART = signal.SIGUSR1, signal.SIGHUP
RELOADS = pytest.mark.parametrize("how", [GRACEFUL, RESTART], ids=["graceful", "restart"])


@dataclass
class Trial:
    """A running httpd, and fix for its configuration."""

    httpd: Httpd
    state: Path

    @property
    def main(self) -> str:
        return str(self.httpd.root / "httpd.conf")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``apachestaple`` on its configuration."""
        command, *options = arguments
        environment = {"XDG_STATE_HOME": str(self.state), "NO_COLOR": "1"}
        return run(command, self.main, *options, env=environment)

    @property
    def site(self) -> Path:
        """The file that its main file includes."""
        return self.httpd.root / "site.conf"

    def understood(self) -> Site:
        return understand(read(locate(self.main, Options())))

    def texts(self) -> list[str]:
        """The lines of both files."""
        return [*Path(self.main).read_text().splitlines(), *self.site.read_text().splitlines()]

    def remedies(self, arguments: tuple[str, ...]) -> set[type[Remedy]]:
        """The classes of remedies that fix with these arguments is to apply."""
        site = self.understood()
        asked = (*arguments, "", "")[:2]
        purpose = next((each for each in Purpose if asked[0] == f"--{each}"), Purpose.REPAIR)
        goal = Goal(purpose, proxy=asked[1] or None)
        found = (finding.remedy for finding in lint([site], all_rules()).findings)
        return {type(remedy) for remedy in (*goal.remedies(site), *filter(None, found))}

    def predicted(self) -> dict[str, bool]:
        """For each host whether its clients get a staple, as ``hosts`` says."""
        shown: list[dict[str, Any]] = json.loads(self.run("hosts", "--format", "json").stdout)
        return {host["name"].rpartition(":")[0]: host["staples"] for host in shown}

    def expect(self, expected: dict[str, bool]) -> None:
        """Whether clients of each host get a good staple, the second time that they ask.

        mod_md has to fetch a response first, and a child of before may serve for a moment.
        """
        found: dict[str, bool] = {}

        def as_expected() -> bool:
            for name in expected:
                self.connect(name)
                found[name] = self.connect(name).good
            return found == expected

        assert wait_until(as_expected, 10), found

    def connect(self, name: str) -> Handshake:
        return handshake(self.httpd.port, name)


@pytest.fixture
def trial(lab: Lab, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Trial]:
    """An httpd that runs with the configuration of the test's ``kind``."""
    kind: Kind = request.getfixturevalue("kind")
    with lab.httpd(kind.running, without=kind.without, files=kind.files) as httpd:
        assert httpd.start()
        yield Trial(httpd, tmp_path)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_running_httpd_reloads_every_kind_of_repair(trial: Trial, kind: Kind) -> None:
    if kind.broken:
        trial.httpd.configure(kind.broken)
    assert kind.remedy in trial.remedies(kind.arguments)
    before = trial.texts()
    done = trial.run("fix", *kind.arguments)
    assert any(line.startswith(kind.change) for line in unified_diff(before, trial.texts()))
    assert RELOAD in done.stdout
    assert trial.httpd.configtest().accepted
    expected = trial.predicted() if kind.is_answered else {"www.example.com": False}
    for how in (GRACEFUL, RESTART, GRACEFUL):
        assert trial.httpd.reload(how)
        trial.expect(expected)
    assert "AH00052" not in trial.httpd.log


def test_every_remedy_is_of_some_kind() -> None:
    """Whoever adds a remedy adds a kind."""

    def classes(above: type[Remedy]) -> Iterator[type[Remedy]]:
        for each in above.__subclasses__():
            yield from classes(each)
            if not each.__name__.startswith("_"):
                yield each

    assert {kind.remedy for kind in KINDS} == set(classes(Remedy))


@pytest.mark.parametrize(
    "kind", [Kind("", None, running) for running in (STAPLES, DBM)], ids=["shmcb", "dbm"]
)
@pytest.mark.parametrize("option", ["--disable", "--use-mod-md"])
def test_the_cache_of_a_running_httpd_stays(trial: Trial, option: str, kind: Kind) -> None:
    done = trial.run("fix", option)
    cache = kind.running.partition("\n")[0]
    left = trial.site.read_text()
    assert cache in left
    assert "SSLUseStapling" not in left
    said = done.stdout.partition("Refusals:\n")[2]
    assert f"{trial.site} line {left.splitlines().index(cache) + 1}: SSLStaplingCache stays" in said
    assert "stop httpd (apachectl stop), remove the line, and start httpd (apachectl start)" in said
    # That way, httpd lives; and nothing is left to be said.
    trial.httpd.stop()
    trial.site.write_text(left.replace(cache, ""))
    assert trial.httpd.start()
    assert "stays" not in trial.run("fix", option).stdout


@pytest.mark.parametrize(
    "argument", ["shmcb:logs/stapling(12345)", "SHMCB:logs/stapling(131072)", "shmcb:x(128k)"]
)
def test_a_cache_with_which_httpd_does_not_start_is_removed(
    lab: Lab, tmp_path: Path, argument: str
) -> None:
    with lab.httpd(f"SSLStaplingCache {argument}\n{ALONE}") as httpd:
        done = Trial(httpd, tmp_path).run("fix", "--disable")
        # The httpd that runs, if one does, has an earlier configuration.
        assert "Do not reload it" in done.stdout
        assert "SSLStaplingCache" not in (httpd.root / "site.conf").read_text()
        assert httpd.start()


NEW_TO_MOD_MD = Kind("", None, STAPLES)


@RELOADS
@pytest.mark.parametrize("kind", [NEW_TO_MOD_MD], ids=[""])
def test_a_new_mod_md_staples_after_a_stop_and_start(
    trial: Trial, how: signal.Signals, kind: Kind
) -> None:
    assert "LoadModule md_module" not in kind.running
    done = trial.run("fix", "--use-mod-md")
    assert (
        "stop and start httpd: apachectl stop, then apachectl start. A reload is not enough: mod_md"
    ) in done.stdout
    assert trial.httpd.reload(how)
    trial.expect({"www.example.com": False})
    trial.httpd.stop()
    assert trial.httpd.start()
    trial.expect({"www.example.com": True})


@RELOADS
@pytest.mark.parametrize("kind", [Kind("", None, PLAIN)], ids=[""])
def test_a_cache_that_undo_takes_away_is_said_to_need_a_stop_and_start(
    trial: Trial, how: signal.Signals, kind: Kind
) -> None:
    trial.run("fix")
    assert trial.httpd.reload(how)
    trial.expect({"www.example.com": True})
    done = trial.run("fix", "--undo")
    assert trial.site.read_text() == trial.httpd.with_lab_ports(kind.running)
    assert (
        "Do not reload it, not even with apachectl restart: SSLStaplingCache was removed"
        in done.stdout
    )
    # It uses memory that it has freed; what that contains depends even on the length of paths.
    assert not all(trial.httpd.reload(how) for _ in range(5)), "httpd exits or crashes"
    assert trial.httpd.start()
    trial.expect({"www.example.com": False})


@pytest.mark.parametrize("kind", [Kind("", None, STAPLES + HOPELESS)], ids=[""])
def test_an_undo_that_httpd_can_reload_says_so(trial: Trial, kind: Kind) -> None:
    trial.run("fix")
    done = trial.run("fix", "--undo", "--configtest", "never")
    assert RELOAD in done.stdout
    assert trial.site.read_text() == trial.httpd.with_lab_ports(kind.running)
    assert trial.httpd.reload(GRACEFUL)
    trial.expect({"www.example.com": True, "hopeless.example.com": False})


CHANGES = (
    *(("shmcb", new) for new in ("dbm", "redis", "none")),
    *(("dbm", new) for new in ("shmcb", "memcache", "none")),
    *(("redis", new) for new in ("shmcb", "dbm", "memcache")),
    ("memcache", "shmcb"),
    *(("none", new) for new in ("shmcb", "redis")),
)


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_which_changes_of_the_cache_httpd_can_reload(
    lab: Lab, tmp_path: Path, old: str, new: str
) -> None:
    with (
        CacheServer("redis", lab.folder) as redis,
        CacheServer("memcache", lab.folder) as memcache,
    ):
        caches = {
            "shmcb": STAPLES,
            "dbm": DBM,
            "redis": f"SSLStaplingCache redis:{redis.address}\n{ALONE}",
            "memcache": f"SSLStaplingCache memcache:{memcache.address}\n{ALONE}",
            "none": PLAIN,
        }
        with lab.httpd(SERVER_LISTS + caches[old]) as httpd:
            trial = Trial(httpd, tmp_path)
            assert httpd.start()
            trial.expect({"www.example.com": old != "none"})
            before = trial.understood()
            httpd.configure(SERVER_LISTS + caches[new])
            problem = reload_problem(before, trial.understood())
            lives = httpd.reload(GRACEFUL)
            serves = lives and trial.connect("www.example.com").connected
            assert (lives and serves) == (problem is None)
            assert lives == (new != "none")
            httpd.stop()
            assert httpd.start()
            trial.expect({"www.example.com": new != "none"})


def test_a_provider_that_fix_changes_is_said_to_need_a_stop_and_start(
    lab: Lab, tmp_path: Path
) -> None:
    with CacheServer("redis", lab.folder) as redis:
        running = f"{SERVER_LISTS}SSLStaplingCache redis:{redis.address}\n{ALONE}"
        with lab.httpd(running) as httpd:
            trial = Trial(httpd, tmp_path)
            assert httpd.start()
            trial.expect({"www.example.com": True})
            httpd.configure(running.replace(redis.address, ""))
            shown = trial.run("fix", "--diff")
            done = trial.run("fix")
            for said in (shown.stderr, done.stdout):
                assert "Do not reload it" in said
                assert "SSLStaplingCache changes from redis to shmcb" in said
            assert httpd.reload(GRACEFUL)
            assert not trial.connect("www.example.com").connected
            assert wait_until(lambda: "AH00052" in httpd.log, 10)
            httpd.stop()
            assert httpd.start()
            trial.expect({"www.example.com": True})


@pytest.mark.parametrize(
    ("main", "line", "reload", "stop_and_start"),
    [
        (
            "etc/apache2/apache2.conf",
            "",
            "systemctl reload apache2",
            "systemctl restart apache2",
        ),
        (
            "etc/apache2-two/apache2.conf",
            "",
            "systemctl reload apache2@two",
            "systemctl restart apache2@two",
        ),
        ("etc/httpd/conf/httpd.conf", "", "systemctl reload httpd", "systemctl restart httpd"),
        (
            "etc/apache2/httpd.conf",
            "ServerRoot /var/www",
            "rc-service apache2 reload",
            "rc-service apache2 restart",
        ),
        (
            "usr/local/etc/apache24/httpd.conf",
            "",
            "service apache24 reload",
            "service apache24 restart",
        ),
        (
            "opt/lampp/etc/httpd.conf",
            "",
            "/opt/lampp/lampp reloadapache",
            "/opt/lampp/lampp stopapache, then /opt/lampp/lampp startapache",
        ),
        (
            "usr/local/apache2/conf/httpd.conf",
            "",
            "/usr/local/apache2/bin/apachectl graceful",
            "/usr/local/apache2/bin/apachectl stop, then /usr/local/apache2/bin/apachectl start",
        ),
        ("srv/web.conf", "", "apachectl graceful", "apachectl stop, then apachectl start"),
    ],
)
def test_the_commands_are_those_of_the_distribution(
    tmp_path: Path, main: str, line: str, reload: str, stop_and_start: str
) -> None:
    path = tmp_path / main
    path.parent.mkdir(parents=True)
    path.write_text(f"{line}\n")
    control = control_of(str(path))
    assert (control.reload, control.stop_and_start) == (reload, stop_and_start)
