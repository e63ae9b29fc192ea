"""What a rule is: a class in a file of its own that is handed one kind of object.

The class's docstring is the rule's documentation: its first line the summary, the rest why httpd
does so. Its examples are played on a running httpd by the test suite.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from apachestaple.rules.finding import Confidence, Effect, Finding, Fix, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Self

    from apachestaple.httpd.configuration import Place
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.remedy import Remedy
    from apachestaple.rules.subject import Subject


class Example(NamedTuple):
    """A configuration that a running httpd is started with.

    Modules, logs and the like are added; port 443 stands for a free port, and ``certs/`` holds
    certificates of every kind.

    Attributes:
        text: the configuration.
        files: further files, by path from the server root.
        links: symbolic links, by path from the server root.
        without: modules that are not loaded.
        as_if: for what httpd ignores, a configuration without it that behaves the same.
        rejection: for what httpd rejects, words of its message.
        severity: of its finding, where that is not the rule's.
        effect: likewise.
        log_id: likewise; ``""`` for none.
        clients: the names of the hosts that are asked, in this order; all of them if empty. What
            the last one gets counts.
        fixable: whether ``fix`` repairs it, where it repairs the rule's findings at all.

    """

    text: str
    files: Mapping[str, str] = MappingProxyType({})
    links: Mapping[str, str] = MappingProxyType({})
    without: frozenset[str] = frozenset()
    as_if: str | None = None
    rejection: str | None = None
    severity: Severity | None = None
    effect: Effect | None = None
    log_id: str | None = None
    clients: tuple[str, ...] = ()
    fixable: bool = True


# Stands for what `fix` makes of each bad example that it repairs.
FIXED = Example("")

CACHE = "SSLStaplingCache shmcb:logs/stapling(131072)\n"
# For examples with macros.
MACRO = "LoadModule macro_module modules/mod_macro.so\n"


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


MOD_MD = "LoadModule md_module modules/mod_md.so\n"


def managed_host(*lines: str, name: str = "www.example.com") -> str:
    """A virtual host of an example whose certificate comes from mod_md."""
    head = ("<VirtualHost *:443>", f"    ServerName {name}", "    SSLEngine on")
    return "".join(f"{line}\n" for line in (*head, *(f"    {x}" for x in lines), "</VirtualHost>"))


def managed_domain(
    *lines: str, name: str = "www.example.com", certificate: str = "good", key: str = ""
) -> str:
    """A managed domain of an example with a certificate from elsewhere, and further lines."""
    files = (
        f"MDCertificateFile certs/{certificate}.pem",
        f"MDCertificateKeyFile certs/{key or certificate}.key",
    )
    content = "".join(f"    {line}\n" for line in (*files, *lines))
    return f"<MDomain {name}>\n{content}</MDomain>\n"


class Rule(ABC):
    """One prediction about httpd.

    Attributes:
        code: ``AS201``.
        severity: how bad it is, where a finding does not say otherwise.
        confidence: how sure it is, likewise.
        effect: what httpd does, likewise.
        log_id: the AH number that httpd logs, or ``None``, likewise.
        fix: whether ``fix`` repairs it, or ``None``.
        needs_whole: whether a fragment of a configuration cannot show it.
        needs_answers: whether the responders have to be asked.
        is_spelling: whether it is about names and characters that httpd does not know.
        wants_stapling: whether it says no more than that stapling could be on.
        message: what is wrong, with placeholders; or several such texts by variant.
        help: what to do, likewise.
        bad: examples that have the effect.
        good: examples without.
        kind: the kind of the rule, which hands its objects to it.
        rank: kinds that seldom need certificates come first, while these may still be read.

    """

    code: ClassVar[str]
    severity: ClassVar[Severity]
    confidence: ClassVar[Confidence] = Confidence.CERTAIN
    effect: ClassVar[Effect]
    log_id: ClassVar[str | None] = None
    fix: ClassVar[Fix | None] = None
    needs_whole: ClassVar[bool] = False
    needs_answers: ClassVar[bool] = False
    is_spelling: ClassVar[bool] = False
    wants_stapling: ClassVar[bool] = False
    message: ClassVar[str | Mapping[str, str]]
    help: ClassVar[str | Mapping[str, str]]
    bad: ClassVar[tuple[Example, ...]]
    good: ClassVar[tuple[Example, ...]]
    kind: ClassVar[type[Rule]]
    rank: ClassVar[int] = 0

    def __init_subclass__(cls, *, is_kind: bool = False) -> None:
        if is_kind:
            cls.kind = cls

    @classmethod
    @abstractmethod
    def findings(cls, rules: Sequence[Self], site: Site) -> Iterator[Finding]:
        """Hand the objects of a site to rules of this kind."""

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

    @property
    def url(self) -> str:
        """Where the rule is explained."""
        return f"docs/rules.md#{self.code.lower()}-{self.name}"

    def text(self, name: str, variant: str) -> str:
        """The template of ``message`` or ``help`` for a variant; the one for ``""`` is default."""
        texts: str | Mapping[str, str] = getattr(self, name)
        return texts if isinstance(texts, str) else texts.get(variant) or texts[""]

    def finding(
        self,
        subject: Subject,
        *,
        variant: str = "",
        hosts: Iterable[Host] = (),
        certificate: HostCertificate | None = None,
        place: Place | None = None,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        effect: Effect | None = None,
        log_id: str | None = None,
        remedy: Remedy | None = None,
        **facts: object,
    ) -> Finding:
        """A finding of this rule; ``facts`` are the values of its texts' placeholders."""
        return Finding(
            self,
            subject,
            place or subject.place,
            severity or self.severity,
            confidence or self.confidence,
            effect or self.effect,
            log_id or self.log_id,
            tuple(hosts),
            certificate,
            facts,
            variant,
            remedy,
        )


def effect_of_no_answer(host: Host) -> Effect:
    """What clients of a host get when a responder does not answer (stapling_renew_response).

    SSLStaplingReturnResponderErrors is about answers; only SSLStaplingFakeTryLater decides here.
    """
    return Effect.BAD_STAPLE if host.flag("SSLStaplingFakeTryLater") else Effect.NO_STAPLE


def by_effect_of_no_answer(hosts: Iterable[Host]) -> dict[Effect, list[Host]]:
    """Hosts by `effect_of_no_answer`."""
    groups: dict[Effect, list[Host]] = {}
    for host in hosts:
        groups.setdefault(effect_of_no_answer(host), []).append(host)
    return groups
