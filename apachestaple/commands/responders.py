"""``apachestaple responders``."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apachestaple.certificates.pem import CertificateFile
from apachestaple.commands.trouble import USELESS, TroubleError, one_of, tell, tell_errors
from apachestaple.discovery.sites import Sites, certificate_files, read_sites
from apachestaple.mod_ssl.hosts import first_argument
from apachestaple.mod_ssl.responders import responders
from apachestaple.ocsp.destinations import is_address, is_host, outgoing
from apachestaple.ocsp.uri import parse_uri, proxy_fault
from apachestaple.probing.served import parse_target
from apachestaple.report.json import responders_json
from apachestaple.report.outgoing import (
    OutgoingRules,
    Redirect,
    Rendered,
    Resolution,
    ResponderTable,
    outgoing_rules,
    redirect,
    rendered,
    responder_table,
)
from apachestaple.report.tables import responders_table
from apachestaple.report.terminal import emit, paint_for
from apachestaple.settings import load_settings
from apachestaple.templating import Templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from apachestaple.ocsp.responder import Responder

FORMATS = ("text", "json", *ResponderTable.templates, *OutgoingRules.templates, *Redirect.templates)
# A proxy goes by names and a redirect by ports, and the form of the JSON is fixed.
_WITHOUT_ADDRESSES = frozenset({"json", "squid", *Redirect.templates})


@dataclass(frozen=True)
class ResponderSwitches:
    """What ``responders`` alone can be told.

    Attributes:
        form: one of FORMATS.
        resolve: whether names may be looked up.
        proxy: URL of the proxy that a redirect leads to.
        templates: a folder with templates of one's own. Only the command line names it: root may
            load what comes out, and a settings file may be somebody else's.
        connect: running servers, whose certificates are to be taken.

    """

    form: str = "text"
    resolve: bool = False
    proxy: str | None = None
    templates: str | None = None
    connect: tuple[str, ...] = ()


def run_responders(
    paths: Sequence[str],
    options: Mapping[str, object],
    switches: ResponderSwitches,
    *,
    config: str | None = None,
) -> int:
    """Print the OCSP responders; 1 where a name has no address, 2 where a path has no file.

    Raises:
        TroubleError: the switches do not go together, or a format needs what was not given.

    """
    proxy = _checked(switches)
    templates = Templates(switches.templates)
    settings = load_settings(options, near=paths[0] if paths else None, config=config)
    files, others = certificate_files(paths)
    given = bool(files or switches.connect)
    sites = read_sites(others, settings) if others or not given else Sites()
    sites.troubles += [
        f"{file.path}: no certificate in it can be read" for file in files if not _is_read(file)
    ]
    served, failures = _served(switches.connect)
    files += served
    sites.troubles += failures
    tell(*sites.troubles)
    if not sites.sites and not any(map(_is_read, files)):
        return USELESS
    for site in sites.sites:
        tell_errors(site.configuration)
    found = responders(*sites.sites, files=files)
    form = switches.form
    if form in OutgoingRules.templates or form in Redirect.templates:
        what, troubles = _rules(found, sites, switches, proxy)
        emit(rendered(form, what, templates))
    else:
        # That a responder has gone that nobody asks is no trouble.
        asked = (r.host for r in found if r.used or any(need.waits for need in r.needs))
        resolution = _resolution(asked, wanted=switches.resolve)
        troubles = resolution.troubles
        if form == "json":
            emit(responders_json(found))
        elif form == "csv":
            emit(rendered(form, responder_table(found, resolution), templates))
        else:
            addresses = resolution.addresses if switches.resolve else {}
            emit(responders_table(found, paint_for(sys.stdout), addresses))
    tell(*troubles.values())
    if sites.troubles:
        return USELESS
    return int(bool(troubles))


def _checked(switches: ResponderSwitches) -> tuple[str, int] | None:
    """Host and port of the proxy, where there is one.

    Raises:
        TroubleError: the switches do not go together.

    """
    form = one_of("--format", switches.form, *FORMATS)
    if (switches.proxy is None) == (form in Redirect.templates):
        forms = ", ".join(Redirect.templates)
        raise TroubleError(f"the formats {forms} need --proxy URL, and no other takes it")
    if switches.resolve and form in _WITHOUT_ADDRESSES:
        raise TroubleError(f"--resolve: the format {form} has no place for addresses")
    if switches.templates is not None and form in ("text", "json"):
        raise TroubleError(f"--templates: the format {form} is not made from a template")
    if switches.proxy is None:
        return None
    uri = parse_uri(switches.proxy)
    host = (uri.host or "") if uri else ""
    if uri is None or uri.scheme != "http" or proxy_fault(switches.proxy) or not is_host(host):
        wrong = f"takes a URL like http://proxy.example.com:3128, not {switches.proxy!r}"
        raise TroubleError(f"--proxy {wrong}")
    return host, uri.port


def _served(servers: Sequence[str]) -> tuple[list[CertificateFile], list[str]]:
    """The certificates that running servers send, by their names; why others send none.

    Raises:
        TroubleError: something is no name of a server.

    """
    if not servers:
        return [], []
    from apachestaple.probing.probe import probe_all  # noqa: PLC0415  (loads sockets)

    try:
        targets = [parse_target(server) for server in servers]
    except ValueError as error:
        raise TroubleError(f"--connect: {error}") from None
    found = dict(probe_all(targets))
    served = [(target, found[target]) for target in dict.fromkeys(targets)]
    files = [CertificateFile(str(target), one.leaf) for target, one in served if one.leaf]
    return files, [f"{target}: {one.failure}" for target, one in served if not one.leaf]


def _is_read(file: CertificateFile) -> bool:
    return file.leaf is not None and file.leaf.is_understood


def _rules(
    found: Sequence[Responder],
    sites: Sites,
    switches: ResponderSwitches,
    proxy: tuple[str, int] | None,
) -> tuple[Rendered, Mapping[str, str]]:
    """What the template of a rule is given, and the names without an address."""
    command = shlex.join(["apachestaple", *sys.argv[1:]])
    # What a proxy is told to let through are the responders.
    out = outgoing(found, proxies=switches.form != "squid")
    if proxy is not None:
        return redirect(out, proxy, user=_user(sites), command=command), {}
    by_address = switches.form not in _WITHOUT_ADDRESSES
    names = [one.host for one in out.destinations if not is_address(one.host)]
    if by_address and names and not switches.resolve:
        raise TroubleError(
            f"the format {switches.form} goes by addresses, and {names[0]} is a name; "
            "--resolve looks names up"
        )
    resolution = _resolution((one.host for one in out.destinations), wanted=switches.resolve)
    date = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return outgoing_rules(out, resolution, date=date, command=command), resolution.troubles


def _resolution(hosts: Iterable[str], *, wanted: bool) -> Resolution:
    """Addresses of the hosts; of those that are addresses only, where nothing may be looked up."""
    wanted_hosts = [host for host in dict.fromkeys(hosts) if host and (wanted or is_address(host))]
    if not wanted_hosts:
        return Resolution({}, {})
    from apachestaple.network.resolve import resolve  # noqa: PLC0415  (loads sockets)

    answers = resolve(wanted_hosts)
    return Resolution(
        {host: answer.addresses for host, answer in answers.items() if not answer.trouble},
        {host: answer.trouble for host, answer in answers.items() if answer.trouble},
    )


def _user(sites: Sites) -> str:
    """The one that httpd asks as, ``""`` where it is not known."""
    users = {site.main.setting("User") for site in sites.sites}
    (user,) = users if len(users) == 1 else (None,)
    return first_argument(user) if user else ""
