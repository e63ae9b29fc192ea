"""The configurations in a template or a YAML file."""

from __future__ import annotations

import re
from typing import NamedTuple

from apachestaple.discovery.contents import Kind, kind_of
from apachestaple.discovery.names import is_yaml
from apachestaple.discovery.templates.tags import marks_of
from apachestaple.discovery.templates.variants import variants
from apachestaple.discovery.templates.yaml_blocks import yaml_blocks

# Most YAML files and templates are no configurations of httpd, and have none of these words.
_WORDS = re.compile(
    r"<(?:VirtualHost|If[A-Z][a-z]+|Directory|Location|Macro)\b|ServerRoot|"
    r"SSL(?:UseStapling|Stapling|Engine|Certificate|Protocol|CipherSuite|OCSP)|MDStapl|MDomain",
    re.IGNORECASE,
)

# Each configuration in a YAML file has blank lines instead of all that stands above it, so that the
# number of lines grows with the square of the length. This limits the sum.
_MOST_LINES = 500_000


class Documents(NamedTuple):
    """The configurations in a file.

    Attributes:
        text: of the file.
        variants: for each configuration, the texts that it can become. They have the lines of the
            file; what is not part of the configuration is blank.
        has_more: whether there are more configurations, which are not read.

    """

    text: str
    variants: list[tuple[str, ...]]
    has_more: bool = False


def documents(path: str, text: str, *, is_given: bool = False) -> Documents:
    """The configurations of httpd in a template or a YAML file.

    Those without directives about hosts or TLS are left out, unless the user named the file.
    """
    found: list[tuple[str, ...]] = []
    marks = marks_of(path)
    lines = 0
    if not is_given and _WORDS.search(text) is None:
        return Documents(text, found)
    for above, document in yaml_blocks(text) if is_yaml(path) else ((0, text),):
        if not is_given and _WORDS.search(document) is None:
            continue
        rendered = variants(document, marks)
        if all(kind_of(variant) is Kind.OTHER for variant in rendered):
            continue
        lines += above
        if lines > _MOST_LINES:
            return Documents(text, found, has_more=True)
        found.append(tuple("\n" * above + variant for variant in rendered))
    return Documents(text, found)
