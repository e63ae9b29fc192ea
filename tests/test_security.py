"""SECURITY.md: each promise names its tests; and promises about all commands."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.command.run import run
from tests.lab.play import Lab
from tests.project import ROOT

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def promises() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every promise, and the tests that it names."""
    (section,) = re.findall(r"^## Promises\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
    points = re.findall(r"^- .*\n(?:  .*\n)*", section, re.MULTILINE)
    return [(point, re.findall(r"`(test_\w+\.py)::(test_\w+)`", point)) for point in points]


def test_every_promise_names_its_tests() -> None:
    assert len(promises()) > 15
    for promise, named in promises():
        assert named, promise
        for file, test in named:
            text = (ROOT / "tests" / file).read_text(encoding="utf-8")
            assert re.search(rf"^(?:async )?def {test}\(", text, re.MULTILINE), f"{file}::{test}"


# Only the calls that are traced stop a process.
# A file for each process, because calls of several processes in one file interrupt each other.
STRACE = ("strace", "-ff", "--seccomp-bpf", "-qq")

COMMANDS = (
    "lint PATH",
    "hosts PATH",
    "dump PATH",
    "responders PATH",
    "explain --config PATH LOG",
    "fix --diff PATH",
    "rules AS206",
    "--version",
)


def test_no_command_connects_or_runs_programs_unless_it_is_told_to(tmp_path: Path) -> None:
    """Under strace, which sees every program and every connection."""
    words = {"PATH": "examples/apache2", "LOG": "examples/error.log"}
    program = shlex.join([sys.executable, "-m", "apachestaple"])
    script = "\n".join(
        f"{program} {' '.join(words.get(word, word) for word in command.split())}"
        for command in COMMANDS
    )
    trace = tmp_path / "trace"
    command = [*STRACE, "-e", "trace=execve,connect,sendto,sendmsg", "-o", str(trace)]
    done = subprocess.run(
        [*command, "sh", "-c", script],
        cwd=ROOT,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "apachestaple" in done.stdout
    # An execve that returns an error is an attempt to find the program.
    started = {
        process: re.findall(r'^execve\("([^"]+)", \[(.*?)\].* = 0$', calls, re.MULTILINE)
        for process, calls in traced(trace).items()
    }
    programs = {
        (Path(path).name, arguments.partition(", ")[2])
        for process in started.values()
        for path, arguments in process
        if Path(path).name not in ("sh", Path(sys.executable).name)
    }
    assert programs == {("apache2", '"-V"'), ("apache2", '"-l"'), ("openssl", '"version"')}
    # apache2 looks its own wildcard address up, which sends nothing.
    connected = [
        started[process]
        for process, calls in traced(trace).items()
        if re.search(r"AF_(?:INET|NETLINK)", calls)
    ]
    assert connected
    assert {Path(path).name for *_, (path, _) in connected} == {"apache2"}


def traced(trace: Path) -> dict[str, str]:
    """The calls of each process."""
    files = trace.parent.glob(f"{trace.name}.*")
    return {path.suffix: path.read_text(errors="backslashreplace") for path in files}


def test_no_file_or_host_that_a_log_names_is_opened(tmp_path: Path) -> None:
    named = tmp_path / "certificate.pem"
    log = tmp_path / "error.log"
    log.write_text(
        "[Sun Nov 22 14:05:14.000000 2026] [ssl:error] [pid 9:tid 9] AH02218: "
        "ssl_stapling_init_cert: "
        f"no OCSP URI in certificate and no SSLStaplingForceURL set [certificate file {named}]\n"
        "[Sun Nov 22 14:05:15.000000 2026] [ssl:error] [pid 9:tid 9] (111)Connection refused: "
        "AH01974: could not connect to OCSP responder 'ocsp.example.com'\n"
    )
    trace = tmp_path / "trace"
    command = [*STRACE, "-e", "trace=%file,%network", "-o", str(trace)]
    explain = [sys.executable, "-m", "apachestaple", "explain", str(log)]
    done = subprocess.run(
        [*command, *explain], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "AH02218" in done.stdout
    assert "AH01974" in done.stdout
    calls = "".join(traced(trace).values())
    assert str(log) in calls
    assert str(named) not in calls
    assert "AF_INET" not in calls


def test_nothing_of_a_private_key_is_printed_or_stored(lab: Lab, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    own = (lab.certificates_folder / "good.key").read_bytes()
    text = "SSLStaplingCache shmcb:logs/stapling(12345)\n"
    for name in ("good.key", "other.key", "both.pem"):
        text += (
            "<VirtualHost *:443>\n  ServerName www.example.com\n  SSLEngine on\n"
            f"  SSLCertificateFile keys/{'both.pem' if name == 'both.pem' else 'good.pem'}\n"
            f"  SSLCertificateKeyFile keys/{name}\n  SSLUseStapling on\n</VirtualHost>\n"
        )
    certificate = (lab.certificates_folder / "good.pem").read_bytes()
    files = {
        "good.pem": certificate,
        "good.key": own,
        "other.key": key,
        "both.pem": certificate + own,
    }
    folder = tmp_path / "server"
    (folder / "keys").mkdir(parents=True)
    for name, content in files.items():
        (folder / "keys" / name).write_bytes(content)
    (folder / "httpd.conf").write_text(f"ServerRoot {folder}\n{text}")
    printed = []
    for command in (
        "lint",
        "lint --format json --verbose",
        "lint --format sarif",
        "hosts",
        "dump",
        "fix",
    ):
        done = run(*command.split(), str(folder), env={"XDG_STATE_HOME": str(tmp_path / "state")})
        printed.append(done.stdout + done.stderr)
    stored = [
        path.read_text("latin-1") for path in (tmp_path / "state").rglob("*") if path.is_file()
    ]
    assert "AS206" in printed[0]
    assert stored
    secret = [line.decode() for line in (own + key).splitlines() if not line.startswith(b"-----")]
    assert not [line for line in secret if line in "".join([*printed, *stored])]
