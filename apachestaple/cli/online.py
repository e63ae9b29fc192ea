"""Asks the OCSP responders, for ``lint --online`` and ``responders --check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apachestaple.cli.errors import tell
from apachestaple.mod_ssl.queries import queries, unaskable
from apachestaple.network.ask import ask_all
from apachestaple.report.progress import tracked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apachestaple.mod_ssl.site import Site
    from apachestaple.ocsp.query import Answer, Query


def ask_responders(sites: Sequence[Site]) -> dict[Query, Answer]:
    """Ask each responder about each certificate, once; the answers.

    What cannot be asked is told on standard error.
    """
    hosts = [host for site in sites for host in site.stapling_hosts]
    tell(*unaskable(hosts))
    asked = queries(hosts)
    came = dict(tracked(ask_all(asked), len(asked), "Asking responders"))
    return {query: came[query] for query in asked}
