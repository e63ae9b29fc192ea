"""Differences between a running server and its configuration."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apachestaple.mod_ssl.staples import prospect
from apachestaple.ocsp.host import is_address
from apachestaple.probing.served import Served
from apachestaple.probing.targets import HTTPS_PORT, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from apachestaple.certificates.certificate import Certificate
    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site


def targets_of(site: Site, address: str | None = None) -> dict[Host, Target | None]:
    """The targets of all TLS hosts of a configuration."""
    return {host: target_of(host, address) for host in site.tls_hosts}


def compared(
    site: Site,
    targets: Mapping[Host, Target | None],
    each: Callable[[Target], Sequence[Target]],
    served: Mapping[Target, Served],
) -> Iterator[Served]:
    """What each host sent, with the differences from its configuration.

    ``each`` returns the targets that were probed in place of one.
    """
    for host, target in targets.items():
        if target is None:
            yield _nowhere(host)
            continue
        for one in each(target):
            found = served[one]
            yield replace(found, differences=tuple(differences(found, host, site)))


def _nowhere(host: Host) -> Served:
    name, _, port = host.name.rpartition(":")
    target = Target(name or port, int(port) if port.isdigit() else HTTPS_PORT, None)
    failure = "the configuration gives it neither a name nor an address"
    return Served(target, datetime.now(UTC), failure=failure, conclusive=False)


def target_of(host: Host, address: str | None = None) -> Target | None:
    """The target of a TLS host; ``None`` if it has neither a name nor an address.

    The client requests the ServerName of the host. It connects to ``address``, else to the first
    address of the host, else to the addresses of the name.
    """
    name, written = host.server_name
    own = next((a.host for a in host.addresses if a.host), None)
    if name is None and own is None and host.main is not None:
        # Without name and address, it has the main server's name (ap_fini_vhost_config).
        name, _ = host.main.server_name
    port = next((a.port for a in host.addresses if a.port), 0)
    if not port:
        port = int(written) if re.fullmatch(r"[0-9]{1,5}", written) else HTTPS_PORT
    if name is not None and not is_address(name):
        return Target(name, port, name, address or own)
    where = address or own or name
    return Target(where, port, None) if where else None


def differences(served: Served, host: Host, site: Site) -> Iterator[str]:
    """Differences from the configuration, each as a sentence without full stop."""
    wrong = _of_certificate(served, host, site)
    if wrong:
        # The configuration does not predict the staple of another certificate.
        yield wrong
        return
    if served.failure:
        return
    expected = prospect(host, site)
    if expected.staples and not served.staple_length:
        yield (
            f"no staple was sent, although {expected.why}: httpd was not reloaded since, or the "
            "responder fails"
        )
    if expected.staples is False and served.status == "good":
        yield f"a staple was sent, although {expected.why}: httpd was not reloaded since"


def _of_certificate(served: Served, host: Host, site: Site) -> str | None:
    leaf = served.leaf
    own = host.known_certificates
    if leaf is None or not own:
        return None
    if any(certificate.leaf and certificate.leaf.sha1 == leaf.sha1 for certificate in own):
        return None
    if len(own) < len(host.certificates):
        # It may be in a file that we could not read.
        return None
    other = _host_of(leaf, site)
    if other is not None:
        return f"the certificate of {other.name} was sent: that host answers here"
    path = own[0].name
    # Many certificates have no subject.
    if leaf.subject and any(c.leaf and c.leaf.subject == leaf.subject for c in own):
        return (
            f"the certificate that was sent is not the one in {path}, which has the same subject: "
            "httpd was not reloaded since that file was written"
        )
    return f"the certificate of {leaf.subject} was sent, and not the one in {path}"


def _host_of(leaf: Certificate, site: Site) -> Host | None:
    sha1 = leaf.sha1
    return next(
        (
            host
            for host in site.tls_hosts
            for certificate in host.known_certificates
            if certificate.leaf and certificate.leaf.sha1 == sha1
        ),
        None,
    )
