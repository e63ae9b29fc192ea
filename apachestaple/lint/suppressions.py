"""Comments in a configuration that ignore a rule."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from apachestaple.rules.catalogue import find_rule

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Place
    from apachestaple.mod_ssl.site import Site

# A list ends before the next comment begins, so that no character is looked at twice.
_SUPPRESSION = re.compile(r"#\s*apachestaple:\s*ignore\[([^\]#]*)\]")


def is_suppressed(code: str, place: Place, site: Site) -> bool:
    """Whether a comment on the lines of ``place``, or on the line above, ignores a rule."""
    file = site.annotated_files.get(place.file)
    if file is None:
        return False
    above = file.physical_line(place.line - 1).strip()
    texts = [above] if above.startswith("#") else []
    texts += file.physical_lines(place.line, place.end_line)
    rule = find_rule(code)
    names = {code.lower(), rule.name if rule else ""}
    return not all(names.isdisjoint(ignored_names(text)) for text in texts)


# A line with many findings is read once.
@lru_cache(maxsize=256)
def ignored_names(text: str) -> frozenset[str]:
    """Codes and names of the rules that the comments in a line ignore, in lower case."""
    return frozenset(
        word.strip().lower() for listed in _SUPPRESSION.findall(text) for word in listed.split(",")
    )
