"""The command as a shell sees it: exit codes, streams, and no traceback for anything."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.command.run import run
from tests.schemas import DUMP, HOSTS, LINT, RESPONDERS, RULES, checked

if TYPE_CHECKING:
    from collections.abc import Mapping

SSL = "LoadModule ssl_module modules/mod_ssl.so\nListen 443\n"
HOST = """\
<VirtualHost *:443>
    ServerName www.example.com
    SSLEngine on
    SSLCertificateFile certs/www.pem
    SSLUseStapling {stapling}
</VirtualHost>
"""


def run_python(
    *words: str | os.PathLike[str], env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command as ``python -m``."""
    done = subprocess.run(
        [sys.executable, "-m", "apachestaple", *[os.fspath(word) for word in words]],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **(env or {})},
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
        errors="backslashreplace",
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A whole configuration with one error: stapling without a cache."""
    (tmp_path / "httpd.conf").write_text(SSL + "Include sites/*.conf\n")
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites/www.conf").write_text(HOST.format(stapling="on"))
    return tmp_path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A whole configuration without stapling."""
    (tmp_path / "httpd.conf").write_text(SSL)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ["lint", "--format", "concise", "BROKEN"],
        ["lint", "/no/such/path"],
        ["lint", "--format", "xml"],
        ["dump", "BROKEN"],
        ["fix", "--diff", "BROKEN"],
        ["--help"],
        ["--version"],
        [],
    ],
    ids=" ".join,
)
def test_the_forked_process_of_other_tests_is_like_one_of_its_own(
    broken: Path, words: list[str]
) -> None:
    """`tests.command` saves the time in which a new Python loads the program."""
    (broken / "sites/name\udcff.conf").write_bytes(b"ServerAdmin \xff@example.com\n")
    words = [word.replace("BROKEN", str(broken)) for word in words]
    forked, own = run(*words), run_python(*words)
    assert (forked.returncode, forked.stdout, forked.stderr) == (
        *(own.returncode, own.stdout, own.stderr),
    )


# -- exit codes ---------------------------------------------------------------------------------


def test_nothing_found_is_0(sound: Path) -> None:
    done = run("lint", sound)
    assert done.returncode == 0
    assert "No findings in 1 file, 0 hosts, 0 certificates." in done.stdout
    assert done.stderr == ""


