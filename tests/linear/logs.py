"""Rows of ``explain``: hostile lines that grow, logs that have ever more of them, and limits."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from apachestaple.log.explainer import Explainer
from apachestaple.log.times import line_time

from .row import Limit, Row

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK = 1 << 20
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SSL = "[Sun Nov 22 10:00:00.000001 2026] [ssl:error] [pid 7:tid 1] "
MD = "[Sun Nov 22 10:00:00.000001 2026] [md:error] [pid 7:tid 1] "
MPM = "[Sun Nov 22 10:00:00.000001 2026] [mpm_event:notice] [pid 7:tid 1] "
NO_URI = (
    "AH02218: ssl_stapling_init_cert: no OCSP URI in certificate and no SSLStaplingForceURL set"
)
ERROR = "AH01941: stapling_renew_response: responder error"

# What a line begins with, what is repeated in it, and what it ends with.
LINES = {
    "a certificate's names": (SSL + NO_URI, " [subject: a / issuer: b / serial: ", ""),
    "beginnings of a certificate": (SSL + NO_URI, " [subject: ", ""),
    "a key of many files": (SSL + "AH02565: Certificate and private key ", " from  and ", ""),
    "a certificate of many files": (
        SSL + "AH02568: Certificate and private key ",
        " configured from ",
        "",
    ),
    "a host of many ports": (SSL + "AH02604: Unable to configure certificate ", ":1", ""),
    "a responder of many words": (SSL + "AH01972: could not resolve address of ", "a ", ""),
    "a proxy of many quotes": (SSL + "AH01974: could not connect to ", "proxy '", ""),
    "beginnings of mod_md": (MD, "md[", "]: certificate with serial  has no OCSP responder URL"),
    "serial numbers of mod_md": (MD, "md[x]: certificate with serial ", ""),
    "phrases of mod_md": (MD, "OCSP status update failed (", ""),
    "errors of OpenSSL": (SSL, "SSL Library Error: ", ""),
    "hosts before the number": (SSL, "[vhost ", ERROR),
    "states before the number": (SSL, "(1)", ERROR),
    "numbers before the number": (SSL, "AH0194", ERROR),
    "numbers": (SSL, ERROR, ""),
    "modules before the number": ("", "[ssl:", ERROR),
    "backslashes": (SSL + "AH01940: stapling_renew_response: Unsupported uri ", "\\x", ""),
    "names of a JSON object": ('{"', "time", f'": "message": "{ERROR}"}}'),
    "threads of a JSON object": ('{"', "pid", f'": "message": "{ERROR}"}}'),
    "members of a JSON object": ("{", '"pid": 1, ', f'"message": "{ERROR}"}}'),
    "escapes in the JSON of docker": (
        '{"log":"',
        "\\\\",
        f'[ssl:error] {ERROR}\\n","stream":"stderr"}}',
    ),
    "a prefix of docker compose": ("", "a ", f"| [ssl:error] {ERROR}"),
    "braces": ("", "{", f'"message": "{ERROR}"}}'),
    "brackets": ("", "[", f"] {ERROR}"),
}


def grown(begin: str, middle: str, end: str, size: int) -> bytes:
    """Twenty lines that differ, of about ``size`` bytes each."""
    middle *= size // len(middle)
    return b"".join(f"{begin}{middle}{end}{number}\n".encode() for number in range(20))


def endless(begin: str, middle: str, end: str, size: int) -> bytes:
    """All of it in one line of 100 times the size."""
    return f"{begin}{middle * (100 * size // len(middle))}{end}\n".encode()


def lines(form: str, size: int) -> bytes:
    """As many lines, each of another number."""
    return b"".join(f"{form.format(n)}\n".encode() for n in range(size))


def repeated(part: str, size: int) -> bytes:
    return (part * size).encode()


def in_blocks(make: Callable[[int], bytes], size: int) -> list[bytes]:
    """In blocks of 1 MB, as it comes from a file; here they cut lines."""
    log = make(size)
    return [log[begin : begin + _BLOCK] for begin in range(0, len(log), _BLOCK)]


def explain(blocks: list[bytes]) -> object:
    explainer = Explainer()
    explainer.read(blocks, NOW)
    return explainer.explanations()


def time_of(line: bytes) -> object:
    return [line_time(line, NOW) for _ in range(20)]


MANY = {
    "threads": SSL.replace("tid 1", "tid {0}") + ERROR,
    "hosts": SSL + "AH02604: Unable to configure certificate {0}.example.com:443:0 for stapling",
    "certificates of one host": SSL
    + "AH02568: Certificate and private key a:443:0 configured from /{0} and /{0}\n"
    + SSL
    + "AH02604: Unable to configure certificate a:443:0 for stapling",
    "URLs": SSL + "AH01940: stapling_renew_response: Unsupported uri https://{0}.example.com/",
    "formats": "{0} " + ERROR,
    "reloads": MPM.replace("pid 7", "pid {0}")
    + "AH00493: SIGUSR1 received.  Doing graceful restart\n"
    + MPM
    + "AH00489: Apache configured -- resuming normal operations",
}
ROWS = [
    *(
        Row(f"line of {name}", partial(in_blocks, partial(grown, *parts)), explain, size=1000)
        for name, parts in LINES.items()
    ),
    *(
        Row(
            f"endless line of {name}",
            partial(in_blocks, partial(endless, *parts)),
            explain,
            size=1000,
        )
        for name, parts in LINES.items()
    ),
    *(
        Row(f"log of {name}", partial(in_blocks, partial(lines, form)), explain)
        for name, form in MANY.items()
    ),
    *(
        Row(f"time in {part.strip()} …", partial(repeated, part), time_of)
        for part in ("Jan ", " ", "Jan  ", '"time', "0", '"time":"')
    ),
]


def bomb() -> bytes:
    """Ten gigabytes of zeros, compressed by gzip."""
    compressor = zlib.compressobj(9, wbits=31)
    block = bytes(10_000_000)
    return b"".join(compressor.compress(block) for _ in range(1000)) + compressor.flush()


def in_one_line(begin: str, part: str) -> bytes:
    return (begin + part * (100_000_000 // len(part))).encode()


LIMITS = [
    Limit("gzip of 10 GB of zeros", ["explain"], bomb, seconds=10),
    *(
        Limit(
            f"100 MB in one line, {name}",
            ["explain"],
            partial(in_one_line, begin, part),
            seconds=5,
        )
        for name, (begin, part) in {
            "letters": ("", "x"),
            "numbers": (SSL, ERROR),
            "messages": ("", SSL + ERROR),
            "phrases of mod_md": (MD, "md[x]: certificate with serial "),
            "NUL": ("", "\0"),
        }.items()
    ),
]
