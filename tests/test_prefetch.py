"""A second process reads the same as this one would have, and has ended when this one ends."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.lab.play import Lab

# A process of its own, since one with threads, such as a test's, does not fork.
SCRIPT = """\
import json, os, sys
from apachestaple.certificates import prefetch
from apachestaple.certificates.pem import CertificateReader

prefetch.FEWEST = int(sys.argv[1])
forks = []
fork = os.fork

def counted():
    forks.append(fork())
    return forks[-1]

os.fork = counted
os.sched_getaffinity = lambda process: {{0, 1}}
{more}

def told(certificate):
    known = [certificate.sha1.hex(), certificate.subject, certificate.issuer]
    if certificate.is_understood:
        known += [str(certificate.not_before), str(certificate.not_after), certificate.lifetime]
        known += [certificate.ocsp_uris, certificate.must_staple, certificate.is_ca]
    return known

reader = CertificateReader()
for path in sys.argv[2:]:
    reader.expect(path)
found = []
for path in reversed(sys.argv[2:]):
    file = reader.read(path)
    certificates = [file.leaf, *file.chain] if file.leaf else []
    issued = [file.leaf.is_issued_by(other) for other in file.chain]
    found.append([file.path, file.problem, issued, [told(each) for each in certificates]])
shared = len({{id(other) for path in sys.argv[2:] for other in reader.read(path).chain}})
print(json.dumps({{"forks": len(forks), "shared": shared, "found": found}}))
"""


def run(fewest: int, paths: list[str], more: str = "") -> dict[str, Any]:
    command = [sys.executable, "-c", SCRIPT.format(more=more), str(fewest), *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.fixture
def paths(lab: Lab, tmp_path: Path) -> list[str]:
    """Certificates of every kind, links to some of them, and files that are none."""
    good = (lab.certificates_folder / "good.pem").read_bytes()
    (tmp_path / "empty.pem").write_bytes(b"")
    (tmp_path / "text.pem").write_text("no certificate\n")
    (tmp_path / "damaged.pem").write_bytes(good.replace(b"MII", b"M!I", 1))
    (tmp_path / "damaged chain.pem").write_bytes(good + good.replace(b"MII", b"M!I", 1))
    (tmp_path / "folder.pem").mkdir()
    (tmp_path / "\udcff.pem").write_bytes(good)
    for number in range(200):
        (tmp_path / f"{number}.pem").symlink_to(lab.certificates_folder / "good.pem")
    known = sorted(str(path) for path in lab.certificates_folder.glob("*.pem"))
    return [*known, *sorted(map(str, tmp_path.iterdir())), str(tmp_path / "missing.pem")]


def test_a_second_process_tells_what_this_one_would_find(paths: list[str]) -> None:
    alone, both = run(10**6, paths), run(10, paths)
    assert alone["forks"] == 0
    assert both["forks"] == 1
    assert both["found"] == alone["found"]
    # What stands in many files is kept once.
    assert both["shared"] == alone["shared"]
    problems = {file[1] for file in both["found"]}
    assert problems == {None, "missing", "empty", "not-a-file", "no-certificate", "damaged"}


@pytest.mark.parametrize(
    "more",
    {
        "it cannot be started": "def refused():\n    raise OSError\nos.fork = refused",
        "it ends at once": "from apachestaple.certificates import second_process\n"
        "second_process._serve = lambda *arguments: None",
        "it fails": "from apachestaple.certificates import second_process\n"
        "def serve(*arguments):\n    raise RuntimeError\nsecond_process._serve = serve",
        "it ends on the way": "parse = CertificateReader._read_packed\n"
        "def read_packed(self, path):\n"
        "    if path.endswith('/7.pem'):\n        os._exit(1)\n"
        "    return parse(self, path)\n"
        "CertificateReader._read_packed = read_packed",
        "there is one processor": "os.sched_getaffinity = lambda process: {0}",
        "there are threads": "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(1,), daemon=True).start()",
    }.values(),
)
def test_without_a_second_process_the_same_is_found(paths: list[str], more: str) -> None:
    assert run(10, paths, more)["found"] == run(10**6, paths)["found"]


def test_a_fault_in_the_second_process_is_not_lost(paths: list[str]) -> None:
    more = "def fail(self, *arguments):\n    raise RuntimeError('found')\n"
    more += "CertificateReader._read = fail"
    command = [sys.executable, "-c", SCRIPT.format(more=more), "10", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("RuntimeError: found") == 1


def test_lint_says_the_same_with_a_second_process(lab: Lab) -> None:
    names = ["good", "no-ocsp", "leaf-only", "https-first", "must-staple", "self-signed"]
    hosts = [
        f"<VirtualHost *:443>\nServerName {number}-{name}.example.com\nSSLEngine on\n"
        f"SSLUseStapling on\nSSLCertificateFile certs/{name}.pem\n"
        f"SSLCertificateKeyFile certs/{name}.key\n</VirtualHost>\n"
        for number in range(3)
        for name in names
    ]
    program = (
        "import sys\nfrom apachestaple.certificates import prefetch\n"
        "prefetch.FEWEST = int(sys.argv.pop(1))\n"
        "from apachestaple.__main__ import main\nmain()\n"
    )
    with lab.httpd("Listen 443\n" + "".join(hosts)) as httpd:
        said = []
        main_file = httpd.root / "httpd.conf"
        for fewest, added in ((10**6, ""), (2, ""), (10**6, "#\n" * 60_000), (2, "#\n")):
            # The second process is started before a large file is read, and may not be needed.
            main_file.write_text(main_file.read_text() + added)
            command = [sys.executable, "-c", program, str(fewest)]
            command += ["lint", "--format", "json", str(main_file)]
            said.append(subprocess.run(command, capture_output=True, text=True, check=False))
    alone = said[0]
    assert {done.returncode for done in said} == {1}
    assert {"AS304", "AS305", "AS401"} <= {f["rule"] for f in json.loads(alone.stdout)["findings"]}
    reports = [json.loads(done.stdout) for done in said]
    assert all(report.pop("generated") for report in reports)
    assert all(report == reports[0] for report in reports)


# -- nothing of a command runs when it has ended ---------------------------------------------------

LINT = """\
import os, sys, time
from apachestaple.certificates import prefetch
from apachestaple.certificates.pem import CertificateReader
prefetch.FEWEST = 2
os.sched_getaffinity = lambda process: {0, 1}
read = CertificateReader._read_packed

