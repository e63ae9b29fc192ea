"""AS324."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.conf_commands import unknown_value
from apachestaple.rules.finding import Confidence, Effect, Severity
from apachestaple.rules.kinds.directive import DirectiveRule
from apachestaple.rules.rule import CACHE, Example, tls_host
from apachestaple.rules.subject import value_subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


def _example(*values: str) -> Example:
    lines = (f"SSLOpenSSLConfCmd {value}" for value in values)
    return Example(CACHE + tls_host("SSLUseStapling on", *lines))


class OpensslCommandFails(DirectiveRule):
    """SSLOpenSSLConfCmd has a value that OpenSSL does not know.

    `httpd -t` only checks the name of the command. OpenSSL checks the value when the server starts,
    and httpd exits if it does not know it. MinProtocol and MaxProtocol distinguish capital and
    small letters. Names of ciphers, groups and signature algorithms are not checked.
    """

    code = "AS324"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    effect = Effect.DOES_NOT_START
    log_id = "AH02407"
    names = frozenset({"sslopensslconfcmd"})
    message = "OpenSSL does not know the value {value} of SSLOpenSSLConfCmd {command}"
    help = "Correct the value, or remove the line."
    bad = (
        _example("MinProtocol TLSv1.9"),
        _example("MaxProtocol tlsv1.2"),
        _example("Protocol ALL,-TLSv1.7"),
        _example("Options -SessionTickets"),
        _example("VerifyMode Optional"),
    )
    good = (
        _example("MinProtocol TLSv1.2", "MaxProtocol None", "Protocol all,-tlsv1"),
        _example('Options "-SessionTicket, +ServerPreference"', "VerifyMode Request"),
        Example(
            CACHE
            + tls_host("SSLUseStapling on")
            + "<VirtualHost *:80>\nSSLOpenSSLConfCmd MinProtocol TLSv1.9\n</VirtualHost>\n"
        ),
    )

    def check(self, directive: Directive, site: Site) -> Iterator[Finding]:
        words = directive.arguments
        value = unknown_value(words)
        if value is None:
            return
        host = site.host_of(directive)
        hosts = site.tls_hosts if host is None else [host] if host.is_tls else []
        if hosts:
            yield self.finding(value_subject(directive), hosts=hosts, command=words[0], value=value)
