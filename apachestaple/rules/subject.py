"""What a finding is about: one of the model's objects, and how it is told from others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.configuration import Place
from apachestaple.mod_ssl.responders import certificate_path

if TYPE_CHECKING:
    from apachestaple.httpd.configuration import Directive, ReadError, ReadNote
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


class Subject(NamedTuple):
    """What a finding is about.

    Attributes:
        identity: equal for two findings about the same object, also in two configurations.
        thing: the object; for a responder its URL.
        place: where it stands.
        path: the file that it stands in, or that it is; ``""`` for a responder.
        text: how it is written there, without its line number.

    """

    identity: tuple[str | int, ...]
    thing: Directive | Host | HostCertificate | Site | ReadError | ReadNote | str
    place: Place
    path: str
    text: str


def directive_subject(directive: Directive) -> Subject:
    """A directive as a line of a file: what is included or used twice is one."""
    identity = ("directive", directive.file, directive.position)
    text = f"{directive.name} {directive.raw}"
    return Subject(identity, directive, directive.place, directive.file, text)


def value_subject(directive: Directive) -> Subject:
    """The arguments of a directive, which may be those of the use of a macro."""
    subject = directive_subject(directive)
    place = directive.place_of_value
    if place == subject.place:
        return subject
    identity = ("value", place.file, place.line, *subject.identity)
    return subject._replace(identity=identity, place=place, path=place.file)


def host_subject(host: Host, site: Site) -> Subject:
    """A virtual host or the main server; all hosts of a section in a macro are one."""
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
    """A certificate file, whichever directives name it."""
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
    """The place at which httpd stops reading."""
    place = error.place
    identity = ("error", place.file, place.line, error.message)
    return Subject(identity, error, place, place.file, error.message)


def note_subject(note: ReadNote) -> Subject:
    """The place at which httpd reads something that was hardly meant."""
    place = note.place
    identity = ("note", place.file, place.line, note.subject)
    return Subject(identity, note, place, place.file, note.subject)
