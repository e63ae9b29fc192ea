"""``python -m tests.audit``: asks PyPI for known vulnerabilities of the dependencies.

It checks the newest versions that pyproject.toml allows. Exit code 0 if no vulnerability is known,
1 if one is, 2 if a version could not be checked. The vulnerabilities of the lowest versions are
only listed: a lower bound is raised if a vulnerability affects what apachestaple uses.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.project import ROOT

_PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Audit:
    """Results of pip-audit.

    Attributes:
        checked: the number of packages that PyPI knows.
        vulnerable: a line for each known vulnerability.
        unchecked: a line for each package that could not be checked, or the error of pip-audit.

    """

    checked: int
    vulnerable: tuple[str, ...]
    unchecked: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """The exit code of the program."""
        return 2 if self.unchecked else int(bool(self.vulnerable))


def parse_report(stdout: str, stderr: str) -> Audit:
    """Read the report of ``pip-audit --format json``, which is empty after an error."""
    try:
        packages = json.loads(stdout)["dependencies"]
    except ValueError:
        return Audit(0, (), (stderr.strip().rpartition("\n")[2] or "pip-audit printed no report",))
    unchecked = tuple(package["skip_reason"] for package in packages if "skip_reason" in package)
    vulnerable = tuple(
        f"{package['name']} {package['version']}: {found['id']}"
        f" (fixed in {', '.join(found['fix_versions']) or 'no version'})"
        for package in packages
        for found in package.get("vulns", ())
    )
    return Audit(len(packages) - len(unchecked), vulnerable, unchecked)


def _audited(resolution: str) -> Audit:
    """Resolve the dependencies and check them."""
    with tempfile.TemporaryDirectory() as name:
        requirements = Path(name, "requirements.txt")
        resolve = ["uv", "pip", "compile", "--quiet", f"--resolution={resolution}", "--no-annotate"]
        done = _run(*resolve, f"--output-file={requirements}", "pyproject.toml")
        if done.returncode:
            return Audit(0, (), (done.stderr.strip(),))
        options = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json"]
        done = _run("pip-audit", *options, f"--requirement={requirements}")
        return parse_report(done.stdout, done.stderr)


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_PROGRAMS / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def main() -> int:
    """Check both sets and print the results; returns the exit code."""
    audits = {name: _audited(name) for name in ("highest", "lowest-direct")}
    for name, audit in audits.items():
        sys.stdout.write(
            f"{name}: {audit.checked} packages checked, {len(audit.vulnerable)} vulnerabilities\n"
        )
        sys.stdout.writelines(f"  {line}\n" for line in audit.vulnerable)
        if audit.unchecked:
            sys.stderr.write(f"{name}: {len(audit.unchecked)} could not be checked:\n")
            sys.stderr.writelines(f"  {line}\n" for line in audit.unchecked)
    return audits["highest"].exit_code


if __name__ == "__main__":
    sys.exit(main())
