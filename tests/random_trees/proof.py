"""A tree is written, repaired and started; every host is asked for its staple."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from apachestaple.cli.fix import fix as fix_command
from apachestaple.cli.options import Common
from tests.lab.handshake import handshake
from tests.lab.play import Lab
from tests.lab.ports import ReservedPort
from tests.lab.processes import Child, wait_until
from tests.lab.server import BINARY
from tests.random_trees.bound import changed_lines, lower_bound
from tests.random_trees.draw import draw
from tests.random_trees.layouts import Written, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.random_trees.model import Tree

# Messages of a server that staples badly: no issuer, no responder, no cache.
_FAULTS = {"AH02217", "AH02218", "AH02604", "AH01958"}
_SITES = 24
# What is a line about stapling, however it is written, or what it needs.
_STAPLING = re.compile(
    rb"sta(p|lp)l?ing|mod_(ssl|socache_shmcb)|SSLUseStap|SSLCertificateChainFile|# apachestaple: ",
    re.IGNORECASE,
)


@dataclass
class Report:
    """What became of the trees."""

    tried: int = 0
    hosts: int = 0
    stapling: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    rejected_before: int = 0
    changed: int = 0
    bound: int = 0
    above: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        self.tried += other.tried
        self.hosts += other.hosts
        self.stapling += other.stapling
        self.faults += other.faults
        self.rejected_before += other.rejected_before
        self.changed += other.changed
        self.bound += other.bound
        self.above += other.above
        self.failures += other.failures

    def lines(self) -> Iterator[str]:
        """The report, to be printed."""
        yield f"{self.tried} trees, {self.hosts} hosts, {self.stapling} of them staple afterwards"
        yield f"{self.rejected_before} trees were rejected by httpd -t before"
        yield "faults: " + ", ".join(f"{name} {n}" for name, n in sorted(self.faults.items()))
        ratio = self.changed / self.bound if self.bound else 1.0
        yield (
            f"{self.changed} lines changed, at least {self.bound} had to be (ratio {ratio:.3f}); "
            f"lines above the bound, by tree: {dict(sorted(self.above.items()))}"
        )
        yield f"{len(self.failures)} failures"
        yield from self.failures


def prove(count: int, seed: int) -> Report:
    """Draw ``count`` trees from ``seed`` on, and prove each."""
    report = Report()
    with Lab() as lab:
        sites = [f"site-{number:02}" for number in range(_SITES)]
        for name in sites:
            lab.authority.issue(name, names=["*.example.com"])
        os.environ["XDG_STATE_HOME"] = str(lab.folder / "state")
        for number in range(count):
            prove_one(lab, seed + number, sites, report)
    return report


def prove_one(lab: Lab, seed: int, sites: Sequence[str], report: Report) -> None:
    """Prove the tree of one seed, and add what came of it to the report."""
    tree = draw(Random(seed), sites)  # noqa: S311  (repeatable, and no secret)
    root = lab.folder / f"tree-{seed}"
    with ReservedPort() as port:
        written = write(tree, root, lab.certificates_folder, port.number)
        before = texts(root)
        report.rejected_before += _configtest(written) is not None
        problems = list(_repaired(tree, written, before, port.number, report))
    report.tried += 1
    report.hosts += len(tree.hosts)
    report.faults.update(tree.faults)
    if problems:
        about = f"SEED={seed}: {tree.layout}, {', '.join(tree.faults)}"
        report.failures.append("\n  ".join([about, *problems]))
    shutil.rmtree(root)


def _repaired(
    tree: Tree, written: Written, before: dict[str, bytes], port: int, report: Report
) -> Iterator[str]:
    """What is not as it should be after fix."""
    code, said = fix(written.main, unsafe=tree.unsafe)
    if code == 2:
        yield f"fix: {said}"
        return
    after = texts(written.root)
    yield from _spared(before, after)
    changed, bound = changed_lines(before, after), lower_bound(tree)
    report.changed += changed
    report.bound += bound
    report.above[changed - bound] += 1
    if changed < bound:
        yield f"{changed} lines changed, below the bound of {bound}"
    yield from played(tree, written, port, report)
    _, again = fix(written.main, unsafe=tree.unsafe)
    if texts(written.root) != after or "Nothing to repair" not in again:
        yield f"a second run changes: {again}"
    if after == before:
        return
    code, said = _run(written.main, undo=True, configtest="never")
    if code != 0 or texts(written.root) != before:
        yield f"--undo does not give back what was there: {said}"


def _spared(before: dict[str, bytes], after: dict[str, bytes]) -> Iterator[str]:
    """Every line that has nothing to do with stapling is byte for byte what it was."""
    for path, text in before.items():
        if path not in after:
            yield f"{path} is gone"
        elif _others(text) != _others(after[path]):
            yield f"{path}: lines that are not about stapling have changed"
    for path in after.keys() - before.keys():
        lines = [line.strip() for line in after[path].split(b"\n")]
        if path.startswith("mods-enabled/"):
            continue
        odd = [ln for ln in lines if ln and not ln.startswith((b"#", b"<")) and _others(ln)]
        if odd:
            yield f"the new {path} has {odd}"


def _others(text: bytes) -> list[bytes]:
    return [line for line in text.split(b"\n") if not _STAPLING.search(line)]


def played(tree: Tree, written: Written, port: int, report: Report) -> Iterator[str]:
    """What the server and its clients say."""
    log = written.root / "logs"
    pid = written.root / "httpd.pid"
    message = _configtest(written)
    if message is not None:
        yield f"httpd -t: {message}"
        return
    command = [BINARY, "-d", str(written.root), "-f", str(written.main), "-DFOREGROUND"]
    child = Child(command, output=log / "stderr", environment=written.environment)
    try:
        wait_until(lambda: not child.running or pid.exists(), 15)
        if not child.running:
            yield f"httpd does not start: {_log(log)[-600:]}"
            return
        for host in tree.hosts:
            made = handshake(port, host.name)
            wanted = tree.staple(host)
            report.stapling += made.staple == "good"
            if not made.connected or made.staple != wanted:
                yield (
                    f"{host.name} ({host.certificate}): connected {made.connected}, staple "
                    f"{made.staple}, and {wanted} was wanted"
                )
    finally:
        child.stop(0.3)
    found = _FAULTS & set(re.findall(r"\bAH\d{5}\b", _log(log)))
    if found:
        yield f"in the log: {', '.join(sorted(found))}"


def _log(folder: Path) -> str:
    return "".join(
        path.read_text(errors="replace") for path in sorted(folder.iterdir()) if path.is_file()
    )


def fix(main: Path, *, unsafe: bool = False, rules: Sequence[str] = ()) -> tuple[int, str]:
    """Run fix with httpd's own test; its exit code and all that it printed."""
    return _run(main, unsafe=unsafe, configtest="always", select=list(rules) or None)


def _run(main: Path, **options: Any) -> tuple[int, str]:
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(printed):
        try:
            code = fix_command(Common(), [str(main)], **options)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is told with its seed)
            return 2, repr(error)
    printed.flush()
    return code, printed.buffer.getvalue().decode()


def _configtest(written: Written) -> str | None:
    done = subprocess.run(
        [BINARY, "-d", str(written.root), "-f", str(written.main), "-t"],
        env=dict(written.environment),
        capture_output=True,
        check=False,
        text=True,
        errors="replace",
    )
    return None if done.returncode == 0 else done.stderr


def texts(root: Path) -> dict[str, bytes]:
    """Every file's bytes and every link's target, by path."""
    found = {}
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if name not in ("logs", "modules")]
        for name in names:
            path = os.path.join(folder, name)
            place = os.path.relpath(path, root)
            if os.path.islink(path):
                found[place] = os.fsencode(os.readlink(path))
            elif name != "httpd.pid":
                with open(path, "rb") as file:
                    found[place] = file.read()
    return found
