"""``python -m tests.matrix FOLDER [TREES] [SEED] [RELEASE …]``: the proofs, by other referees.

Releases are unpacked below FOLDER and stay there. Exit code 1 where a proof fails with any of them.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from pathlib import Path

from tests.matrix.releases import RELEASES, Release, unpacked

# What plays configurations on the lab's httpd.
_PLAYED = (
    *("test_lab", "test_rules", "test_reader", "test_rejected", "test_hosts", "test_cache"),
    *("test_certificates", "test_keys", "test_uri", "test_ask", "test_end_to_end"),
)


def main(arguments: list[str]) -> int:
    """Run and print."""
    parent = Path(arguments[0])
    trees = arguments[1] if len(arguments) > 1 and arguments[1] else "50"
    seed = arguments[2] if len(arguments) > 2 and arguments[2] else str(secrets.randbelow(10**9))
    names = arguments[3:] or RELEASES
    failed = []
    for name in names:
        release = unpacked(name, parent)
        _say(f"== {release.name}: httpd {release.httpd}, OpenSSL {release.openssl}")
        failed += [f"{name}: {proof}" for proof in _failing(release, trees, seed)]
    _say("\n".join(failed) if failed else f"No difference; SEED={seed}.")
    return int(bool(failed))


def _failing(release: Release, trees: str, seed: str) -> list[str]:
    """The proofs that fail with the httpd of a release."""
    python = sys.executable
    tests = [f"tests/{name}.py" for name in _PLAYED]
    proofs = {
        "rules, reader, hosts, cache": [python, "-m", "pytest", *tests],
        "random trees": [python, "-m", "tests.random_trees", trees, seed],
        "drawn configurations": [python, "-m", "tests.drawn", trees, seed, "2"],
        "shared certificates": [python, "-m", "tests.shared", trees, seed, "2"],
    }
    return [name for name, command in proofs.items() if not _passes(name, command, release)]


def _passes(name: str, command: list[str], release: Release) -> bool:
    begun = time.monotonic()
    done = subprocess.run(
        [*release.in_place_of_ours(), *command],
        check=False,
        text=True,
        capture_output=True,
        errors="replace",
    )
    seconds = time.monotonic() - begun
    _say(f"   {name}: {'passes' if done.returncode == 0 else 'FAILS'} in {seconds:.0f} s")
    if done.returncode != 0:
        _say(done.stdout[-6000:] + done.stderr[-2000:])
    return done.returncode == 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
