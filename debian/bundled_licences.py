"""``python3 bundled_licences.py VENV``: prints the licences of its packages.

The output continues debian/copyright, in the same format.
"""

import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

_TEXTS = ("LICEN", "COPYING", "NOTICE", "AUTHORS")
_APACHE = "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION"
_COMMON = "On Debian systems, the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0."


def main(environment: Path) -> None:
    """Print a paragraph for each package, sorted by name, except for apachestaple itself."""
    (packages,) = environment.glob("lib/python3*/site-packages")
    found = sorted(distributions(path=[str(packages)]), key=lambda each: each.name.lower())
    for distribution in found:
        if distribution.name != "apachestaple":
            print(_paragraph(distribution))


def _paragraph(distribution: Distribution) -> str:
    folders = {path.parts[0] for path in distribution.files or () if path.parts[0] != ".."}
    files = "\n ".join(f"usr/lib/apachestaple/*/site-packages/{each}*" for each in sorted(folders))
    licence = f"{distribution.name}-{distribution.version}"
    text = "\n\n".join(_texts(distribution))
    lines = "\n".join(f" {line}" if line.strip() else " ." for line in text.splitlines())
    return f"\nFiles: {files}\nCopyright: see the text of the licence\nLicense: {licence}\n{lines}"


def _texts(distribution: Distribution) -> list[str]:
    """The expression or classifiers of the licence, and the texts that the wheel has."""
    known = distribution.metadata
    names = known.get_all("License-Expression") or [
        *known.get_all("License", []),
        *(each for each in known.get_all("Classifier", []) if each.startswith("License ::")),
    ]
    files = [path for path in distribution.files or () if path.name.upper().startswith(_TEXTS)]
    return ["\n".join(names), *(_text(path.read_text()) for path in sorted(files))]


def _text(licence: str) -> str:
    return _COMMON if _APACHE in licence else licence


if __name__ == "__main__":
    main(Path(sys.argv[1]))
