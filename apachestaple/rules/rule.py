"""What a rule is: a class in a file of its own that asks for one thing and says findings.

The class's docstring is the rule's documentation: its first line the summary, the rest why httpd
does so. Its examples are played on a real httpd by the test suite.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from apachestaple.rules.finding import Confidence, Effect, Finding, HostName, Repair, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.certificates.keys import KeyProblem
    from apachestaple.certificates.pem import Problem
    from apachestaple.httpd.configuration import (
        Directive,
        ErrorKind,
        NoteKind,
        Place,
        ReadError,
        ReadNote,
    )
    from apachestaple.mod_ssl.hosts import Host, HostCertificate, ObstacleKind
    from apachestaple.mod_ssl.site import Site


@dataclass(frozen=True, slots=True)
class Example:
    """A configuration that a real httpd is started with.

    Modules, logs and the like are added; port 443 stands for a free port, and ``certs/`` holds
    certificates of every kind.

    Attributes:
        text: the configuration.
        files: further files, by path from the server root.
        links: symbolic links, by path from the server root.
        without: modules that are not loaded.
        as_if: for what httpd ignores, a configuration without it that behaves the same.
        rejection: for what httpd rejects, words of its message.

    """

    text: str
    files: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    as_if: str | None = None
    rejection: str | None = None


CACHE = "SSLStaplingCache shmcb:logs/stapling(131072)\n"


def tls_host(
    *lines: str, certificate: str = "good", key: str = "", name: str = "www.example.com"
) -> str:
    """A virtual host of an example, with further lines."""
    return "".join(
        f"{line}\n"
        for line in (
            "<VirtualHost *:443>",
            f"    ServerName {name}",
            "    SSLEngine on",
            f"    SSLCertificateFile certs/{certificate}.pem",
            f"    SSLCertificateKeyFile certs/{key or certificate}.key",
            *(f"    {line}" for line in lines),
            "</VirtualHost>",
        )
    )


class Rule(ABC):
    """One prediction about httpd.

    Attributes:
        code: ``AS201``.
        severity: how bad it is, where a finding does not say otherwise.
        confidence: how sure it is, likewise.
        effect: what httpd does.
        log_id: the AH number that it logs, or ``None``.
        repair: whether ``fix`` repairs it, or ``None``.
        needs_whole: whether it keeps silent about a fragment of a configuration.
        needs_answers: whether it keeps silent unless the responders were asked.
        bad: an example that has the effect.
        good: the same, repaired.

    """

    code: ClassVar[str]
    severity: ClassVar[Severity]
    confidence: ClassVar[Confidence] = Confidence.CERTAIN
    effect: ClassVar[Effect]
    log_id: ClassVar[str | None] = None
    repair: ClassVar[Repair | None] = None
    needs_whole: ClassVar[bool] = False
    needs_answers: ClassVar[bool] = False
    bad: ClassVar[Example]
    good: ClassVar[Example]

    @property
    def name(self) -> str:
        """The rule's name, which is that of its file: ``missing-stapling-cache``."""
        file = type(self).__module__.rpartition(".")[2]
        return file.partition("_")[2].replace("_", "-")

    @property
    def summary(self) -> str:
        """The first line of its documentation."""
        return self._documentation.partition("\n")[0]

    @property
    def explanation(self) -> str:
        """The rest of its documentation."""
        return self._documentation.partition("\n")[2].strip()

    @property
    def _documentation(self) -> str:
        return inspect.cleandoc(type(self).__doc__ or "")

    def finding(
        self,
        place: Place,
        message: str,
        advice: str,
        *,
        host: Host | None = None,
        certificate: HostCertificate | None = None,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        effect: Effect | None = None,
        log_id: str | None = None,
        repair: Repair | None = None,
        repairable: bool = True,
    ) -> Finding:
        """A finding of this rule."""
        return Finding(
            rule=self.code,
            name=self.name,
            severity=severity or self.severity,
            confidence=confidence or self.confidence,
            effect=effect or self.effect,
            message=message,
            advice=advice,
            log_id=log_id or self.log_id,
            place=place,
            host=host_name(host) if host else None,
            certificate=certificate.name if certificate else None,
            repair=(repair or self.repair) if repairable else None,
        )


class ReadErrorRule(Rule):
    """Asks for errors of the language."""

    kinds: ClassVar[frozenset[ErrorKind]]

    @abstractmethod
    def check(self, error: ReadError, site: Site) -> Iterator[Finding]:
        """Findings about one error."""


class ReadNoteRule(Rule):
    """Asks for what httpd reads without a word although it is hardly meant."""

    kinds: ClassVar[frozenset[NoteKind]]

    @abstractmethod
    def check(self, note: ReadNote, site: Site) -> Iterator[Finding]:
        """Findings about one note."""


class DirectiveRule(Rule):
    """Asks for directives in effect: those named, in lower case, or all of mod_ssl's.

    Attributes:
        names: see above.
        by_text: whether it looks at name and arguments alone, so that of many directives that are
            written alike it need see one.

    """

    names: ClassVar[frozenset[str] | None] = None
    by_text: ClassVar[bool] = False

    @classmethod
    def asks_for(cls, key: str) -> bool:
        """Whether it asks for directives of a name, in lower case."""
        return cls.names is None or key in cls.names

    @abstractmethod
    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        """Findings about one directive."""


class HostRule(Rule):
    """Asks for hosts: the main server and every virtual host.

    Attributes:
        settings: directives, in lower case, of which one must be in force for a host that it asks
            for; none for any host.

    """

    settings: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        """Findings about one host."""


class CertificateRule(Rule):
    """Asks for the certificates of every host that has TLS."""

    @abstractmethod
    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """Findings about one certificate of one host."""


class ObstacleRule(Rule):
    """Asks for certificates of hosts with stapling on that mod_ssl cannot staple for."""

    kind: ClassVar[ObstacleKind]

    @staticmethod
    def advice(host: Host) -> str:
        """What to do where the certificate itself is to stay as it is."""
        if host.is_hopeless:
            return "Switch stapling off for this host: SSLUseStapling off."
        return "Replace this one: the host has another certificate, which is stapled."

    @abstractmethod
    def check(
        self, certificate: HostCertificate, leaf: Certificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """Findings about one certificate of one host."""


class ProblemRule(Rule):
    """Asks for certificate files that are of no use."""

    problems: ClassVar[frozenset[Problem]]

    @abstractmethod
    def check(self, certificate: HostCertificate, host: Host, site: Site) -> Iterator[Finding]:
        """Findings about one certificate of one host."""


class KeyRule(Rule):
    """Asks for private keys that are of no use for their certificate."""

    problems: ClassVar[frozenset[KeyProblem]]

    @abstractmethod
    def check(
        self, problem: KeyProblem, certificate: HostCertificate, host: Host, site: Site
    ) -> Iterator[Finding]:
        """Findings about the key of one certificate of one host."""


class ServerRule(Rule):
    """Asks for the server as a whole."""

    @abstractmethod
    def check(self, site: Site) -> Iterator[Finding]:
        """Findings about the server."""


def effect_of_no_answer(host: Host) -> Effect:
    """What clients of a host get when a responder gives no answer (stapling_renew_response).

    SSLStaplingReturnResponderErrors is about answers; only SSLStaplingFakeTryLater decides here.
    """
    return Effect.BAD_STAPLE if host.flag("SSLStaplingFakeTryLater") else Effect.NO_STAPLE


def host_name(host: Host) -> HostName | None:
    """How a report names a host; ``None`` for the main server, which has no section."""
    if host.section is None:
        return None
    return HostName(host.name, host.section.file, host.section.line)
