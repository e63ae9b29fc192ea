"""Writes the error log of a busy server for ``benchmarks.explain``.

python -m benchmarks.logs FILE --megabytes 1000 [--stapling 0.02]
"""

from __future__ import annotations

import argparse
import random
from datetime import datetime, timedelta
from pathlib import Path

# Messages of other modules: PHP, requests of scanners, a slow backend.
_OTHERS = (
    (
        0.45,
        "[php:error] [pid {pid}:tid {tid}] [client {client}] PHP Warning:  Undefined array key "
        '"page" in /var/www/html/index.php on line 12, referer: https://www.example.com/',
    ),
    (
        0.8,
        "[authz_core:error] [pid {pid}:tid {tid}] [client {client}] AH01630: client denied by "
        "server configuration: /var/www/html/.env",
    ),
    (
        1.0,
        "[proxy_http:error] [pid {pid}:tid {tid}] (70007)The timeout specified has expired: "
        "[client {client}] AH01102: error reading status line from remote server 127.0.0.1:8080",
    ),
)
_STAPLING = (
    "[ssl:error] [pid {pid}:tid {tid}] (111)Connection refused: [client {client}] AH01974: could "
    "not connect to OCSP responder 'ocsp.example.com'",
    "[ssl:error] [pid {pid}:tid {tid}] AH01941: stapling_renew_response: responder error",
)
_FIRST = datetime(2026, 11, 1, 0, 0, 0)  # noqa: DTZ001  (httpd writes no zone)


def write_log(path: Path, length: int, *, stapling: float, seed: int = 1) -> int:
    """Write ``length`` bytes; a share ``stapling`` of the events is failures of a responder.

    Returns the number of failures.
    """
    chance = random.Random(seed)  # noqa: S311  (the same log every time)
    failures = written = 0
    moment = _FIRST
    with path.open("w") as log:
        while written < length:
            lines = []
            for _ in range(2000):
                moment += timedelta(microseconds=chance.randrange(500_000))
                draw = chance.random()
                if chance.random() < stapling:
                    failures += 1
                    texts: tuple[str, ...] = _STAPLING
                else:
                    texts = (next(text for share, text in _OTHERS if draw <= share),)
                facts = {
                    "pid": 1000 + chance.randrange(8),
                    "tid": 2000 + chance.randrange(64),
                    "client": f"198.51.100.{chance.randrange(256)}:{chance.randrange(1024, 65536)}",
                }
                time = f"[{moment:%a %b %d %H:%M:%S.%f %Y}]"
                lines += [f"{time} {text.format(**facts)}\n" for text in texts]
            block = "".join(lines)
            log.write(block)
            written += len(block)
    return failures


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--stapling", type=float, default=0.02)
    wanted = parser.parse_args()
    count = write_log(wanted.file, wanted.megabytes * 1_000_000, stapling=wanted.stapling)
    print(f"{count:,} failures of the responder in {wanted.file}")
