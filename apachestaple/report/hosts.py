"""The hosts of ``hosts``, and their table and CSV."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.lint.startup import expected_staple, start_problems
from apachestaple.mod_ssl.other_tls import module_of, other_tls
from apachestaple.mod_ssl.responders import certificate_path
from apachestaple.mod_ssl.staples import Prospect
from apachestaple.report.columns import aligned, wrapped
from apachestaple.report.escaping import csv_row
from apachestaple.report.terminal import pad, printable, short, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site
    from apachestaple.report.terminal import Paint
    from apachestaple.rules.finding import Finding

_STAPLES = {True: ("yes", "green"), False: ("no", "red"), None: ("?", "yellow")}
_COLUMNS = ("host", "configuration", "file", "line", "stapling", "staples", "why", "certificates")


# The last column is not wrapped if it has fewer columns than this.
_NARROWEST = 24


class Stapling(StrEnum):
    """The values of ``--only``."""

    STAPLES = "staples"
    OFF = "off"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class ExpectedHost(NamedTuple):
    """A host with TLS, also by other modules than mod_ssl, and what its clients get.

    ``varies`` is whether its stapling is on or off depending on the values of a template.
    """

    host: Host
    site: Site
    expected: Prospect
    varies: bool = False

    @property
    def stapling(self) -> Stapling:
        """Whether it staples, and if not, whether stapling is on."""
        if self.expected.staples is None:
            return Stapling.UNKNOWN
        if self.expected.staples:
            return Stapling.STAPLES
        is_on = self.host.use_stapling or self.host.mod_md_staples
        return Stapling.BROKEN if is_on else Stapling.OFF

    @property
    def switch(self) -> str:
        """``on``, ``off``, or the module that provides TLS or stapling instead of mod_ssl.

        ``?`` if it depends on the values of a template.
        """
        host = self.host
        if self.varies:
            return "?"
        other = None if host.is_tls else other_tls(host)
        if other:
            return module_of(other)
        if host.mod_md_staples or (host.md_stapling is not False and not host.use_stapling):
            return "mod_md"
        return "on" if host.use_stapling else "off"

    @property
    def place(self) -> tuple[str, int]:
        """File and line where it starts."""
        directive = self.host.directive
        if directive is None:
            return self.site.configuration.main_file, 1
        return directive.file, directive.line


def expected_hosts(sites: Iterable[Site], findings: Iterable[Finding]) -> list[ExpectedHost]:
    """The hosts in the files in focus; the findings tell whether httpd starts."""
    problems = start_problems(findings)
    hosts = (
        each
        for site in sites
        for each in (_of_template if site.alternatives else _expected)(site, problems)
    )
    return [each for each in hosts if _is_in_focus(each)]


def _expected(site: Site, problems: Mapping[str, Finding]) -> list[ExpectedHost]:
    hosts = (*site.listed_hosts, *(host for host, _ in site.other_tls_hosts))
    return [ExpectedHost(host, site, expected_staple(host, site, problems)) for host in hosts]


def _of_template(site: Site, problems: Mapping[str, Finding]) -> list[ExpectedHost]:
    """The hosts of all configurations that a template can become, by their place."""
    found: dict[tuple[int, int], list[ExpectedHost]] = {}
    for variant in site.variants:
        # Several hosts have one place if a macro makes them.
        seen: Counter[int] = Counter()
        for each in _expected(variant, problems):
            line = each.place[1]
            found.setdefault((line, seen[line]), []).append(each)
            seen[line] += 1
    return [_in_all(found[key]) for key in sorted(found)]


def _in_all(same: Sequence[ExpectedHost]) -> ExpectedHost:
    """A host of a template; what is not equal in all its variants is unknown."""
    first = same[0]
    expected = first.expected
    if any(each.expected.staples != expected.staples for each in same):
        expected = Prospect(None, "it depends on the values of the template")
    varies = any(each.switch != first.switch for each in same)
    return first._replace(expected=expected, varies=varies)


def _is_in_focus(shown: ExpectedHost) -> bool:
    configuration = shown.site.configuration
    if not configuration.focus:
        return True
    source = configuration.files.get(shown.place[0])
    return source is not None and source.real_path in configuration.focus


def hosts_table(
    hosts: Sequence[ExpectedHost], sites: Sequence[Site], paint: Paint, columns: int | None = None
) -> str:
    """A line for each host; below it, its place and its certificates.

    ``sites`` were searched for hosts. The last column is wrapped at ``columns``, the width of the
    terminal.
    """
    if not hosts:
        names = [printable(short(site.configuration.name)) for site in sites]
        return f"No TLS hosts in {names[0]}.\n" if len(names) == 1 else "No TLS hosts.\n"
    rows = [["HOST", "STAPLING", "STAPLES", "WHY"]]
    colours: list[str] = []
    for each in hosts:
        staples, colour = _STAPLES[each.expected.staples]
        rows.append([each.host.name, each.switch, staples, each.expected.why])
        colours.append(colour)
    heading, *lines = _wrapped(rows, columns)
    text = [paint(each, "bold") for each in heading]
    for each, own, colour in zip(hosts, lines, colours, strict=True):
        text += (paint(line, colour) for line in own)
        text += (f"    {printable(detail)}" for detail in _details(each))
    return "\n".join(text) + "\n"


def _wrapped(rows: Sequence[Sequence[str]], columns: int | None) -> Iterator[list[str]]:
    """The lines of each row; only the last column is wrapped, if it has room."""
    starts = aligned([row[:-1] for row in rows])
    start = max(map(width, starts)) + len("  ")
    limit = columns if columns and columns - start >= _NARROWEST else None
    for before, row in zip(starts, rows, strict=True):
        first, *further = wrapped(printable(row[-1]), limit, first=start, indent=start)
        yield [f"{pad(before, start)}{first}".rstrip(), *further]


def _details(shown: ExpectedHost) -> Iterator[str]:
    file, line = shown.place
    yield f"{short(file)}:{line}"
    yield from map(_certificate, shown.host.certificates)


def hosts_csv(hosts: Iterable[ExpectedHost]) -> str:
    """A row for each host, below a row with the names of the columns."""
    rows = [csv_row(_COLUMNS), *(csv_row(_cells(each)) for each in hosts)]
    return "".join(f"{row}\r\n" for row in rows)


def _cells(shown: ExpectedHost) -> Iterator[object]:
    file, line = shown.place
    yield shown.host.name
    yield short(shown.site.configuration.name)
    yield short(file)
    yield line
    yield shown.switch
    yield {True: "yes", False: "no", None: "unknown"}[shown.expected.staples]
    yield shown.expected.why
    yield " ".join(short(certificate_path(each)) for each in shown.host.certificates)


def _certificate(certificate: HostCertificate) -> str:
    path = short(certificate_path(certificate))
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
    return f"{path}: {', '.join(facts)}"
