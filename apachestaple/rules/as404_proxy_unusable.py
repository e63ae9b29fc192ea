"""AS404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.ocsp.uri import parse_uri, proxy_problem
from apachestaple.rules.finding import Effect, Severity
from apachestaple.rules.kinds.setting import SettingRule
from apachestaple.rules.rule import CACHE, Example, by_effect_of_no_answer, tls_host
from apachestaple.rules.subject import directive_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.httpd.configuration import Directive
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class ProxyUnusable(SettingRule):
    """SSLOCSPProxyURL has no host name or no port.

    The default port of a responder is 80, but a proxy has no default port, so httpd cannot connect
    to `http://proxy/` (send_request). It only logs an error when it queries a responder.
    """

    code = "AS404"
    severity = Severity.ERROR
    effect = Effect.BAD_STAPLE
    log_id = "AH01974"
    setting = "SSLOCSPProxyURL"
    message = "{url} {problem}"
    help = "Set host and port: SSLOCSPProxyURL http://proxy.example.com:3128."
    bad = (
        Example(CACHE + tls_host("SSLUseStapling on", "SSLOCSPProxyURL http://127.0.0.1/")),
        Example(
            CACHE + tls_host("SSLUseStapling on", "SSLOCSPProxyURL http://:3128/"), log_id="AH01972"
        ),
        Example(
            CACHE
            + tls_host(
                "SSLUseStapling on",
                "SSLOCSPProxyURL http://127.0.0.1/",
                "SSLStaplingFakeTryLater off",
            ),
            effect=Effect.NO_STAPLE,
        ),
    )
    good = (Example(CACHE + tls_host("SSLUseStapling on")),)

    def check(self, directive: Directive, hosts: Sequence[Host], site: Site) -> Iterator[Finding]:
        url = first_argument(directive)
        uri, problem = parse_uri(url), proxy_problem(url)
        if len(directive.arguments) != 1 or uri is None or problem is None:
            return
        for effect, concerned in by_effect_of_no_answer(hosts).items():
            yield self.finding(
                directive_subject(directive),
                hosts=concerned,
                effect=effect,
                # The look-up of an empty host name fails.
                log_id=None if uri.host is None or uri.host else "AH01972",
                url=url,
                problem=problem,
            )
