"""Places of existing and of new lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.fix.editing.beside import beside, in_place_of_comments
from apachestaple.fix.editing.edit import Edit, Where
from apachestaple.fix.editing.render import Snippet
from apachestaple.fix.editing.snippet import new_snippet, prepared_snippet
from apachestaple.httpd.configuration import ErrorKind
from apachestaple.httpd.packages import is_of_package
from apachestaple.httpd.words import lower

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apachestaple.fix.editing.render import Renderer
    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site

# The directives of the main server next to which a new one is placed, the best first.
KIN_OF_CACHE = ("sslstaplingcache", "sslusestapling", "sslsessioncache")
KIN_OF_SWITCH = ("sslusestapling", "sslstaplingcache", "sslsessioncache")

# Next to these, a new line may also be in a file of a package: stapling is already set there.
_STAPLING = ("sslstapling", "sslusestapling", "sslocspproxyurl", "mdstapling")

# In a host, new lines follow the last of the first of these groups that it has.
_CERTIFICATES = ("sslcertificate",)
_ENGINE = ("sslengine",)


def real_file(directive: Directive) -> str:
    """The file in which a directive is edited, links followed."""
    return directive.source_file.real_path


def written_lines(directive: Directive) -> list[str]:
    """The physical lines of a directive."""
    return directive.source_file.physical_lines(directive.line, directive.end_line)


def uses_variable(directive: Directive) -> bool:
    """Whether a directive contains a ``${VARIABLE}`` or a parameter of a macro.

    The value may then be another one elsewhere.
    """
    text = "\n".join(written_lines(directive))
    return "${" in text or (directive.in_macro and any(mark in text for mark in "$%@"))


def from_variable(directive: Directive) -> str:
    """The reason why a directive with a variable (`uses_variable`) is not changed."""
    text = "\n".join(written_lines(directive))
    source = "a variable" if "${" in text else "a parameter of the macro"
    return f"{directive.file} line {directive.line} was not changed: its value is from {source}"


def replace(directive: Directive, lines: Iterable[str], reason: str) -> Edit:
    """Replace a directive by lines."""
    return Edit(real_file(directive), directive.line, Where.REPLACE, tuple(lines), reason)


def remove(directive: Directive, reason: str) -> Edit:
    """Remove a directive."""
    return Edit(real_file(directive), directive.line, Where.REMOVE, (), reason)


def is_editable(site: Site, directive: Directive) -> bool:
    """Whether fix may edit the file of a directive."""
    return site.configuration.paths.edit_refusal(real_file(directive)) is None


class NoPlaceError(Exception):
    """There is no place for a new line; the text says why."""


def in_main_server(
    site: Site,
    renderer: Renderer,
    lines: Sequence[str],
    reason: str,
    *,
    kin: tuple[str, ...] = KIN_OF_SWITCH,
    module: str = "ssl_module",
) -> tuple[Edit, ...]:
    """Add lines to the main server.

    They are placed next to the best directive of ``kin``. If that is in a file of a package and the
    distribution has a folder for local files, they are written to a new file there. If there is
    neither, they are placed at the end of the main file. If nothing about stapling is set yet, and
    the administrator has a file for it that is not enabled, that is enabled first.

    Raises:
        NoPlaceError: a section is still open at the end of the main file, or fix may not edit it.

    """
    configuration = site.configuration
    neighbour = _kin(site, kin)
    is_of_stapling = neighbour is not None and neighbour.key.startswith(_STAPLING)
    if not is_of_stapling and module == "ssl_module":
        prepared = prepared_snippet(site, lines)
        if prepared is not None:
            # The next round adds lines that it lacks.
            return tuple(prepared.enabled())
    is_local = neighbour is not None and not is_of_package(real_file(neighbour))
    snippet = None if is_of_stapling or is_local else new_snippet(configuration, module)
    if snippet is not None:
        made = renderer.lines(Snippet(lines=tuple(lines), module=module))
        return (Edit(snippet.path, 0, Where.FILE, made, reason), *snippet.enabled())
    if neighbour is not None:
        return beside(neighbour, lines, reason)
    main = configuration.files[configuration.main_file].real_path
    why = configuration.paths.edit_refusal(main)
    if why is not None:
        raise NoPlaceError(f"{main} was not changed ({reason}): the file {why}")
    for error in configuration.errors:
        if error.kind is ErrorKind.UNCLOSED_SECTION and (
            configuration.files[error.place.file].real_path == main
        ):
            raise NoPlaceError(f"{main} line {error.place.line}: {error.message}")
    return _at_the_end(site, main, lines, reason)


def _at_the_end(site: Site, main: str, lines: Sequence[str], reason: str) -> tuple[Edit, ...]:
    """Add lines in place of comments below the LoadModule of mod_ssl, or at the end of the file."""
    load = site.configuration.load_modules.get("ssl_module")
    edits: list[Edit] = []
    left = list(lines)
    file = site.configuration.files.get(load.file) if load is not None else None
    if load is not None and file is not None and file.real_path == main:
        edits, left = in_place_of_comments(file, load.line, lines, reason)
    if left:
        edits.append(Edit(main, 0, Where.END, tuple(left), reason))
    return tuple(edits)


def in_host(
    site: Site, host: Host, renderer: Renderer, lines: Sequence[str], reason: str
) -> tuple[Edit, ...]:
    """Add lines to a host: after related directives, or below its ServerName."""
    if host.section is None:
        return in_main_server(site, renderer, lines, reason)
    section = host.section
    own = [
        directive
        for directive in site.ssl_directives.of_section(section)
        if directive.file == section.file and directive.source == section.source
    ]
    if not own:
        return (Edit(real_file(section), section.line, Where.INSIDE, tuple(lines), reason),)
    kin = _related(own, lines)
    return (Edit(real_file(kin), kin.line, Where.AFTER, tuple(lines), reason),)


def _related(own: Sequence[Directive], lines: Iterable[str]) -> Directive:
    """The directive of a host after which new lines are placed."""
    of_chain = any(lower(line).startswith(_CERTIFICATES) for line in lines)
    for names in (_CERTIFICATES,) if of_chain else (_STAPLING, _CERTIFICATES, _ENGINE):
        found = [directive for directive in own if directive.key.startswith(names)]
        if found:
            return found[-1]
    return own[-1]


def last_in_host(section: Directive, lines: Sequence[str], reason: str) -> Edit:
    """Add lines at the end of a host, where they override earlier ones."""
    return Edit(real_file(section), section.line, Where.LAST, tuple(lines), reason)


def _kin(site: Site, names: tuple[str, ...]) -> Directive | None:
    """The last directive of the main server with the best name, else its last of mod_ssl.

    Files that a section includes, too, are left out, because some directives are only allowed in
    the main server. So are files of sites, because httpd does not read them when the site is
    disabled.
    """
    directives = site.configuration.directives
    in_sections = {
        directive.file
        for directive in directives
        if directive.parent is not None and directive.parent.file != directive.file
    }
    own = [
        directive
        for directive in directives
        if directive.parent is None
        and directive.key.startswith(("ssl", "mdstapling"))
        and not directive.in_macro
        and directive.file not in in_sections
        and is_editable(site, directive)
    ]
    site_file = site.configuration.dependences.site_file
    candidates = [
        *(each for name in names for each in reversed(own) if each.key == name),
        *reversed(own),
    ]
    return next((each for each in candidates if site_file(each) is None), None)
