"""Compares the search of a large repository with git ls-files: ``python -m benchmarks.discovery``.

The repository has one server with 20 hosts and 100,000 files of other programs: code, documents,
YAML, and configurations of nginx. Every program runs once in each round, one after the other.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import measure
from benchmarks.programs import Program, apachestaple
from benchmarks.tables import figures, markdown, plain
from benchmarks.trees import make_tree

_HOSTS = 20
_FILES_OF_FOLDER = 50
_NGINX = "server {\n    listen 443 ssl;\n    server_name example.com;\n}\n"
_YAML = "apiVersion: v1\nkind: Service\nmetadata:\n  name: example\n"
# Of fifty files, the names behind the number, and the content.
_KINDS = (
    *(((".py", "import os\n"),) * 25),
    *(((".md", "# Example\n"),) * 10),
    *(((".json", "{}\n"),) * 8),
    *(((".yaml", _YAML),) * 5),
    *(((".conf", _NGINX),) * 2),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the repository, measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.discovery", description=__doc__)
    parser.add_argument("--files", metavar="N", type=int, default=100_000, help="[100000]")
    parser.add_argument("--rounds", metavar="N", type=int, default=7, help="[7]")
    parser.add_argument("--markdown", action="store_true", help="as for docs/performance.md")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        repository = Path(name)
        make_tree(repository / "etc/apache2", _HOSTS)
        make_others(repository, given.files)
        git = ["git", "-C", name]
        for command in (["init", "--quiet"], ["add", "--all"]):
            subprocess.run([*git, *command], check=True)
        lint = [apachestaple(), "lint", "--fail-on", "error", name]
        programs = [
            Program("git ls-files", [*git, "ls-files"], "etc/apache2/apache2.conf"),
            Program("apachestaple lint", lint, f"{_HOSTS} hosts"),
        ]
        environment = {**os.environ}
        for variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
            environment.pop(variable, None)
        table = markdown if given.markdown else plain
        print(table(figures(measure(programs, given.rounds, environment))))
    return 0


def make_others(repository: Path, files: int) -> None:
    """Write this number of files that are no configurations of httpd, in folders of fifty."""
    for number in range(files):
        in_folder = number % _FILES_OF_FOLDER
        folder = repository / f"part{number // 5000:02}/folder{number // _FILES_OF_FOLDER:05}"
        if in_folder == 0:
            folder.mkdir(parents=True)
        suffix, content = _KINDS[in_folder]
        (folder / f"file{in_folder:02}{suffix}").write_text(content)


if __name__ == "__main__":
    sys.exit(main())
