"""The responses that clients get from hosts that share a certificate, in any order of requests.

The cache has one response for a leaf. The host to which a client connects decides which URL is
queried and how an error is handled; all other hosts then staple its response.

Source: modules/ssl/ssl_util_stapling.c (stapling_cb, stapling_renew_response).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.ocsp.switched_off import switched_off
from apachestaple.ocsp.uri import UrlProblem, proxy_problem, url_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.ocsp.query import Answer
    from apachestaple.ocsp.status import StatusResponse


class Reply(StrEnum):
    """The result for a client that requests a staple."""

    GOOD = "good"
    # A response that clients cannot use: tryLater, another error, another certificate's.
    BAD = "bad"
    NONE = "none"
    ABORT = "abort"


class Member(NamedTuple):
    """A host with the leaf, and the answer of its responder, if it was queried."""

    host: Host
    certificate: HostCertificate
    answer: Answer | None = None


class Replies(NamedTuple):
    """The results for the clients of one host.

    Attributes:
        first: the result for the first client of all after httpd was started.
        second: the results for a client that connects to this host a second time, for all orders
            of the hosts before.
        fills: a host that stores a good response in the cache, if this one cannot.
        spoils: a host that stores a bad response in the cache, if this one would not.

    """

    first: Reply
    second: frozenset[Reply]
    fills: Host | None = None
    spoils: Host | None = None

    @property
    def is_good(self) -> bool | None:
        """Whether a client that connects a second time gets a good staple; ``None``: it depends."""
        if Reply.GOOD not in self.second:
            return False
        return True if len(self.second) == 1 else None


# The response in the cache: whether it is good, and whether mod_ssl considered it good when it was
# stored. ``None``: no response.
_Cached = tuple[bool, bool] | None


class _Behaviour(NamedTuple):
    """The properties of a host that decide about the shared response.

    Attributes:
        query: the result of its own query.
        returns_errors: SSLStaplingReturnResponderErrors.
        keeps_good: whether responses that count as good are kept in the cache.
        keeps_errors: whether errors are kept in the cache.

    """

    query: _Query
    returns_errors: bool
    keeps_good: bool
    keeps_errors: bool


class _Query(StrEnum):
    GOOD = "good"
    # A response that httpd staples and clients reject.
    REFUSED = "refused"
    # A response with an error status, or one that is invalid: stored as an error.
    ERROR = "error"
    # No response. With SSLStaplingFakeTryLater, a tryLater is stored like a good response.
    FAKED = "faked"
    FAILED = "failed"
    ABORTED = "aborted"


def replies(member: Member, members: Sequence[Member]) -> Replies:
    """The results for clients of one member; ``members`` are all hosts that staple the leaf."""
    own = _behaviour(member)
    others = {_behaviour(each): each.host for each in members}
    reachable: dict[_Cached, Host | None] = {None: None}
    waiting: list[_Cached] = [None]
    while waiting:
        cached = waiting.pop()
        for behaviour, host in others.items():
            _, then = _ask(behaviour, cached)
            if then not in reachable:
                reachable[then] = reachable[cached] or host
                waiting.append(then)
    second = {cached: _second(own, cached) for cached in reachable}
    cold = second[None]
    return Replies(
        first=_ask(own, None)[0],
        second=frozenset(second.values()),
        fills=_host_of(reachable, second, Reply.GOOD) if cold is not Reply.GOOD else None,
        spoils=_host_of(reachable, second, *_UNUSABLE) if cold is Reply.GOOD else None,
    )


_UNUSABLE = (Reply.BAD, Reply.NONE, Reply.ABORT)


def _host_of(
    reachable: dict[_Cached, Host | None], second: dict[_Cached, Reply], *wanted: Reply
) -> Host | None:
    return next((host for cached, host in reachable.items() if second[cached] in wanted), None)


def _second(behaviour: _Behaviour, cached: _Cached) -> Reply:
    _, then = _ask(behaviour, cached)
    return _ask(behaviour, then)[0]


def _ask(behaviour: _Behaviour, cached: _Cached) -> tuple[Reply, _Cached]:
    """The result for a client, and the response in the cache afterwards (stapling_cb)."""
    if cached is not None:
        is_good, was_good = cached
        if is_good:
            return Reply.GOOD, cached
        if behaviour.returns_errors:
            return Reply.BAD, cached
        if not was_good:
            # The error is kept until it expires.
            return Reply.NONE, cached
    match behaviour.query:
        case _Query.ABORTED:
            return Reply.ABORT, cached
        case _Query.FAILED:
            return Reply.NONE, cached
        case _Query.FAKED:
            return Reply.BAD, (False, True) if behaviour.keeps_good else None
        case _Query.ERROR:
            reply = Reply.BAD if behaviour.returns_errors else Reply.NONE
            return reply, (False, False) if behaviour.keeps_errors else None
    is_good = behaviour.query is _Query.GOOD
    reply = Reply.GOOD if is_good else Reply.BAD
    return reply, (is_good, True) if behaviour.keeps_good else None


def _behaviour(member: Member) -> _Behaviour:
    host = member.host
    return _Behaviour(
        query=_query(member),
        returns_errors=host.flag("SSLStaplingReturnResponderErrors"),
        keeps_good=host.seconds("SSLStaplingStandardCacheTimeout") != 0,
        keeps_errors=host.seconds("SSLStaplingErrorCacheTimeout") != 0,
    )


def _query(member: Member) -> _Query:
    host, certificate, answer = member
    url = host.responder(certificate)
    problem = url_problem(url) if url is not None else None
    if url is None or (problem is not None and problem is not UrlProblem.NO_HOST):
        return _Query.ABORTED
    if problem is not None or _fails(host, url, answer):
        return _Query.FAKED if host.flag("SSLStaplingFakeTryLater") else _Query.FAILED
    if answer is None:
        # The responder of the right issuer answers "unknown" to a certificate id with another key.
        return _Query.REFUSED if host.has_wrong_issuer(certificate) else _Query.GOOD
    response = answer.response
    if response is None or answer.error is None:
        return _Query.GOOD
    is_kept_back = response.is_error or (response.is_readable and not response.is_by_sha1)
    if is_kept_back or _is_out_of_date(host, response, answer.at):
        return _Query.ERROR
    return _Query.REFUSED


def _is_out_of_date(host: Host, response: StatusResponse, now: datetime) -> bool:
    skew = host.seconds("SSLStaplingResponseTimeSkew") or 0
    max_age = host.seconds("SSLStaplingResponseMaxAge")
    return response.problem_of_times(now, skew, max_age) is not None


def _fails(host: Host, url: str, answer: Answer | None) -> bool:
    """Whether a query has no response, if that is known."""
    if answer is not None:
        return answer.failure is not None
    if host.seconds("SSLStaplingResponderTimeout") == 0:
        return True
    proxy = host.proxy
    return proxy_problem(proxy) is not None if proxy else switched_off(url) is not None


def members_by_leaf(hosts: Iterable[Host]) -> dict[bytes, list[tuple[Host, HostCertificate]]]:
    """The hosts that serve each leaf, by the SHA-1 of its DER."""
    found: dict[bytes, list[tuple[Host, HostCertificate]]] = {}
    for host in hosts:
        for certificate in host.served:
            if certificate.leaf is not None:
                found.setdefault(certificate.leaf.sha1, []).append((host, certificate))
    return found