def slow(self, path):
    print("reading", file=sys.stderr, flush=True)
    time.sleep(float(os.environ["SLOW"]))
    return read(self, path)

CertificateReader._read_packed = slow
from apachestaple.__main__ import main
main()
"""


@contextmanager
def started(server: Path, *words: str, slow: float = 0) -> Iterator[subprocess.Popen[str]]:
    """Lint with a second process that takes ``slow`` seconds for each certificate."""
    process = subprocess.Popen(
        [sys.executable, "-c", LINT, "lint", *words, str(server)],
        env={**os.environ, "SLOW": str(slow)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def server(lab: Lab, tmp_path: Path) -> Path:
    """A configuration of 300 hosts, each with a certificate file of its own."""
    hosts = []
    for number in range(300):
        (tmp_path / f"{number}.pem").symlink_to(lab.certificates_folder / "good.pem")
        hosts.append(
            f"<VirtualHost *:443>\nServerName www{number}.example.com\nSSLEngine on\n"
            f"SSLCertificateFile {tmp_path}/{number}.pem\n</VirtualHost>\n"
        )
    (tmp_path / "httpd.conf").write_text("Listen 443\n" + "".join(hosts))
    return tmp_path / "httpd.conf"


def has_ended_with_all(process: subprocess.Popen[str]) -> bool:
    """Whether nothing is left of its process group, right after its end."""
    process.wait(30)
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 0),
        (["--select", "AS1"], 0),
        (["--output", "/no/such/folder/report"], 2),
    ],
    ids=["to its end", "without a look at certificates", "with an error"],
)
def test_nothing_runs_when_lint_has_ended(server: Path, words: list[str], code: int) -> None:
    with started(server, *words, slow=0.001) as process:
        assert has_ended_with_all(process)
        assert process.returncode == code


@pytest.mark.parametrize("words", [["--fail-on", "never"], ["--root", "/no/such/folder"]])
def test_no_httpd_is_still_asked_when_lint_has_ended(tmp_path: Path, words: list[str]) -> None:
    """It is asked for its version before the arguments are checked."""
    (tmp_path / "httpd.conf").write_text("Listen 443\n")
    with started(tmp_path, *words) as process:
        assert has_ended_with_all(process)
        assert process.returncode == 2


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_nothing_runs_when_a_signal_has_ended_lint(server: Path, number: int, code: int) -> None:
    with started(server, slow=60) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "reading\n"
        process.send_signal(number)
        assert has_ended_with_all(process)
        assert process.returncode == code
        assert process.stderr.read() == ""
