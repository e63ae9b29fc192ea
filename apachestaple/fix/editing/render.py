"""The lines that fix writes, from Jinja templates.

Templates in a folder of the user replace our own. The variables of each template are the fields of
a dataclass.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar

from apachestaple.fix.editing.allowed import allowed_lines
from apachestaple.httpd.configuration import NoteKind
from apachestaple.httpd.machine import NEWEST
from apachestaple.httpd.paths import Paths
from apachestaple.httpd.reader import read
from apachestaple.httpd.start import Start
from apachestaple.mod_ssl.cache import PROVIDERS, parse_cache
from apachestaple.mod_ssl.commands import COMMANDS
from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind
from apachestaple.templating import TemplateProblemError, Templates

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from apachestaple.httpd.configuration import Directive


@dataclass(frozen=True, slots=True)
class StaplingCache:
    """For ``stapling_cache.conf.j2``: the cache of the main server.

    Attributes:
        path: path of the shared memory, as httpd sees it.
        size: size in bytes.
        quote: quote around the argument, or ``""``.

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
        reason: the reason, in a few words.
        comment: the reason for the comment above the line, or ``""`` for no comment.

    """

    template: ClassVar[str] = "use_stapling.conf.j2"
    state: str
    host: str
    reason: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ResponderErrors:
    """For ``responder_errors.conf.j2``: the two switches for the errors of responders.

    Attributes:
        return_responder_errors: whether SSLStaplingReturnResponderErrors is written.
        fake_try_later: whether SSLStaplingFakeTryLater is written.

    """

    template: ClassVar[str] = "responder_errors.conf.j2"
    return_responder_errors: bool
    fake_try_later: bool


@dataclass(frozen=True, slots=True)
class LoadModule:
    """For ``load_module.conf.j2``: a module that is installed but not loaded.

    Attributes:
        module: its name, such as ``socache_shmcb_module``.
        path: path of its file, absolute or relative as for the other modules.

    """

    template: ClassVar[str] = "load_module.conf.j2"
    module: str
    path: str


@dataclass(frozen=True, slots=True)
class MdStapling:
    """For ``md_stapling.conf.j2``: stapling by mod_md, in the main server."""

    template: ClassVar[str] = "md_stapling.conf.j2"


@dataclass(frozen=True, slots=True)
class OcspProxy:
    """For ``ocsp_proxy.conf.j2``: the proxy through which responders are queried.

    Attributes:
        url: URL of the proxy, with its port.

    """

    template: ClassVar[str] = "ocsp_proxy.conf.j2"
    url: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """For ``snippet.conf.j2``: a new file with lines of the main server.

    Attributes:
        lines: the lines that the other templates have rendered.
        module: the module of the directives, by its name in LoadModule.

    """

    template: ClassVar[str] = "snippet.conf.j2"
    lines: tuple[str, ...]
    module: str


@dataclass(frozen=True, slots=True)
class ChainFile:
    """For ``chain_file.conf.j2``: the chain of a virtual host or the main server.

    Attributes:
        path: path of a file that the configuration already names.
        quote: quote around the path, or ``""``.

    """

    template: ClassVar[str] = "chain_file.conf.j2"
    path: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """For ``certificate_file.conf.j2``: the certificate of a virtual host or the main server.

    Attributes:
        path: path of a file with the same certificate.
        quote: quote around the path, or ``""``.

    """

    template: ClassVar[str] = "certificate_file.conf.j2"
    path: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class ForceUrl:
    """For ``force_url.conf.j2``: the responder of a virtual host or the main server.

    Attributes:
        url: URL of the responder.

    """

    template: ClassVar[str] = "force_url.conf.j2"
    url: str


Rendered = (
    StaplingCache
    | UseStapling
    | ResponderErrors
    | LoadModule
    | MdStapling
    | OcspProxy
    | ChainFile
    | CertificateFile
    | ForceUrl
    | Snippet
)


class Renderer:
    """Renders templates; those in ``folder`` replace our own.

    Attributes:
        comments: whether comments give the reasons for lines.

    """

    def __init__(self, folder: str | None = None, *, comments: bool = True) -> None:
        self._templates = Templates(folder)
        # Ten thousand hosts usually need the same line.
        self._rendered: dict[Hashable, tuple[str, ...]] = {}
        self._variables: dict[type[Rendered], Sequence[str]] = {}
        self.comments = comments

    def lines(self, snippet: Rendered) -> tuple[str, ...]:
        """The lines of a snippet, without line endings.

        Raises:
            TemplateProblemError: the template cannot be read or rendered, or renders lines that are
                not allowed or that httpd would reject.

        """
        values = (getattr(snippet, name) for name in self._used(type(snippet)))
        key = type(snippet), _is_in_host(snippet), *values
        lines = self._rendered.get(key)
        if lines is None:
            lines = self._rendered[key] = self._lines(snippet)
        return lines

    def _used(self, kind: type[Rendered]) -> Sequence[str]:
        """The variables on which the lines depend."""
        if kind not in self._variables:
            used = self._templates.used_variables(kind.template)
            names = [each.name for each in fields(kind)]
            self._variables[kind] = [name for name in names if name in used] if used else names
        return self._variables[kind]

    def _lines(self, snippet: Rendered) -> tuple[str, ...]:
        variables = {each.name: getattr(snippet, each.name) for each in fields(snippet)}
        text = self._templates.render(snippet.template, variables)
        shown = self._templates.shown(snippet.template)
        lines = allowed_lines(text, shown, _texts(variables), _asked_for(snippet))
        try:
            _check(snippet, lines)
        except TemplateProblemError as error:
            raise TemplateProblemError(f"{shown}: {error}") from None
        return lines


def _is_in_host(snippet: Rendered) -> bool:
    return isinstance(snippet, UseStapling) and bool(snippet.host)


def _asked_for(snippet: Rendered) -> tuple[str, ...]:
    """The words of a directive that is only allowed with exactly these arguments."""
    if isinstance(snippet, LoadModule):
        return ("loadmodule", snippet.module, snippet.path)
    if isinstance(snippet, ChainFile):
        return ("sslcertificatechainfile", snippet.path)
    if isinstance(snippet, CertificateFile):
        return ("sslcertificatefile", snippet.path)
    return ()


def _texts(variables: Mapping[str, object]) -> list[str]:
    """The texts among the variables of a template."""
    texts: list[object] = []
    for value in variables.values():
        texts += value if isinstance(value, tuple) else (value,)
    return [text for text in texts if isinstance(text, str)]


def _check(snippet: Rendered, lines: tuple[str, ...]) -> None:
    """Check that httpd would accept the lines; raises TemplateProblemError."""
    text = "\n".join(lines) + "\n"
    path = os.path.join("/", snippet.template)
    # In a fragment, conditions count as true, so directives in them are checked, too.
    start = Start(path, "/", Paths(texts={path: text}), version=lambda: NEWEST, whole=False)
    configuration = read(start)
    if configuration.errors:
        raise TemplateProblemError(configuration.errors[0].message)
    if any(note.kind is NoteKind.SECTION_ENDS_WITH_FILE for note in configuration.notes):
        raise TemplateProblemError("a section is not closed")
    if not configuration.directives and not configuration.load_modules:
        raise TemplateProblemError("renders no directive")
    for directive in configuration.directives:
        refusal = _refusal(directive, in_host=_is_in_host(snippet))
        if refusal is not None:
            raise TemplateProblemError(refusal)


def _refusal(directive: Directive, *, in_host: bool) -> str | None:
    """Why httpd would reject a directive; ``None`` if it would accept it."""
    known = STAPLING_DIRECTIVES.get(directive.key)
    if known is None:
        return None
    if in_host and not known.in_virtual_host:
        return f"{known.name} is not allowed in a virtual host"
    refusal = COMMANDS[directive.key].problem(directive.arguments)
    if refusal is not None or known.kind is not Kind.CACHE:
        return refusal
    cache = parse_cache(directive.arguments[0])
    if cache.provider not in PROVIDERS:
        return f"there is no cache provider {cache.provider!r}"
    return cache.refusal