def test_a_finding_is_1_and_fail_on_decides(broken: Path) -> None:
    assert run("lint", broken).returncode == 1
    assert run("lint", "--fail-on", "error", broken).returncode == 1
    assert run("lint", "--ignore", "AS201", "--fail-on", "error", broken).returncode == 0
    assert run("lint", "--ignore", "AS201", broken).returncode == 0
    assert run("lint", "--ignore", "AS201", "--fail-on", "info", broken).returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        ["lint", "/no/such/path"],
        ["lint", "--fail-on", "never"],
        ["lint", "--format", "xml"],
        ["lint", "--select", "AS9"],
        ["lint", "--ignore", "nonsense"],
        ["lint", "--httpd-version", "2.4"],
        ["lint", "--map", "/etc/ssl"],
        ["lint", "--map", "relative=certs"],
        ["lint", "-D", "=value"],
        ["lint", "--root", "/no/such/root"],
        ["lint", "--certificates", "perhaps"],
        ["lint", "--config", "/no/such.toml"],
        ["lint", "--config", "/"],
        ["lint", "--no-such-option"],
        ["dump", "/no/such/path"],
        ["dump", "--format", "github"],
        ["hosts", "/no/such/path"],
        ["responders", "/no/such/path"],
        ["responders", "--check", "--resolve"],
        ["explain", "/no/such/log"],
        ["explain", "--format", "xml", "/dev/null"],
        ["explain", "--config", "/no/such/path", "/dev/null"],
        ["explain", "--config", "/no/such.toml", "/dev/null"],
        ["rules", "AS999"],
        ["rules", "--format", "xml"],
        ["no-such-command"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_with_a_message_on_stderr(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip()


def test_a_folder_without_a_main_file_is_2(tmp_path: Path) -> None:
    done = run("lint", tmp_path)
    assert done.returncode == 2
    assert str(tmp_path) in done.stderr


def test_an_unreadable_main_file_is_2(tmp_path: Path) -> None:
    main, other = tmp_path / "httpd.conf", tmp_path / "other.conf"
    main.write_text("")
    main.chmod(0)
    other.write_text("")
    # Root may read everything, so it becomes somebody else, once a first run has loaded everything.
    program = f"""
import os, sys
from apachestaple.cli.errors import exit_code
from apachestaple.cli.lint import lint
from apachestaple.cli.options import Common
assert exit_code(lint, Common(), [{str(other)!r}]) == 0
if os.geteuid() == 0:
    os.seteuid(65534)
sys.exit(exit_code(lint, Common(), [{str(main)!r}]))
"""
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd="/")
    assert done.returncode == 2
    assert str(main) in done.stderr
    assert "Traceback" not in done.stderr


def test_one_path_that_is_not_there_does_not_hide_the_others(broken: Path) -> None:
    done = run("lint", broken / "gone.conf", broken / "httpd.conf")
    assert done.returncode == 2
    assert "AS201" in done.stdout
    assert "gone.conf" in done.stderr


def test_a_binary_file_is_reported_not_thrown(tmp_path: Path) -> None:
    (tmp_path / "site.conf").write_bytes(bytes(range(256)) * 64)
    assert run("lint", tmp_path / "site.conf").returncode in (0, 1)


def test_a_report_that_cannot_be_written_is_2(broken: Path) -> None:
    done = run("lint", "--output", broken / "no/such/folder/report", broken)
    assert done.returncode == 2
    assert "report" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["lint", "BROKEN"], ["rules"], ["--help"], ["lint", "--help"], ["--version"], ["nonsense"]],
    ids=" ".join,
)
def test_a_full_disk_is_2(broken: Path, arguments: list[str]) -> None:
    words = [word.replace("BROKEN", str(broken)) for word in arguments]
    command = [sys.executable, "-m", "apachestaple", *words]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, text=True)
        both = subprocess.run(command, stdout=full, stderr=full, check=False)
    assert (done.returncode, both.returncode) == (2, 2)
    assert "Traceback" not in done.stderr
    if arguments != ["nonsense"]:
        assert done.stderr.startswith("apachestaple: ")
        assert "No space left on device" in done.stderr


@pytest.mark.parametrize("command", ["dump", "lint", "rules"])
def test_a_reader_that_goes_away_is_no_trouble(broken: Path, command: str) -> None:
    """As in ``apachestaple dump | head``."""
    (broken / "sites/many.conf").write_text("Header set X y\n" * 50_000)
    words = [command] if command == "rules" else [command, str(broken)]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stdout:
        done = subprocess.run(
            [sys.executable, "-m", "apachestaple", *words],
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
        )
    assert done.stderr == ""
    assert done.returncode in (0, 1)


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith("apachestaple ")
    for command in ("lint", "fix", "dump", "hosts", "responders", "explain"):
        text = run(command, "--help").stdout
        for option in ("--root", "--map", "-D", "--httpd-version", "--certificates", "--config"):
            assert option in text, (command, option)


def test_a_shell_completes_commands_and_options() -> None:
    """As bash asks: by the words so far, and the number of the one that is completed."""

    def completed(*words: str) -> list[str]:
        asked = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
        return run(env={"_APACHESTAPLE_COMPLETE": "complete_bash", **asked}).stdout.split()

    assert completed("apachestaple", "l") == ["lint"]
    assert completed("apachestaple", "lint", "--fo") == ["--format"]
    assert "--undo" in completed("apachestaple", "fix", "--")
    # The shell itself completes paths.
    assert completed("apachestaple", "lint", "/et") == []


@pytest.mark.parametrize(
    ("shell", "more"), [("zsh", {}), ("fish", {"_TYPER_COMPLETE_FISH_ACTION": "get-args"})]
)
def test_other_shells_complete_commands_and_options(shell: str, more: dict[str, str]) -> None:
    def completed(words: str) -> str:
        asked = {"_TYPER_COMPLETE_ARGS": words, **more}
        return run(env={"_APACHESTAPLE_COMPLETE": f"complete_{shell}", **asked}).stdout

    assert "probe" in completed("apachestaple pro")
    assert "--format" in completed("apachestaple lint --fo")


