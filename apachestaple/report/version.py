"""The report of ``--version``."""

from __future__ import annotations

import os
import platform
import sys

import apachestaple
from apachestaple.errors import OperatingSystemError
from apachestaple.httpd.machine import installed, openssl_version
from apachestaple.report.columns import aligned
from apachestaple.report.terminal import printable


def version_report() -> str:
    """The version, those of the programs that it uses, and where it is installed.

    The first line has the version only, for scripts.
    """
    rows = [
        ["httpd", _httpd()],
        ["OpenSSL", openssl_version() or "not found"],
        ["Python", f"{platform.python_version()} ({sys.executable})"],
        ["installed in", os.path.dirname(os.path.abspath(apachestaple.__file__))],
    ]
    lines = [f"apachestaple {apachestaple.__version__}", *aligned(rows)]
    return "".join(f"{printable(line)}\n" for line in lines)


def _httpd() -> str:
    try:
        machine = installed()
    except OperatingSystemError as error:
        return str(error)
    if machine is None:
        return "not found"
    return f"{'.'.join(map(str, machine.version))} ({machine.binary})"
