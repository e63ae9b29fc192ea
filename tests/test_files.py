"""Files that are none, endless or too large: a program that reads them waits for nothing."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from apachestaple.certificates.keys import KeyProblem, KeyReader
from apachestaple.certificates.pem import LARGEST_FILE, CertificateReader, Problem
from apachestaple.filesystem.reading import NotAFileError, TooLargeError, read_file
from tests.command.run import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_file(str(path), 5) == b"12345"
    with pytest.raises(TooLargeError, match=f"larger than 4 bytes: '{path}'"):
        read_file(str(path), 4)
    with pytest.raises(FileNotFoundError, match=str(tmp_path / "none")):
        read_file(str(tmp_path / "none"), 5)


def test_a_file_that_tells_no_size_is_read_up_to_its_limit() -> None:
    """As those of /proc."""
    assert read_file("/proc/self/cmdline", 1 << 20).startswith(b"/")
    with pytest.raises(TooLargeError):
        read_file("/proc/self/cmdline", 3)


@pytest.fixture
def odd_files(tmp_path: Path) -> list[str]:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    return [str(tmp_path), *map(str, tmp_path.iterdir()), "/dev/zero", "/dev/null"]


def test_what_is_no_regular_file_is_not_read(odd_files: list[str], lab: Lab) -> None:
    good = CertificateReader().read(str(lab.certificates_folder / "good.pem"))
    assert good.leaf is not None
    for path in odd_files:
        with pytest.raises(NotAFileError, match="not a regular file"):
            read_file(path, 1 << 20)
        assert CertificateReader().read(path).problem is Problem.NOT_A_FILE
        assert KeyReader().problem(path, good.leaf) is KeyProblem.MISSING


def test_a_socket_is_not_read(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
    with pytest.raises(OSError, match=str(tmp_path / "socket")):
        read_file(str(tmp_path / "socket"), 1 << 20)


@pytest.mark.parametrize("command", ["dump", "lint", "hosts"])
def test_a_pipe_as_a_main_file_is_an_error(tmp_path: Path, command: str) -> None:
    os.mkfifo(tmp_path / "httpd.conf")
    done = run(command, tmp_path / "httpd.conf")
    assert done.returncode == 2
    assert "not a regular file" in done.stderr


def test_a_certificate_file_that_is_too_large_is_said(tmp_path: Path, lab: Lab) -> None:
    """A megabyte of authorities is read; what is larger than any of these is not."""
    good = (lab.certificates_folder / "good.pem").read_bytes()
    path = tmp_path / "many.pem"
    path.write_bytes(good * (LARGEST_FILE // len(good)))
    read = CertificateReader().read(str(path))
    assert read.problem is None
    assert len(read.chain) > 1000
    path.write_bytes(good * (LARGEST_FILE // len(good) + 1))
    assert CertificateReader().read(str(path)).problem is Problem.TOO_LARGE
    configuration = tmp_path / "site.conf"
    configuration.write_text(
        f"<VirtualHost *:443>\nSSLEngine on\nSSLUseStapling on\n"
        f"SSLCertificateFile {path}\n</VirtualHost>\n"
    )
    said = run("lint", "--select", "AS302", "--fail-on", "info", configuration)
    assert said.returncode == 1
    assert "many.pem is larger than 8 MB, so its certificate was not checked" in said.stdout


def test_a_key_with_a_beginning_and_no_end_is_none(tmp_path: Path, lab: Lab) -> None:
    """As OpenSSL, which stops at the first private key, whole or not."""
    leaf = CertificateReader().read(str(lab.certificates_folder / "good.pem")).leaf
    assert leaf is not None
    key = (lab.certificates_folder / "good.key").read_bytes()
    path = tmp_path / "key"
    path.write_bytes(b"-----BEGIN RSA PRIVATE KEY-----\n" * 30_000)
    reader = KeyReader()
    assert reader.problem(str(path), leaf) is KeyProblem.NO_KEY
    path.write_bytes(b"-----BEGIN DSA PRIVATE KEY-----\n" + key)
    # What cannot be compared is read once.
    assert reader.problem(str(path), leaf) is KeyProblem.NO_KEY
    assert KeyReader().problem(str(path), leaf) is KeyProblem.NO_KEY
    path.write_bytes(b"text before\n" + key)
    assert KeyReader().problem(str(path), leaf) is None
    path.write_bytes(key + b"\n" * (1 << 20))
    assert KeyReader().problem(str(path), leaf) is KeyProblem.UNKNOWN