# -- several paths ------------------------------------------------------------------------------


def test_a_fragment_is_read_within_its_configuration(broken: Path) -> None:
    """As pre-commit passes them: changed files in any order."""
    fragment, main = broken / "sites/www.conf", broken / "httpd.conf"
    for paths in ((fragment,), (fragment, main, broken)):
        found = checked(run("lint", "--format", "json", *paths).stdout, LINT)
        assert [finding["rule"] for finding in found["findings"]].count("AS201") == 1
        assert [one["path"] for one in found["configurations"]] == [str(main)]
        assert found["summary"]["files"] == 2
        assert found["summary"]["hosts"] == 1


def test_configurations_of_several_servers_are_joined(broken: Path, tmp_path: Path) -> None:
    other = tmp_path / "other/httpd.conf"
    other.parent.mkdir()
    other.write_text(SSL)
    report = checked(run("lint", "--format", "json", broken, other).stdout, LINT)
    paths = [one["path"] for one in report["configurations"]]
    assert paths == [str(broken / "httpd.conf"), str(other)]
    assert report["summary"]["files"] == 3


def test_rules_are_chosen_by_code_beginning_and_name(broken: Path) -> None:
    def found(*words: str) -> set[str]:
        report = checked(run("lint", "--format", "json", *words, broken).stdout, LINT)
        return {finding["rule"] for finding in report["findings"]}

    everything = found()
    assert found("--select", "AS2") == {"AS201"}
    assert found("--select", "missing-stapling-cache,AS3") >= {"AS201"}
    assert found("--select", "AS1", "--select", "AS201") == {"AS201"}
    assert found("--ignore", "AS201") == everything - {"AS201"}


# -- what is printed ----------------------------------------------------------------------------


def test_every_json_report_keeps_its_contract(broken: Path) -> None:
    report = checked(run("lint", "--format", "json", broken).stdout, LINT)
    (finding,) = (f for f in report["findings"] if f["rule"] == "AS201")
    assert finding["file"] == str(broken / "sites/www.conf")
    assert (finding["line"], finding["column"]) == (5, 5)
    assert finding["hosts"] == [
        {
            "name": "www.example.com:443",
            "file": str(broken / "sites/www.conf"),
            "line": 1,
        }
    ]
    assert report["summary"]["errors"] == 1
    fixable = [finding for finding in report["findings"] if finding["fix"]]
    assert report["summary"]["fixable"] == len(fixable)
    dump = checked(run("dump", "--format", "json", broken).stdout, DUMP)
    assert dump[-1] == {
        "file": str(broken / "sites/www.conf"),
        "line": 5,
        "depth": 1,
        "directive": "SSLUseStapling",
        "arguments": ["on"],
        "raw": "on",
    }
    (host,) = checked(run("hosts", "--format", "json", broken).stdout, HOSTS)
    assert host["addresses"] == ["*:443"]
    checked(run("responders", "--format", "json", broken).stdout, RESPONDERS)
    everything = checked(run("rules", "--format", "json").stdout, RULES)
    (one,) = checked(run("rules", "--format", "json", "as201").stdout, RULES)
    assert one in everything


def test_output_goes_to_a_file_without_colour(broken: Path) -> None:
    done = run("lint", "--output", broken / "report", broken)
    assert done.stdout == ""
    assert done.returncode == 1
    text = (broken / "report").read_text()
    assert "error[AS201] missing-stapling-cache" in text
    assert "\x1b" not in text


