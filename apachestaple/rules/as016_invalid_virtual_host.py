"""AS016."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from apachestaple.httpd.words import split_words
from apachestaple.mod_ssl.addresses import address_problem
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.host import HostRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import host_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding

_HOST = CACHE + tls_host("SSLUseStapling on")
_INNER = ("<VirtualHost *:8443>", "</VirtualHost>")


class InvalidVirtualHost(HostRule):
    """A `<VirtualHost>` is inside of another section, or has an invalid address.

    A virtual host must be in the main server. Its addresses are host names or IP addresses, each
    with or without a port. An IPv6 address must be in brackets.
    """

    code = "AS016"
    severity = Severity.ERROR
    effect = Effect.REJECTED
    message = {
        "": "{said}",
        "address": "{address}: {said}",
    }
    help = {
        "": "Move it out of that section, or close the section before it.",
        "address": "Write an address and a port, as in *:443 or [2001:db8::1]:443.",
    }
    bad = (
        Example(
            CACHE + tls_host("SSLUseStapling on", *_INNER),
            rejection="cannot occur within <VirtualHost> section",
        ),
        Example(
            "<Directory />\n<VirtualHost *:8443>\n</VirtualHost>\n</Directory>\n" + _HOST,
            rejection="<VirtualHost not allowed in <Directory> context",
        ),
        Example(
            _HOST + "<VirtualHost 8443>\n</VirtualHost>\n",
            rejection="Missing address for VirtualHost",
        ),
        Example(
            _HOST + "<VirtualHost [::1>\n</VirtualHost>\n",
            rejection="The address or port is invalid",
        ),
    )
    good = (Example(_HOST + "<VirtualHost [::1]:8443>\n</VirtualHost>\n"),)

    @classmethod
    def asks_for(cls, host: Host, site: Site) -> bool:
        section = host.section
        is_wrong = section is not None and (
            section.parent is not None or _problem_of_addresses(section.raw) is not None
        )
        return is_wrong and super().asks_for(host, site)

    def check(self, host: Host, site: Site) -> Iterator[Finding]:
        section = host.section
        if section is None:
            return
        if section.parent is not None:
            said = _said_of_place(section)
            yield self.finding(host_subject(host, site), hosts=(host,), said=said)
            return
        problem = _problem_of_addresses(section.raw)
        if problem is not None:
            address, said = problem
            yield self.finding(
                host_subject(host, site),
                variant="address",
                hosts=(host,),
                address=address,
                said=said,
            )


@lru_cache(maxsize=256)
def _problem_of_addresses(raw: str) -> tuple[str, str] | None:
    """The first invalid address in a section's opening line, and what httpd says about it.

    Cached, because many hosts have the same addresses.
    """
    for word in split_words(raw.rpartition(">")[0]):
        said = address_problem(word)
        if said is not None:
            return word, said
    return None


def _said_of_place(section: Directive) -> str:
    outer = next(iter(section.sections()))
    if outer.key == "<virtualhost":
        return f"{section.name}> cannot occur within {outer.name}> section"
    return f"{section.name} not allowed in {outer.name}> context"
