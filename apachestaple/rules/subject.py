"""Subjects of findings: objects of the model, with an identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.configuration import Place
from apachestaple.mod_ssl.responders import certificate_path

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive, ReadError, ReadNote
    from apachestaple.httpd.source_file import SourceFile
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.ignore_comments import IgnoreComment


class Subject(NamedTuple):
    """The object that a finding is about.

    Attributes:
        identity: equal for findings about the same object, also in different configurations.
        thing: the object; for a responder its URL.
        place: its place in a file.
        path: the file that contains it, or the file itself; ``""`` for a responder.
        text: its text in the file, without line number.

    """

    identity: tuple[str | int, ...]
    thing: Directive | Host | HostCertificate | Site | ReadError | ReadNote | str
    place: Place
    path: str
    text: str


def directive_subject(directive: Directive) -> Subject:
    """A directive as a line of a file; a line that is included or used twice is one subject."""
    identity = ("directive", directive.file, directive.position)
    text = f"{directive.name} {directive.raw}"
    return Subject(identity, directive, directive.place, directive.file, text)


def value_subject(directive: Directive) -> Subject:
    """The arguments of a directive, which can be at the place where a macro is used."""
    subject = directive_subject(directive)
    place = directive.place_of_value
    if place == subject.place:
        return subject
    identity = ("value", place.file, place.line, *subject.identity)
    return subject._replace(identity=identity, place=place, path=place.file)


def host_subject(host: Host, site: Site) -> Subject:
    """A virtual host or the main server; all hosts of one section in a macro are one subject."""
    section = host.section
    if section is None:
        return Subject(*_main(site), site.configuration.main_file, host.name)
    identity = ("host", section.file, section.position)
    return Subject(identity, host, section.place, section.file, host.name)


def server_subject(site: Site) -> Subject:
    """The server as a whole."""
    return Subject(*_main(site), site.configuration.main_file, "")


def _main(site: Site) -> tuple[tuple[str, str], Site, Place]:
    main_file = site.configuration.main_file
    return ("server", main_file), site, Place(main_file, 1, 1, 1, 1)


def certificate_subject(certificate: HostCertificate) -> Subject:
    """A certificate file; all directives that name it have the same subject."""
    path = certificate_path(certificate)
    place = certificate.directive.place
    return Subject(("certificate", path), certificate, place, path, path)


def key_subject(certificate: HostCertificate) -> Subject:
    """The private key that a certificate is used with."""
    directive = certificate.key_directive or certificate.directive
    path = certificate_path(certificate)
    identity = ("key", directive.raw, path)
    return Subject(identity, certificate, directive.place, path, directive.raw)


def responder_subject(url: str, certificate: HostCertificate) -> Subject:
    """An OCSP responder, at the first certificate that needs it."""
    return Subject(("responder", url), url, certificate.directive.place, "", url)


def error_subject(error: ReadError) -> Subject:
    """An error of the reader, at the place where httpd stops reading."""
    place = error.place
    identity = ("error", place.file, place.line, error.message)
    return Subject(identity, error, place, place.file, error.message)


def note_subject(note: ReadNote) -> Subject:
    """A note of the reader, at the place of a probable mistake."""
    place = note.place
    identity = ("note", place.file, place.line, note.subject)
    return Subject(identity, note, place, place.file, note.subject)


def include_subject(note: ReadNote) -> Subject:
    """A file that an Include names; all Includes that name it have the same subject.

    A relative path can be another file in another server.
    """
    beside = "" if note.subject.startswith("/") else note.place.file
    identity = ("include", note.kind, note.subject, beside)
    return Subject(identity, note, note.place, note.place.file, note.subject)


def line_subject(file: SourceFile, line: int) -> Subject:
    """A physical line that is no directive."""
    text = file.physical_line(line)
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    place = Place(file.path, line, start + 1, line, end + 1)
    return Subject(("line", file.path, line), text.strip(), place, file.path, text.strip())


def comment_subject(comment: IgnoreComment, word: str = "") -> Subject:
    """A comment that ignores rules, or one word of it."""
    place, text = comment.place, ", ".join(comment.words)
    identity = ("comment", place.file, place.line, place.column, word)
    return Subject(identity, text, place, place.file, f"ignore {text} {word}")
