"""The JSON reports."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apachestaple import __version__
from apachestaple.lint.fingerprints import fingerprints
from apachestaple.mod_ssl.responders import certificate_path
from apachestaple.report.hosts import expected_hosts
from apachestaple.report.summary import certificate_paths, count_hosts
from apachestaple.report.terminal import short
from apachestaple.rules.rule import FIXED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.httpd.configuration import Directive
    from apachestaple.log.explanation import Explanation
    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.ocsp.query import Answer, Query
    from apachestaple.ocsp.responder import Responder
    from apachestaple.probing.judging import Judged
    from apachestaple.probing.served import Served
    from apachestaple.report.hosts import ExpectedHost
    from apachestaple.report.lint import LintReport
    from apachestaple.rules.finding import Finding
    from apachestaple.rules.rule import Rule


def lint_json(report: LintReport) -> str:
    """The report of ``lint``."""
    findings = zip(report.findings, fingerprints(report.findings), strict=True)
    return _text(
        {
            "apachestaple": __version__,
            "server": os.uname().nodename,
            "generated": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "configurations": [_configuration(site) for site in report.sites],
            "findings": [finding_json(finding, fingerprint) for finding, fingerprint in findings],
            "hosts": list(map(_host, expected_hosts(report.sites, report.findings))),
            "summary": report.summary._asdict(),
        }
    )


def _configuration(site: Site) -> dict[str, object]:
    configuration = site.configuration
    return {
        "path": short(configuration.name),
        "kind": "server" if configuration.whole else "fragments",
        "files": len(configuration.files),
        "hosts": count_hosts(site),
        "certificates": len(certificate_paths(site)),
    }


def finding_json(finding: Finding, fingerprint: str) -> dict[str, object]:
    """A finding, as the reports of ``lint`` and ``fix`` contain it."""
    place, certificate = finding.place, finding.certificate_path
    return {
        "rule": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "help": finding.help,
        "effect": finding.effect,
        "log_id": finding.log_id,
        "configuration": short(finding.configuration),
        "file": short(place.file),
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "hosts": [
            {"name": host.name, "file": short(host.file), "line": host.line}
            for host in map(finding.host_place, finding.hosts)
        ],
        "certificate": short(certificate) if certificate else None,
        "fix": finding.fix,
        "fingerprint": fingerprint,
        "url": finding.url,
        "benchmark": finding.benchmark,
    }


def dump_json(directives: Iterable[Directive]) -> str:
    """The report of ``dump``: the directives in effect, in order.

    ``line`` is the last line of a directive that spans several lines, as in httpd's dump.
    """
    return _text(
        [
            {
                "file": short(directive.file),
                "line": directive.end_line if directive.in_macro else directive.number,
                "depth": directive.depth,
                "directive": directive.name,
                "arguments": directive.arguments,
                "raw": directive.raw,
            }
            for directive in directives
        ]
    )


def hosts_json(hosts: Iterable[ExpectedHost]) -> str:
    """The report of ``hosts``."""
    return _text(list(map(_host, hosts)))


def _host(shown: ExpectedHost) -> dict[str, object]:
    host, site, expected, varies = shown
    file, line = shown.place
    # What was not read may set it in the main server.
    known = site.configuration.is_complete or host.setting("SSLUseStapling") is not None
    known = known and not varies
    return {
        "name": host.name,
        "addresses": [str(address) for address in host.addresses],
        "configuration": short(site.configuration.name),
        "file": short(file),
        "line": line,
        "ssl_engine": host.ssl_engine,
        "use_stapling": host.use_stapling if known else None,
        "certificates": [_certificate(host, certificate) for certificate in host.certificates],
        "staples": expected.staples,
        "why": expected.why,
    }


def _certificate(host: Host, certificate: HostCertificate) -> dict[str, object]:
    leaf = certificate.leaf
    # mod_md ignores SSLStaplingForceURL.
    url = certificate.first_uri if host.mod_md_staples else host.responder(certificate)
    return {
        "path": short(certificate_path(certificate)),
        "subject": leaf.subject if leaf else None,
        "issuer": leaf.issuer if leaf else None,
        "issuer_found": certificate.issuer_found,
        "ocsp_uris": list(leaf.ocsp_uris) if leaf else [],
        "responder": url,
        "must_staple": leaf.must_staple if leaf else None,
        "not_after": leaf.not_after.isoformat() if leaf else None,
    }


def responders_json(responders: Iterable[Responder]) -> str:
    """The report of ``responders``: every responder."""
    return _text([_responder(responder) for responder in responders])


def answers_json(responders: Iterable[Responder], answers: Mapping[Query, Answer]) -> str:
    """The report of ``responders --check``: every responder with its answers."""
    return _text(
        [
            {
                **_responder(responder),
                "answers": [
                    _answer(query, answer)
                    for query, answer in answers.items()
                    if query.url == responder.url
                ],
            }
            for responder in responders
        ]
    )


def _responder(responder: Responder) -> dict[str, object]:
    return {
        "url": responder.url,
        "host": responder.host,
        "port": responder.port,
        "scheme": responder.scheme,
        "used": responder.used,
        "certificates": [short(path) for path in responder.certificates],
        "hosts": responder.hosts,
    }


def _answer(query: Query, answer: Answer) -> dict[str, object]:
    response = answer.response
    return {
        "subject": query.leaf.subject,
        "proxy": query.proxy,
        "status": response.said if response else None,
        "signer": response.signature.signer if response else None,
        "this_update": _time(response.this_update if response else None),
        "next_update": _time(response.next_update if response else None),
        "length": response.length if response else None,
        "seconds": round(answer.seconds, 3),
        "error": answer.error,
    }


def probe_json(probed: Iterable[Judged]) -> str:
    """The report of ``probe``: what each server sent, and its verdict."""
    return _text(
        [
            {
                "target": str(served.target),
                "servername": served.target.servername,
                "address": served.address,
                "verdict": str(verdict),
                "problems": [problem.text for problem in problems],
                "tls_version": served.tls_version,
                **_sent(served),
                "other_certificates": [_sent(other) for other in served.others],
                "earlier": list(served.earlier),
                "differs": list(served.differences),
                "error": served.failure,
            }
            for served, verdict, problems in probed
        ]
    )


def _sent(served: Served) -> dict[str, object]:
    staple = served.staple
    return {
        "chain": [_in_chain(certificate) for certificate in served.chain],
        "staple": {
            "status": served.status,
            "verified": served.verified,
            "this_update": _time(staple.this_update if staple else None),
            "next_update": _time(staple.next_update if staple else None),
            "length": served.staple_length,
        },
    }


def _in_chain(certificate: Certificate) -> dict[str, object]:
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "not_after": _time(certificate.not_after),
        "ocsp_uris": list(certificate.ocsp_uris),
        "must_staple": certificate.must_staple,
    }


def _time(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def explain_json(explanations: Iterable[Explanation]) -> str:
    """The report of ``explain``."""
    return _text(
        [
            {
                "log_id": explanation.log_id,
                "rule": explanation.rule,
                "host": explanation.host,
                "certificate": explanation.certificate,
                "count": explanation.count,
                "first": explanation.first,
                "last": explanation.last,
                "meaning": _meaning(explanation),
                "repair": _repair(explanation),
            }
            for explanation in explanations
        ]
    )


def _meaning(explanation: Explanation) -> str:
    more = ", ".join(explanation.followed_by)
    return f"{explanation.meaning} (followed by {more})" if more else explanation.meaning


def _repair(explanation: Explanation) -> str | None:
    place = explanation.place
    if place is None or explanation.repair is None:
        return explanation.repair
    return f"{place.file}:{place.line}: {explanation.repair}"


def rules_json(rules: Iterable[Rule]) -> str:
    """The report of ``rules``: the catalogue."""
    return _text(
        [
            {
                "rule": rule.code,
                "name": rule.name,
                "severity": rule.severity,
                "confidence": rule.confidence,
                "effect": rule.effect,
                "log_id": rule.log_id,
                "fix": rule.fix,
                "summary": rule.summary,
                "explanation": rule.explanation,
                "bad": [example.text for example in rule.bad],
                "good": [example.text for example in rule.good if example is not FIXED],
                "fixed": FIXED in rule.good,
                "url": rule.url,
            }
            for rule in rules
        ]
    )


def _text(value: object) -> str:
    # ASCII only: bytes that are not UTF-8 become \udc80 to \udcff, as Python reads them.
    return json.dumps(value, indent=2) + "\n"
