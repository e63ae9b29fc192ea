"""The OCSP queries of mod_ssl.

Source: modules/ssl/ssl_util_stapling.c (stapling_renew_response).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.ocsp.query import Query
from apachestaple.ocsp.uri import url_problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.mod_ssl.hosts import Host, HostCertificate


def query(host: Host, certificate: HostCertificate) -> Query | None:
    """The query for a certificate of a host; ``None`` if httpd, or apachestaple, cannot make it."""
    leaf, url = certificate.leaf, host.responder(certificate)
    issuer = host.stapling_issuer(certificate)
    if not host.staples or leaf is None or issuer is None or url is None or url_problem(url):
        return None
    proxy = host.setting("SSLOCSPProxyURL")
    return Query(
        url=url,
        proxy=first_argument(proxy) if proxy else None,
        timeout=host.seconds("SSLStaplingResponderTimeout") or 0,
        sha1=leaf.sha1,
        leaf=leaf,
        issuer=issuer,
    )


def queries(hosts: Iterable[Host]) -> list[Query]:
    """All queries for hosts, without repetitions, in order."""
    found = {
        asked: None
        for host in hosts
        for certificate in host.served
        if (asked := query(host, certificate)) is not None
    }
    return list(found)


def unaskable(hosts: Iterable[Host]) -> list[str]:
    """Why certificates that httpd queries cannot be queried from here."""
    return [
        f"{certificate.name}: its responder was not queried, because its issuer was not found"
        for host in hosts
        for certificate in host.served
        if host.problem_of(certificate) is None and host.stapling_issuer(certificate) is None
    ]
