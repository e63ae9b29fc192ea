"""Comments in a configuration that suppress rules."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from apachestaple.rules.catalogue import find_rule

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Place
    from apachestaple.mod_ssl.site import Site

# A list ends before the next comment starts, so that the time is linear.
_SUPPRESSION = re.compile(r"#\s*apachestaple:\s*ignore\[([^\]#]*)\]")


def is_suppressed(code: str, place: Place, site: Site) -> bool:
    """Whether a comment on the lines of ``place``, or on the line above, suppresses a rule."""
    file = site.annotated_files.get(place.file)
    if file is None:
        return False
    above = file.physical_line(place.line - 1).strip()
    texts = [above] if above.startswith("#") else []
    texts += file.physical_lines(place.line, place.end_line)
    rule = find_rule(code)
    names = {code.lower(), rule.name if rule else ""}
    return not all(names.isdisjoint(ignored_names(text)) for text in texts)


# Cached, because a line may have many findings.
@lru_cache(maxsize=256)
def ignored_names(text: str) -> frozenset[str]:
    """Codes and names in the comments of a line, in lower case."""
    return frozenset(
        word.strip().lower() for listed in _SUPPRESSION.findall(text) for word in listed.split(",")
    )
