"""For each host, whether it staples before and after a repair."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.lint.startup import expected_staple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site
    from apachestaple.mod_ssl.staples import Prospect
    from apachestaple.rules.finding import Finding

    # A site, and the findings that keep httpd from starting (`start_problems`).
    Judged = tuple[Site, Mapping[str, Finding]]


class Outlook(NamedTuple):
    """One TLS host.

    Attributes:
        name: name and port.
        before: whether its clients got a staple; ``None`` if the host is new.
        after: whether its clients get a staple with the repaired configuration.

    """

    name: str
    before: Prospect | None
    after: Prospect


def outlooks(before: Judged, after: Judged) -> tuple[Outlook, ...]:
    """All TLS hosts of the repaired configuration, each once."""
    known = {key: prospect for key, _, prospect in _prospects(*before)}
    found = (Outlook(name, known.get(key), now) for key, name, now in _prospects(*after))
    # A host that is included twice is one host for its clients.
    return tuple(dict.fromkeys(found))


def _prospects(
    site: Site, problems: Mapping[str, Finding]
) -> Iterator[tuple[tuple[str, int], str, Prospect]]:
    """The hosts, with a number for those of the same name."""
    seen: Counter[str] = Counter()
    for host in site.tls_hosts:
        expected = expected_staple(host, site, problems)
        yield (host.name, seen[host.name]), host.name, _explained(host, expected)
        seen[host.name] += 1


def _explained(host: Host, expected: Prospect) -> Prospect:
    """If stapling is off for a host, the reason why it must be."""
    if host.use_stapling or expected.staples is not False:
        return expected
    problem = next(filter(None, host.stapling_problems), None)
    if problem is None or problem.reason in expected.why:
        return expected
    return expected._replace(why=f"{expected.why}, and {problem.reason}")
