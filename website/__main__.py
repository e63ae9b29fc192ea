"""``python -m website FOLDER``: build the site and check its links."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import main as sphinx

from website import source
from website.html import Site

CONFIGURATION = Path(__file__).parent


def main() -> int:
    """Build into a folder; with --online, also open all links to other hosts."""
    parser = argparse.ArgumentParser(prog="python -m website", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--online", action="store_true", help="open the links to other hosts")
    given = parser.parse_args()
    shutil.rmtree(given.folder, ignore_errors=True)
    pages = given.folder / "source"
    source.write(pages)
    if status := build("html", pages, given.folder / "html"):
        return status
    site = Site.read(given.folder / "html")
    problems = list(site.problems())
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    internal = sum(1 for _ in site.internal())
    print(f"{len(site.pages)} pages, {internal} links, {len(site.external())} to other hosts:")
    print("".join(f"  {link}\n" for link in sorted(site.external())), end="")
    if given.online and not problems:
        return build("linkcheck", pages, given.folder / "linkcheck")
    return bool(problems)


def build(builder: str, pages: Path, output: Path) -> int:
    """Run Sphinx; each warning is an error."""
    options = ["-q", "-W", "--keep-going", "-n", "-b", builder, "-c", str(CONFIGURATION)]
    return sphinx([*options, "-d", str(output.parent / "doctrees"), str(pages), str(output)])


if __name__ == "__main__":
    sys.exit(main())
