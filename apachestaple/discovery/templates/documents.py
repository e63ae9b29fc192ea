"""The configurations in a template or a YAML file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apachestaple.discovery.contents import Kind, kind_of
from apachestaple.discovery.templates.tags import has_tags
from apachestaple.discovery.templates.variants import variants
from apachestaple.discovery.templates.yaml_blocks import is_yaml, yaml_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

# A file without these words is not examined. Most YAML files and templates are no
# configurations of httpd.
_WORDS = re.compile(
    r"<(?:VirtualHost|If[A-Z][a-z]+|Directory|Location|Macro)\b|ServerRoot|"
    r"SSL(?:UseStapling|Stapling|Engine|Certificate|Protocol|CipherSuite|OCSP)|MDStapl|MDomain"
)


def needs_rendering(path: str, text: str) -> bool:
    """Whether a file is a template or YAML, by its content or its name."""
    return is_yaml(path) or has_tags(text)


def documents(path: str, text: str) -> Iterator[tuple[str, ...]]:
    """The variants of each configuration of httpd in a template or a YAML file.

    They have the lines of the file; what is not part of the configuration is blank.
    """
    if _WORDS.search(text) is None:
        return
    for document in yaml_blocks(text) if is_yaml(path) else (text,):
        found = variants(document)
        if any(kind_of(variant) is not Kind.OTHER for variant in found):
            yield found
