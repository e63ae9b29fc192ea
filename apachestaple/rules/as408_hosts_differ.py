"""AS408."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.directives import STAPLING_DIRECTIVES, Kind
from apachestaple.rules.by_hand import Check, staple
from apachestaple.rules.finding import Confidence, Effect, Severity
from apachestaple.rules.kinds.server import ServerRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import certificate_subject

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from apachestaple.mod_ssl.replies import Member
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


# Settings that decide which response is cached, and for how long.
_TIMEOUTS = (
    "SSLStaplingResponderTimeout",
    "SSLStaplingStandardCacheTimeout",
    "SSLStaplingErrorCacheTimeout",
)
_SWITCHES = ("SSLStaplingReturnResponderErrors", "SSLStaplingFakeTryLater")
_ON = "SSLUseStapling on"
_NO_FAKES = "SSLStaplingFakeTryLater off"


class HostsDiffer(ServerRule):
    """Hosts with the same certificate have different stapling settings.

    httpd keeps one response for each certificate, not for each host. The first host that gets a
    request queries the responder, with its own SSLStaplingForceURL, timeouts and error switches.
    The other hosts staple the response until it expires. So the staple of a host depends on the
    order of requests: a host can staple an error that another host has stored.
    """

    code = "AS408"
    severity = Severity.INFO
    confidence = Confidence.POSSIBLE
    effect = Effect.BAD_STAPLE
    needs_whole = True
    message = (
        "{first} and {other} have the certificate of {name}, but differ in {settings}; the host "
        "that gets the first request decides for both"
    )
    help = (
        "Use the same settings for all hosts of a certificate, preferably those of the main server."
    )
    by_hand = (
        Check(
            "Restart httpd, and request a staple from the other host. httpd stores a tryLater.",
            staple("other.example.com"),
        ),
    )
    bad = (
        Example(
            CACHE
            + tls_host(_ON, _NO_FAKES, certificate="dead-responder")
            + tls_host(_ON, certificate="dead-responder", name="other.example.com"),
            clients=("other.example.com", "www.example.com"),
        ),
    )
    good = (
        Example(
            CACHE
            + tls_host(_ON, _NO_FAKES, certificate="dead-responder")
            + tls_host(_ON, _NO_FAKES, certificate="dead-responder", name="other.example.com"),
            clients=("other.example.com", "www.example.com"),
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        for sha1 in site.shared_leaves:
            if sha1 not in site.records:
                continue
            members = [member for member in site.members_of(sha1) if _asks(member)]
            for member in members[1:]:
                settings = _differing(members[0], member)
                if settings:
                    yield self._about(members, member, settings)
                    break

    def _about(self, members: Sequence[Member], other: Member, settings: Sequence[str]) -> Finding:
        first = members[0]
        leaf = first.certificate.leaf
        return self.finding(
            certificate_subject(first.certificate),
            hosts=[member.host for member in members],
            certificate=first.certificate,
            first=first.host.name,
            other=other.host.name,
            name=leaf.common_name if leaf else first.certificate.name,
            settings=" and ".join(settings),
        )


def _asks(member: Member) -> bool:
    """Whether a host queries its responder. Other rules report why one does not."""
    return member.host.problem_of(member.certificate) is None


def _differing(one: Member, other: Member) -> list[str]:
    """The directives by which two hosts of a certificate differ."""
    found = []
    if one.host.responder(one.certificate) != other.host.responder(other.certificate):
        found.append("SSLStaplingForceURL")
    for name in (*_TIMEOUTS, *_SWITCHES):
        values = {_value(one, name), _value(other, name)}
        # A timeout of 0 has a rule of its own.
        if len(values) > 1 and 0 not in values:
            found.append(name)
    return found


def _value(member: Member, name: str) -> Hashable:
    kind = STAPLING_DIRECTIVES[name.lower()].kind
    return member.host.seconds(name) if kind is Kind.SECONDS else str(member.host.flag(name))