def test_dump_gives_back_every_byte(tmp_path: Path) -> None:
    (tmp_path / "httpd.conf").write_bytes(b"ServerAdmin \xff\xfe@\xc3\xa9\n")
    done = subprocess.run(
        [sys.executable, "-m", "apachestaple", "dump", tmp_path],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert b"ServerAdmin \xff\xfe@\xc3\xa9\n" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_byte_can_be_reported_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    line = b"\tSSLUseStapling on \xff\xe4\xb8\xad\x1b[31m # note\n"
    (tmp_path / "w\udcffw.conf").write_bytes(b"<VirtualHost *:443>\n" + line + b"</VirtualHost>\n")
    env = {"PYTHONIOENCODING": encoding}
    for form in ("text", "json", "github"):
        done = run_python("lint", "--format", form, tmp_path / "w\udcffw.conf", env=env)
        assert done.returncode in (0, 1)
        assert "AS104" in done.stdout
        assert "\x1b" not in done.stdout


def on_terminal(*words: str, **variables: str) -> str:
    """What the command prints when standard output is a terminal."""
    leader, follower = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    with os.fdopen(follower, "w") as terminal:
        process = subprocess.Popen(
            [sys.executable, "-m", "apachestaple", *words],
            stdout=terminal,
            env={**environment, "TERM": "xterm", **variables},
        )
    shown = b""
    try:
        while data := os.read(leader, 65536):
            shown += data
    except OSError:
        pass  # Linux says EIO where the other end is closed.
    finally:
        os.close(leader)
        process.wait(60)
    return shown.decode()


def test_colour_is_for_terminals_that_want_it(broken: Path) -> None:
    assert "\x1b[1;31merror[AS201]" in on_terminal("lint", str(broken))
    assert "\x1b" not in on_terminal("lint", str(broken), NO_COLOR="1")
    assert "\x1b" not in on_terminal("lint", str(broken), TERM="dumb")
    assert "\x1b" not in on_terminal("lint", str(broken), "--format", "json")


@pytest.mark.parametrize("command", ["server", "report"])
def test_no_command_waits_for_input_from_a_terminal(command: str) -> None:
    leader, follower = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "apachestaple", command],
            stdin=follower,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(leader)
        os.close(follower)
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard input" in done.stderr


def test_errors_of_a_dumped_configuration_are_told(tmp_path: Path) -> None:
    (tmp_path / "httpd.conf").write_text("Listen 80\n</Directory>\n")
    done = run("dump", tmp_path)
    assert "Listen 80" in done.stdout
    assert "httpd.conf:2" in done.stderr


# -- how fast -----------------------------------------------------------------------------------

HEAVY = {"rich", "cryptography", "jinja2", "apacheconfig", "pydantic", "hashlib", "socket"}


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["lint", "--help"],
        ["lint", "site.conf"],
        ["lint", "--format", "json", "site.conf"],
        ["dump", "site.conf"],
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_loaded_that_is_not_needed(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "site.conf").write_text("<VirtualHost *:443>\nSSLEngine on\n</VirtualHost>\n")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "apachestaple", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        check=True,
        text=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "apachestaple.cli.app" in loaded
    assert not loaded & HEAVY
    commands = {f"apachestaple.cli.{name}" for name in ("lint", "fix", "dump", "probe", "explain")}
    assert loaded & commands <= {f"apachestaple.cli.{words[0]}"}


# -- fix ----------------------------------------------------------------------------------------


def test_fix_shows_a_diff_and_changes_nothing(broken: Path, tmp_path: Path) -> None:
    (broken / "httpd.conf").write_text(
        SSL + "LoadModule socache_shmcb_module modules/mod_socache_shmcb.so\nInclude sites/*.conf\n"
    )
    before = (broken / "httpd.conf").read_bytes()
    home = {"XDG_STATE_HOME": str(tmp_path / "state")}
    done = run("fix", "--diff", broken, env=home)
    assert done.returncode == 1
    assert "+SSLStaplingCache shmcb:" in done.stdout
    assert "\x1b" not in done.stdout
    assert (broken / "httpd.conf").read_bytes() == before
    assert run("fix", "--configtest", "never", broken, env=home).returncode == 0
    assert run("fix", "--diff", broken, env=home).returncode == 0
    assert run("lint", "--select", "AS201", broken).returncode == 0


@pytest.mark.parametrize(
    "words", [["--configtest", "often"], ["--templates", "/no/such"], ["/no/such/path"]]
)
def test_fix_stops_at_wrong_usage(broken: Path, words: list[str]) -> None:
    done = run("fix", *words, broken)
    assert done.returncode == 2
    assert done.stdout == ""


def test_the_diff_is_coloured_on_a_terminal(broken: Path) -> None:
    shown = on_terminal("fix", "--diff", str(broken))
    assert "\x1b[32m+" in shown
