"""The base class of rules.

A rule is a class in its own file, which checks one kind of object. The docstring of the class is
the documentation of the rule: the first line is the summary, the rest explains what httpd does. The
test suite plays its examples on a running httpd.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from apachestaple.rules.finding import Confidence, Effect, Finding, Fix, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Self

    from apachestaple.httpd.configuration import Directive, Place
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.by_hand import Check
    from apachestaple.rules.remedy import Remedy
    from apachestaple.rules.subject import Subject


class Example(NamedTuple):
    """A configuration that httpd is started with.

    Modules and logs are added. Port 443 stands for a free port, and ``certs/`` contains
    certificates of all kinds.

    Attributes:
        text: the configuration.
        files: further files, by path from the server root.
        links: symbolic links, by path from the server root.
        without: modules that are not loaded.
        as_if: for the effect ``ignored``, a configuration that behaves the same.
        rejection: for the effect ``rejected``, a part of httpd's message.
        severity: the severity of its finding, if it differs from the rule's.
        effect: the effect of its finding, if it differs from the rule's.
        log_id: the AH number of its finding, if it differs from the rule's; ``""`` for none.
        clients: the names of the hosts to which clients connect, in this order; all hosts if empty.
            The result of the last one counts.
        fixable: whether ``fix`` repairs it, if it repairs findings of the rule.

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


# Stands for the output of `fix` for each bad example that it repairs.
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
        severity: the severity of its findings, by default.
        confidence: how certain its findings are, by default.
        effect: what httpd does, by default.
        log_id: the AH number that httpd logs, by default, or ``None``.
        fix: whether ``fix`` repairs its findings, or ``None``.
        is_repaired_by_off: whether its findings are gone when ``fix`` turns stapling off.
        needs_whole: whether it is not applied to fragments.
        holds_for_any_value: whether a finding about a directive of a fragment also holds if its
            arguments contain a variable whose value is not known.
        needs_answers: whether it needs the answers of responders.
        is_spelling: whether it checks the spelling of names and characters.
        wants_stapling: whether it only reports that stapling could be turned on.
        benchmark: the number of the recommendation in the CIS Apache HTTP Server 2.4 Benchmark that
            its findings violate, as ``CIS 7.11``, or ``None``.
        message: what is wrong, with placeholders; or a text for each variant.
        help: what to do, with placeholders; or a text for each variant.
        repair: what ``fix`` writes, and when it refuses.
        by_hand: how to check it by hand, besides the checks of its effect (see `by_hand.checks`).
        bad: examples that have the effect.
        good: examples that do not have the effect.
        kind: the kind of the rule, which calls the rule with its objects.
        rank: order of the kinds. Those that seldom need certificates come first, because
            certificates may still be read in the background.

    """

    code: ClassVar[str]
    severity: ClassVar[Severity]
    confidence: ClassVar[Confidence] = Confidence.CERTAIN
    effect: ClassVar[Effect]
    log_id: ClassVar[str | None] = None
    fix: ClassVar[Fix | None] = None
    is_repaired_by_off: ClassVar[bool] = True
    needs_whole: ClassVar[bool] = False
    holds_for_any_value: ClassVar[bool] = False
    needs_answers: ClassVar[bool] = False
    is_spelling: ClassVar[bool] = False
    wants_stapling: ClassVar[bool] = False
    benchmark: ClassVar[str | None] = None
    message: ClassVar[str | Mapping[str, str]]
    help: ClassVar[str | Mapping[str, str]]
    repair: ClassVar[str] = ""
    by_hand: ClassVar[tuple[Check, ...]] = ()
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
        """Call rules of this kind with the objects of a site."""

    @property
    def name(self) -> str:
        """The name of the rule, from its file name: ``missing-stapling-cache``."""
        file = type(self).__module__.rpartition(".")[2]
        return file.partition("_")[2].replace("_", "-")

    @property
    def summary(self) -> str:
        """The first line of its documentation."""
        return self._documentation.partition("\n")[0]

    @property
    def explanation(self) -> str:
        """Its documentation without the first line."""
        return self._documentation.partition("\n")[2].strip()

    @property
    def _documentation(self) -> str:
        return inspect.cleandoc(type(self).__doc__ or "")

    @property
    def url(self) -> str:
        """The documentation of the rule, which is installed with the program."""
        return f"{_rules_page()}#{self.code.lower()}-{self.name}"

    def text(self, name: str, variant: str) -> str:
        """The template of ``message`` or ``help`` for a variant; the default is that of ``""``."""
        texts: str | Mapping[str, str] = getattr(self, name)
        return texts if isinstance(texts, str) else texts.get(variant) or texts[""]

    def joined_facts(self, facts: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
        """The facts of a finding that is joined from others, with their facts."""
        return facts[0]

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
        used_instead: Directive | None = None,
        **facts: object,
    ) -> Finding:
        """A finding of this rule; ``facts`` are the values for the placeholders of its texts."""
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
            used_instead=used_instead,
        )


@cache
def _rules_page() -> str:
    """The URI of the documentation of all rules: in the wheel, or in a checkout beside it."""
    package = Path(__file__).absolute().parents[1]
    page = package / "docs/rules.md"
    return (page if page.exists() else package.parent / "docs/rules.md").as_uri()


def effect_of_no_answer(host: Host) -> Effect:
    """What clients of a host get when a responder does not answer (stapling_renew_response).

    SSLStaplingReturnResponderErrors only applies to answers; without one, SSLStaplingFakeTryLater
    decides.
    """
    return Effect.BAD_STAPLE if host.flag("SSLStaplingFakeTryLater") else Effect.NO_STAPLE


def by_effect_of_no_answer(hosts: Iterable[Host]) -> dict[Effect, list[Host]]:
    """Hosts by `effect_of_no_answer`."""
    groups: dict[Effect, list[Host]] = {}
    for host in hosts:
        groups.setdefault(effect_of_no_answer(host), []).append(host)
    return groups
