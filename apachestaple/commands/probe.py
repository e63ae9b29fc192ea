"""``apachestaple probe``."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apachestaple.commands.trouble import USELESS, TroubleError, one_of, tell_errors
from apachestaple.discovery.sites import read_site
from apachestaple.network.handshake import TLS_VERSIONS
from apachestaple.probing.probe import PATIENCE, probe_all
from apachestaple.probing.promises import differences, target_of
from apachestaple.probing.served import HTTPS_PORT, Served, Target, parse_target
from apachestaple.report.json import probe_json
from apachestaple.report.probes import probe_report
from apachestaple.report.progress import tracked
from apachestaple.report.terminal import emit, paint_for
from apachestaple.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apachestaple.mod_ssl.hosts import Host
    from apachestaple.mod_ssl.site import Site

_LONGEST = 600


@dataclass(frozen=True)
class ProbeSwitches:
    """What ``probe`` alone can be told."""

    servername: str | None = None
    address: str | None = None
    from_path: str | None = None
    tls: str | None = None
    timeout: str | None = None
    form: str = "text"


def run_probe(
    words: Sequence[str],
    options: Mapping[str, object],
    switches: ProbeSwitches,
    *,
    config: str | None = None,
) -> int:
    """Probe; 1 where something is wrong, 2 where nobody could be reached.

    Raises:
        TroubleError: nobody was probed, and the text says why.

    """
    form = one_of("--format", switches.form, "text", "json")
    if not words and switches.from_path is None:
        raise TroubleError("whom to probe? HOST, HOST:PORT, or --from PATH")
    tls = one_of("--tls", switches.tls, *TLS_VERSIONS) if switches.tls else None
    seconds = _seconds(switches.timeout)
    targets = [_target(word, switches) for word in words]
    site: Site | None = None
    if switches.from_path is not None:
        settings = load_settings(options, near=switches.from_path, config=config)
        site = read_site(switches.from_path, settings)
        tell_errors(site.configuration)
    promised = {host: target_of(host, switches.address) for host in site.tls_hosts} if site else {}
    wanted = list(dict.fromkeys([*targets, *filter(None, promised.values())]))
    probing = probe_all(wanted, seconds=seconds, tls=tls)
    served = dict(tracked(probing, len(wanted), "Probing"))
    probed = [served[one] for one in targets]
    if site is not None:
        probed += [_compared(host, one, served, site) for host, one in promised.items()]
    emit(probe_json(probed) if form == "json" else probe_report(probed, paint_for(sys.stdout)))
    if not any(one.reached for one in probed):
        return USELESS
    return int(any(one.error for one in probed))


def _target(word: str, switches: ProbeSwitches) -> Target:
    try:
        return parse_target(word, servername=switches.servername, address=switches.address)
    except ValueError as error:
        raise TroubleError(str(error)) from None


def _seconds(text: str | None) -> float:
    if text is None:
        return PATIENCE
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= _LONGEST:
        raise TroubleError(f"--timeout takes seconds, more than 0 and {_LONGEST} at most")
    return seconds


def _compared(
    host: Host, one: Target | None, served: Mapping[Target, Served], site: Site
) -> Served:
    if one is None:
        name, _, port = host.name.rpartition(":")
        nowhere = Target(name or port, int(port) if port.isdigit() else HTTPS_PORT, None)
        failure = "the configuration gives it neither a name nor an address"
        return Served(nowhere, datetime.now(UTC), failure=failure)
    found = served[one]
    return replace(found, differences=tuple(differences(found, host, site)))
