"""Hosts whose handshakes mod_ssl would abort if another host made the record of their certificate.

Without a record, a client gets no staple. With one, mod_ssl must query a responder, and a host
without a usable URL aborts the handshake (stapling_renew_response).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.ocsp.uri import UrlProblem, url_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.mod_ssl.hosts import Host, HostCertificate
    from apachestaple.mod_ssl.site import Site


def has_no_query(host: Host, certificate: HostCertificate) -> bool:
    """Whether mod_ssl aborts handshakes of a host, because it cannot query a responder."""
    url = host.responder(certificate)
    return url is None or url_problem(url) not in (None, UrlProblem.NO_HOST)


def aborted_by_record(site: Site, host: Host, certificate: HostCertificate) -> Iterator[Host]:
    """The other hosts whose handshakes would be aborted if ``host`` made the record."""
    leaf = certificate.leaf
    if leaf is None or site.find_record(leaf) is not None:
        return
    for other in site.members(leaf):
        if other.host is not host and has_no_query(other.host, other.certificate):
            yield other.host
