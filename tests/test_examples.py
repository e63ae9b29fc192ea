"""The example in the repository: what the script makes, and what a real httpd does with it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from apachestaple.httpd.configuration import Configuration
from apachestaple.httpd.dump import dump_text
from apachestaple.httpd.modules import DEBIAN_BUILT_IN
from apachestaple.httpd.paths import Paths
from apachestaple.httpd.reader import read
from apachestaple.httpd.start import Start
from examples.configuration import Verdict
from examples.make import TREE, main, make
from tests.command.run import run
from tests.lab.ports import ReservedPort
from tests.lab.processes import Child, wait_until
from tests.lab.server import BINARY
from tests.project import project_files

INFO = "LoadModule info_module /usr/lib/apache2/modules/mod_info.so"
PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\r?\n(?:[A-Za-z0-9+/=]{20,}\r?\n)+")


def test_the_tree_is_what_the_script_writes(tmp_path: Path) -> None:
    make(tmp_path / "apache2")
    assert _texts(TREE) == _texts(tmp_path / "apache2")


def test_its_certificates_are_what_the_script_issues(tmp_path: Path) -> None:
    make(tmp_path / "apache2")
    assert _certificates(TREE) == _certificates(tmp_path / "apache2")


def test_no_private_key_is_in_the_repository() -> None:
    assert [path for path in project_files() if PRIVATE_KEY.search(path.read_bytes())] == []


def test_a_private_key_would_be_seen(tmp_path: Path) -> None:
    make(tmp_path / "apache2", keys=True)
    keys = list(tmp_path.rglob("*.key"))
    assert {key.stem for key in keys} == {pem.stem for pem in tmp_path.rglob("*.pem")}
    assert all(PRIVATE_KEY.search(key.read_bytes()) for key in keys)


@pytest.mark.parametrize("arguments", [["--keys"], ["--only-good"], ["--only-accepted"]])
def test_the_script_writes_only_the_whole_tree_without_keys_into_the_repository(
    arguments: list[str],
) -> None:
    before = _texts(TREE)
    with pytest.raises(SystemExit):
        main([str(TREE), *arguments])
    assert _texts(TREE) == before


def test_the_script_leaves_a_folder_with_files_alone(tmp_path: Path) -> None:
    (tmp_path / "apache2.conf").write_text("# mine\n")
    assert main([str(tmp_path)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["apache2.conf"]


def test_every_certificate_that_a_site_names_is_there() -> None:
    configuration = _read(TREE, _environment(TREE))
    named = {
        Path(configuration.absolute(directive.arguments[0]))
        for directive in configuration.named("SSLCertificateFile")
    }
    assert len(named) == 18
    assert all(path.is_file() for path in named)


def test_the_reader_finds_no_error_of_the_language() -> None:
    configuration = _read(TREE, _environment(TREE))
    assert (configuration.errors, configuration.notes) == ([], [])
    assert len(list(configuration.named("<VirtualHost"))) == 18


def test_httpd_reads_what_the_reader_reads(tmp_path: Path) -> None:
    tree = _made(tmp_path, Verdict.DOES_NOT_START)
    environment = _environment(tmp_path)
    dumped = _httpd(tree, environment, "-t", "-D", "DUMP_CONFIG", "-c", INFO)
    assert dumped.returncode == 0, dumped.stderr
    # The directive of the command line stands in no file.
    lines = [line for line in dumped.stdout.splitlines() if not line.endswith(INFO)]
    ours = list(dump_text(_read(tree, environment).directives))
    assert len(ours) > 300
    assert ours == lines


def test_httpd_rejects_the_whole_tree(tmp_path: Path) -> None:
    tree = _made(tmp_path, Verdict.REJECTED)
    assert _httpd(tree, _environment(tmp_path), "-t").returncode == 1


def test_httpd_accepts_most_of_it_but_does_not_start(tmp_path: Path) -> None:
    tree = _made(tmp_path, Verdict.DOES_NOT_START)
    assert _httpd(tree, _environment(tmp_path), "-t").returncode == 0
    assert not _starts(tree, tmp_path)


@pytest.mark.parametrize("name", ["lists.example.net", "archive.example.net", "zz-hardening"])
def test_each_of_these_alone_keeps_httpd_from_starting(tmp_path: Path, name: str) -> None:
    tree = _made(tmp_path, Verdict.STARTS)
    kind = "conf" if name == "zz-hardening" else "sites"
    file = f"{kind}-enabled/{name}.conf"
    shutil.copyfile(TREE / file, tree / file)
    for pem in ("lists.example.net.pem", "archive.example.net.pem"):
        assert (tree / "certs" / pem).is_file()
    assert _httpd(tree, _environment(tmp_path), "-t").returncode == 0
    assert not _starts(tree, tmp_path)


@pytest.mark.parametrize("name", ["files.example.com", "forum.example.net", "status.example.net"])
def test_each_of_these_alone_is_rejected(tmp_path: Path, name: str) -> None:
    tree = _made(tmp_path, Verdict.STARTS)
    shutil.copyfile(TREE / f"sites-enabled/{name}.conf", tree / f"sites-enabled/{name}.conf")
    assert _httpd(tree, _environment(tmp_path), "-t").returncode == 1


def test_httpd_starts_with_the_rest(tmp_path: Path) -> None:
    assert _starts(_made(tmp_path, Verdict.STARTS), tmp_path)


# What the linter has to say about each file; a remark (info) may come and go.
FOUND = {
    "conf-enabled/ocsp-stapling.conf": {"cache-set-twice", "not-a-number", "fake-try-later"},
    "conf-enabled/zz-hardening.conf": {"cache-size-fatal"},
    "sites-enabled/archive.example.net.conf": {"not-a-certificate"},
    "sites-enabled/blog.example.net.conf": {"responder-switched-off"},
    "sites-enabled/files.example.com.conf": {"web-characters"},
    "sites-enabled/forum.example.net.conf": {"cache-in-section"},
    "sites-enabled/intranet.example.net.conf": {"self-signed"},
    "sites-enabled/lists.example.net.conf": {"not-a-certificate"},
    "sites-enabled/mail.example.com.conf": {"issuer-not-found"},
    "sites-enabled/partner.example.net.conf": {"first-uri-not-http"},
    "sites-enabled/pay.example.com.conf": {"must-staple-without-stapling"},
    "sites-enabled/status.example.net.conf": {"misspelt-directive"},
    "sites-enabled/wiki.example.net.conf": {"no-ocsp-uri"},
}

REPAIRED = [
    "blog.example.net",
    "files.example.com",
    "forum.example.net",
    "intranet.example.net",
    "mail.example.com",
    "partner.example.net",
    "pay.example.com",
    "wiki.example.net",
]


def test_the_linter_finds_the_faults_and_nothing_else() -> None:
    report = _lint(TREE)
    found: dict[str, set[str]] = {}
    for finding in report["findings"]:
        if finding["severity"] != "info":
            file = str(Path(finding["file"]).absolute().relative_to(TREE))
            found.setdefault(file, set()).add(finding["name"])
    assert found == FOUND


def test_the_linter_agrees_with_httpd_on_what_starts(tmp_path: Path) -> None:
    fatal = {"rejected", "does-not-start"}
    for worst in Verdict:
        make(tmp_path / worst.name, worst=worst)
        effects = {finding["effect"] for finding in _lint(tmp_path / worst.name)["findings"]}
        expected = {"DOES_NOT_START": {"does-not-start"}, "REJECTED": fatal}
        assert effects & fatal == expected.get(worst.name, set())


def test_httpd_starts_with_the_repaired_tree(tmp_path: Path) -> None:
    tree = _made(tmp_path, Verdict.REJECTED)
    for name in ("archive.example.net", "lists.example.net", "status.example.net"):
        (tree / f"sites-enabled/{name}.conf").unlink()  # only their administrator can mend them
    assert _httpd(tree, _environment(tmp_path), "-t").returncode == 1
    _fix(tree)
    repaired = _texts(tree)
    assert _starts(tree, tmp_path)
    assert _fix(tree, "--diff").stdout == ""
    assert {name for name, text in repaired.items() if text != _texts(TREE).get(name)} == {
        "conf-available/ocsp-stapling.conf",
        "conf-available/zz-hardening.conf",
        *(f"sites-available/{host}.conf" for host in REPAIRED),
    }


def _fix(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("fix", "--no-backup", "--configtest", "never", *arguments, tree)


def _lint(tree: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run("lint", "--format", "json", tree).stdout)
    return report


def _made(folder: Path, worst: Verdict) -> Path:
    make(folder / "apache2", keys=True, worst=worst)
    return folder / "apache2"


def _texts(tree: Path) -> dict[str, str]:
    """The configuration: the text of each file, for a link where it leads."""
    return {
        str(path.relative_to(tree)): f"-> {path.readlink()}" if path.is_symlink() else _text(path)
        for path in tree.rglob("*")
        if path.parent.name != "certs" and (path.is_symlink() or path.is_file())
    }


def _text(path: Path) -> str:
    return path.read_bytes().decode()


def _certificates(tree: Path) -> dict[str, list[str]]:
    """Of each file of ``certs`` what does not change from one issue to the next."""
    return {path.name: list(_contents(path)) for path in (tree / "certs").iterdir()}


def _contents(path: Path) -> Iterator[str]:
    pem = path.read_bytes()
    if b"-----END CERTIFICATE-----" not in pem:
        yield pem.partition(b"\n")[0].decode()
        return
    for certificate in x509.load_pem_x509_certificates(pem):
        yield certificate.subject.rfc4514_string()
        yield certificate.issuer.rfc4514_string()
        yield type(certificate.public_key()).__name__
        yield ", ".join(sorted(extension.oid.dotted_string for extension in certificate.extensions))
        yield from _uris(certificate)
        validity = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        yield f"about {validity.days / 365:.0f} years"


def _uris(certificate: x509.Certificate) -> Iterator[str]:
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.AuthorityInformationAccess):
            for description in extension.value:
                yield str(description.access_location.value)


def _environment(folder: Path) -> Mapping[str, str]:
    """What envvars sets, with the folders that httpd writes to in ``folder``."""
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C",
        "APACHE_RUN_USER": "www-data",
        "APACHE_RUN_GROUP": "www-data",
        "APACHE_RUN_DIR": str(folder),
        "APACHE_LOCK_DIR": str(folder),
        "APACHE_LOG_DIR": str(folder),
        "APACHE_PID_FILE": str(folder / "apache2.pid"),
    }


def _read(tree: Path, environment: Mapping[str, str]) -> Configuration:
    main_file = str(tree / "apache2.conf")
    return read(
        Start(
            main_file,
            str(tree),
            Paths(),
            lambda: (2, 4, 66),
            environment=environment,
            built_in=DEBIAN_BUILT_IN,
        )
    )


def _httpd(
    tree: Path, environment: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BINARY, "-d", str(tree), "-f", str(tree / "apache2.conf"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def _starts(tree: Path, folder: Path) -> bool:
    """Start httpd on a port of loopback, and stop it; whether it served."""
    environment = _environment(folder)
    pid_file = folder / "apache2.pid"
    with ReservedPort() as port:
        (tree / "ports.conf").write_text(f"Listen 127.0.0.1:{port.number} https\n")
        child = Child(
            [BINARY, "-d", str(tree), "-f", str(tree / "apache2.conf"), "-DFOREGROUND"],
            output=folder / "output",
            environment=environment,
        )
        try:
            assert wait_until(lambda: not child.running or pid_file.exists(), 10)
            return child.running
        finally:
            child.stop(1.0)
