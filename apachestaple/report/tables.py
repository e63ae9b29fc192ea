"""Hosts, responders and rules for people, in aligned columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.report.json import host_place
from apachestaple.report.terminal import Paint, pad, printable, short, width
from apachestaple.rules.finding import RULES_URL, Effect
from apachestaple.tls.responders import certificate_path
from apachestaple.tls.staples import prospect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from apachestaple.rules.rule import Example, Rule
    from apachestaple.tls.hosts import HostCertificate, Site
    from apachestaple.tls.responders import Responder

_STAPLES = {True: ("yes", "green"), False: ("no", "red"), None: ("?", "yellow")}


def hosts_table(site: Site, paint: Paint) -> str:
    """Two lines or more for each TLS host: what it does and why, then its certificates."""
    if not site.tls_hosts:
        return f"No TLS hosts in {printable(short(site.configuration.main_file))}.\n"
    rows = [["HOST", "PLACE", "STAPLING", "STAPLES", "WHY"]]
    details: list[list[str]] = [[]]
    for host in site.tls_hosts:
        expected = prospect(host, site)
        file, line = host_place(host, site)
        switch = "on" if host.use_stapling else "off"
        rows.append(
            [
                host.name,
                f"{short(file)}:{line}",
                "mod_md" if host.mod_md_staples else switch,
                _STAPLES[expected.staples][0],
                expected.why,
            ]
        )
        details.append([_certificate(certificate) for certificate in host.certificates])
    lines = _aligned(rows)
    text = [paint(lines[0], "bold")]
    for row, shown, certificates in zip(rows[1:], lines[1:], details[1:], strict=True):
        colour = next(colour for word, colour in _STAPLES.values() if word == row[3])
        text.append(paint(shown, colour))
        text += [f"    {certificate}" for certificate in certificates]
    return "\n".join(text) + "\n"


def _certificate(certificate: HostCertificate) -> str:
    path = printable(short(certificate_path(certificate)))
    leaf = certificate.leaf
    if leaf is None:
        return f"{path}: not read"
    facts = [f"expires {leaf.not_after:%Y-%m-%d}"]
    facts += leaf.ocsp_uris[:1] or ["no OCSP URI"]
    if len(leaf.ocsp_uris) > 1:
        facts[-1] += f" and {len(leaf.ocsp_uris) - 1} more"
    if certificate.issuer_found is False:
        facts.append("issuer not found")
    if leaf.must_staple:
        facts.append("must-staple")
    return f"{path}: {printable(', '.join(facts))}"


def responders_table(responders: Sequence[Responder], paint: Paint) -> str:
    """A line for each responder."""
    if not responders:
        return "No OCSP responders.\n"
    rows = [["URL", "HOST", "PORT", "USED", "CERTIFICATES", "HOSTS"]]
    rows += [
        [
            responder.url,
            responder.host or "?",
            str(responder.port or "?"),
            "yes" if responder.used else "no",
            _some(list(map(short, responder.certificates))),
            _some(responder.hosts),
        ]
        for responder in responders
    ]
    lines = _aligned(rows)
    text = [paint(lines[0], "bold"), *lines[1:]]
    proxies = dict.fromkeys(proxy for responder in responders for proxy in responder.proxies)
    text += [f"Reached through the proxy {printable(proxy)}" for proxy in proxies]
    return "\n".join(text) + "\n"


def _some(words: Sequence[str]) -> str:
    """The first of the words, and how many more there are."""
    more = f" (+{len(words) - 1})" if len(words) > 1 else ""
    return f"{words[0]}{more}" if words else ""


def rules_table(rules: Sequence[Rule], paint: Paint) -> str:
    """A line for each rule."""
    rows = [["CODE", "NAME", "SEVERITY", "EFFECT", "SUMMARY"]]
    rows += [[r.code, r.name, r.severity.value, r.effect.value, r.summary] for r in rules]
    lines = _aligned(rows)
    return "\n".join([paint(lines[0], "bold"), *lines[1:]]) + "\n"


def rule_page(rule: Rule, paint: Paint) -> str:
    """Everything about one rule."""
    return "\n".join(_rule_lines(rule, paint)) + "\n"


def _rule_lines(rule: Rule, paint: Paint) -> Iterator[str]:
    yield paint(f"{rule.code} {rule.name}", "bold")
    yield rule.summary
    yield ""
    facts = [
        ["severity", rule.severity.value],
        ["effect", f"{rule.effect}: {rule.effect.meaning}"],
        ["log", rule.log_id or "nothing to look for"],
        ["repair", rule.repair.value if rule.repair else "by hand"],
        ["tested", "advice, not played" if rule.effect is Effect.ADVICE else "on a real httpd"],
        ["more", f"{RULES_URL}#{rule.code.lower()}-{rule.name}"],
    ]
    yield from _aligned(facts)
    if rule.explanation:
        yield ""
        yield rule.explanation
    for title, example in (("Bad", rule.bad), ("Good", rule.good)):
        yield ""
        yield paint(f"{title}:", "bold")
        yield from _example(example)


def _example(example: Example) -> Iterator[str]:
    for name, text in {"": example.text, **example.files}.items():
        if name:
            yield f"  in {name}:"
        yield from (f"    {printable(line)}".rstrip() for line in text.splitlines())


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows with each column as wide as its widest cell."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(pad, row, widths)).rstrip() for row in cells]
