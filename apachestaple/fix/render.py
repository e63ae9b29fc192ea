"""The lines that fix writes, from Jinja templates.

A user's folder may replace any of them. What a template is given stands in its own dataclass here.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import ClassVar

from apachestaple.httpd.paths import Paths
from apachestaple.httpd.reader import Start, read
from apachestaple.templating import TemplateProblemError, Templates


@dataclass(frozen=True, slots=True)
class StaplingCache:
    """For ``stapling_cache.conf.j2``: the cache of the main server.

    Attributes:
        path: of the shared memory, as httpd is to see it.
        size: in bytes.

    """

    template: ClassVar[str] = "stapling_cache.conf.j2"
    path: str
    size: int
    quote: str = ""


@dataclass(frozen=True, slots=True)
class UseStapling:
    """For ``use_stapling.conf.j2``: stapling on or off, in the main server or a virtual host.

    Attributes:
        state: ``on`` or ``off``.
        host: name of the host, ``""`` for the main server.
        reason: why, in a few words.

    """

    template: ClassVar[str] = "use_stapling.conf.j2"
    state: str
    host: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResponderErrors:
    """For ``responder_errors.conf.j2``: the two switches that keep a responder's errors back.

    Attributes:
        return_responder_errors: whether SSLStaplingReturnResponderErrors is to be written.
        fake_try_later: whether SSLStaplingFakeTryLater is to be written.

    """

    template: ClassVar[str] = "responder_errors.conf.j2"
    return_responder_errors: bool
    fake_try_later: bool


Snippet = StaplingCache | UseStapling | ResponderErrors


class Renderer:
    """Renders templates: those of ``folder`` first, then our own."""

    def __init__(self, folder: str | None = None) -> None:
        self._templates = Templates(folder)

    def lines(self, snippet: Snippet) -> tuple[str, ...]:
        """The lines of a snippet, without line endings.

        Raises:
            TemplateProblemError: the template cannot be read or rendered, or its text is no
                lines that httpd could read.

        """
        text = self._templates.render(snippet.template, asdict(snippet))
        lines = tuple(line.rstrip() for line in text.splitlines() if line.strip())
        _check(snippet.template, lines)
        return lines


def _check(template: str, lines: tuple[str, ...]) -> None:
    """Refuse what httpd would not read as directives of its own."""
    if not lines:
        raise TemplateProblemError(f"{template}: renders no line")
    text = "\n".join(lines) + "\n"
    path = os.path.join("/", template)
    start = Start(path, "/", Paths(texts={path: text}), version=lambda: (2, 4, 0), whole=False)
    configuration = read(start)
    if configuration.errors:
        raise TemplateProblemError(f"{template}: {configuration.errors[0].message}")
    if not configuration.directives:
        raise TemplateProblemError(f"{template}: renders no directive")
