"""AS132."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.rules.finding import Effect, Fix, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.provided import can_be_provided, some_staple, turned_on
from apachestaple.rules.reason_comment import left_comments, reason_above, reason_of_switch
from apachestaple.rules.remedy import RemoveComment, TurnStapling
from apachestaple.rules.rule import CACHE, FIXED, Example, tls_host
from apachestaple.rules.subject import directive_subject, line_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.httpd.source_file import SourceFile
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


_SWITCH = "sslusestapling"
_NO_URI = "# apachestaple: certificate has no OCSP URI"
_MUST_STAPLE = "# apachestaple: certificate requires a staple"


class OutdatedOff(ServerRule):
    """The reason that fix gave for an SSLUseStapling no longer applies.

    `fix` writes the reason in a comment above the line, such as `# apachestaple: certificate has no
    OCSP URI`. When the certificate is renewed by another authority, the host could staple, but
    stapling stays off. A line without such a comment is the administrator's; AS501 reports it. If
    somebody has removed the line, only the comment is left.
    """

    code = "AS132"
    severity = Severity.WARNING
    effect = Effect.NO_STAPLE
    fix = Fix.SAFE
    message = {
        "": "fix turned stapling off here ({reason}), but the host could staple now",
        "other-reason": "the comment above says {reason}, but the reason is now: {now}",
        "no-reason": "the comment above says {reason}, which no longer applies",
        "no-line": "fix wrote this comment for an SSLUseStapling, which is no longer below it",
    }
    help = {
        "": "Remove this line and the comment above it, or set SSLUseStapling on.",
        "other-reason": "Correct the comment.",
        "no-reason": "Remove the comment.",
        "no-line": "Remove the comment.",
    }
    repair = (
        "`fix` removes the line and its comment if the host could staple now. If the reason is "
        "another one now, `fix` corrects the comment."
    )
    bad = (
        Example(
            CACHE
            + "SSLUseStapling on\n"
            + tls_host(_NO_URI, "SSLUseStapling off")
            + tls_host(name="other.example.com"),
            clients=("www.example.com",),
        ),
        Example(CACHE + tls_host(_NO_URI, "SSLUseStapling off")),
        Example(
            CACHE
            + "SSLUseStapling on\n"
            + tls_host()
            + tls_host(
                _NO_URI, "SSLUseStapling off", certificate="self-signed", name="other.example.com"
            ),
            severity=Severity.INFO,
            effect=Effect.ADVICE,
        ),
        Example(
            CACHE + tls_host(_MUST_STAPLE, "SSLUseStapling on"),
            severity=Severity.INFO,
            effect=Effect.ADVICE,
        ),
        Example(
            CACHE + "SSLUseStapling on\n" + tls_host(_NO_URI),
            severity=Severity.INFO,
            effect=Effect.ADVICE,
        ),
    )
    good = (
        FIXED,
        Example(CACHE + "SSLUseStapling on\n" + tls_host()),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if not site.annotated_files:
            return
        lines: dict[tuple[str, int], tuple[Directive, str, list[Host]]] = {}
        for host in site.tls_hosts:
            switch = host.own.get(_SWITCH)
            if switch is None or switch.file not in site.annotated_files or host.mod_md_staples:
                continue
            reason = reason_above(switch)
            if reason is not None:
                _, _, hosts = lines.setdefault((switch.file, switch.line), (switch, reason, []))
                hosts.append(host)
        for switch, reason, hosts in lines.values():
            yield from self._outdated(switch, reason, hosts, site)
        for file in site.annotated_files.values():
            yield from self._left(file)

    def _left(self, file: SourceFile) -> Iterator[Finding]:
        """Comments whose line was removed."""
        for comment in left_comments(file):
            remedy = RemoveComment(
                file=file.path,
                line=comment.line,
                reason="comment removed, as its SSLUseStapling is gone",
            )
            yield self.finding(
                line_subject(file, comment.line),
                variant="no-line",
                severity=Severity.INFO,
                effect=Effect.ADVICE,
                remedy=remedy,
            )

    def _outdated(
        self, switch: Directive, reason: str, hosts: list[Host], site: Site
    ) -> Iterator[Finding]:
        """Findings about one line, which several hosts may share."""
        subject = directive_subject(switch)
        remedies = {
            host: turned_on(host, site) if _could_staple(host, site) else None for host in hosts
        }
        for host, remedy in remedies.items():
            # If only an unsafe repair helps, the reason still applies.
            if remedy is not None and remedy.safe:
                yield self.finding(subject, hosts=(host,), remedy=remedy, reason=reason)
        if any(remedies.values()) or not site.configuration.whole:
            return
        if not all(each.is_readable for host in hosts for each in host.served):
            return
        first, *others = hosts
        now = reason_of_switch(first, on=first.use_stapling)
        if reason in (now, *(reason_of_switch(each, on=each.use_stapling) for each in others)):
            return
        yield self.finding(
            subject,
            variant="other-reason" if now else "no-reason",
            hosts=hosts,
            severity=Severity.INFO,
            effect=Effect.ADVICE,
            remedy=TurnStapling(
                on=first.use_stapling, hosts=(first,), reason="its comment is outdated"
            ),
            reason=reason,
            now=now,
        )


def _could_staple(host: Host, site: Site) -> bool:
    return not host.use_stapling and (can_be_provided(host, site) or some_staple(host))
