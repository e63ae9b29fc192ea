"""Queries the OCSP responders, for ``lint --online`` and ``responders --check``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apachestaple.cli.errors import tell
from apachestaple.cli.values import seconds
from apachestaple.mod_ssl.cache_servers import cache_servers
from apachestaple.mod_ssl.queries import queries, unaskable
from apachestaple.network.ask import DEADLINE, ask_all
from apachestaple.network.connect import Deadline, NotPublicError, unreachable_because
from apachestaple.report.progress import tracked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from apachestaple.mod_ssl.cache_servers import CacheServer
    from apachestaple.mod_ssl.site import Site
    from apachestaple.ocsp.query import Answer, Query

# Seconds: a day.
_LONGEST = 86_400
# Seconds for a cache server, and the number of servers of a list that are tried.
_CACHE_SERVER = 5.0
_MOST_SERVERS = 16


@dataclass(frozen=True, slots=True)
class AskPolicy:
    """Which responders may be queried, and for how long.

    Attributes:
        allow_private: whether responders at addresses that are not public may be queried. Those of
            this machine's own configuration always may.
        deadline: time limit for all queries together, in seconds.

    """

    allow_private: bool = False
    deadline: float = DEADLINE

    @classmethod
    def given(cls, *, allow_private: bool, deadline: str | None) -> AskPolicy:
        """The policy for the values of the command line.

        Raises:
            UsageError: the deadline is not a number of seconds, or too long.

        """
        limit = DEADLINE if deadline is None else seconds("--deadline", deadline, _LONGEST)
        return cls(allow_private, limit)


def ask_responders(sites: Sequence[Site], policy: AskPolicy) -> dict[Query, Answer]:
    """Query each responder about each certificate once, and return the answers.

    Queries that were not sent are listed on standard error.
    """
    hosts = [host for site in sites for host in site.stapling_hosts]
    tell(*unaskable(hosts))
    asked = queries(hosts)
    own = [host for site in sites if site.configuration.installed for host in site.stapling_hosts]
    private = frozenset(asked if policy.allow_private else queries(own))
    asking = ask_all(asked, private=private, deadline=policy.deadline)
    came = dict(tracked(asking, len(asked), "Querying responders"))
    answers = {query: came[query] for query in asked}
    tell(*_not_asked(answers, policy))
    return answers


def with_cache_servers(sites: Sequence[Site], policy: AskPolicy) -> list[Site]:
    """The sites, where connections to the servers of their caches were tried.

    Servers that were not tried are named on standard error.
    """
    deadline = Deadline.after(policy.deadline)
    return [replace(site, unreachable=_unreachable(site, policy, deadline)) for site in sites]


def _unreachable(site: Site, policy: AskPolicy, deadline: Deadline) -> dict[CacheServer, str]:
    """The servers of its cache that accept no connection, each with the reason."""
    cache = site.cache
    if cache is None or not site.stapling_hosts:
        return {}
    only_public = not (policy.allow_private or site.configuration.installed)
    servers = [s for s in cache_servers(cache) if not s.log_id and not s.is_path]
    found = {}
    for server in servers[:_MOST_SERVERS]:
        try:
            reason = unreachable_because(
                server.host, server.port, deadline, each=_CACHE_SERVER, only_public=only_public
            )
        except NotPublicError as error:
            tell(f"cache server {server.written}: {error}; use --allow-private")
        else:
            if reason is not None and deadline.left:
                found[server] = reason
    return found


def _not_asked(answers: Mapping[Query, Answer], policy: AskPolicy) -> Iterator[str]:
    """Messages about responders that were not queried, and the number of those that were late."""
    yield from dict.fromkeys(
        f"{query.url}: {answer.error}"
        for query, answer in answers.items()
        if answer.not_asked is not None and not answer.out_of_time
    )
    late = {query.url for query, answer in answers.items() if answer.out_of_time}
    if late:
        responders = len({query.url for query in answers})
        yield (
            f"{len(late)} of {responders} responders were not queried or did not answer in time: "
            f"--deadline of {policy.deadline:g} seconds"
        )
