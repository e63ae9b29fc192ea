"""``apachestaple probe``."""

from typing import Annotated

import typer

from apachestaple.cli.errors import FAILED, UsageError, tell_errors
from apachestaple.cli.options import AllowPrivate, Common, Format
from apachestaple.cli.values import one_of, seconds

# Seconds.
_LONGEST = 600


def probe(
    common: Common,
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="HOST[:PORT]", show_default=False, help="Running servers."),
    ] = None,
    form: Format = "text",
    servername: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name to send to the server [default: HOST]."),
    ] = None,
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Connect to this address.")
    ] = None,
    from_path: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Probe the TLS hosts of a configuration, and compare them with it.",
        ),
    ] = None,
    tls: Annotated[
        str | None, typer.Option(metavar="1.2|1.3", help="Use this version of TLS only.")
    ] = None,
    timeout: Annotated[
        str | None,
        typer.Option(metavar="SECONDS", help="Time limit of a handshake [default: 15]."),
    ] = None,
    allow_private: AllowPrivate = False,
) -> int:
    """Show the staples of running servers."""
    from apachestaple.discovery.starts import find_start
    from apachestaple.mod_ssl.reading import read_site
    from apachestaple.network.handshake import TLS_VERSIONS
    from apachestaple.probing.probe import PATIENCE, probe_all
    from apachestaple.probing.promises import compared, targets_of
    from apachestaple.probing.served import parse_target
    from apachestaple.report.json import probe_json
    from apachestaple.report.probes import probe_report
    from apachestaple.report.progress import tracked
    from apachestaple.report.terminal import emit

    one_of("--format", form, "text", "json")
    if not targets and from_path is None:
        raise UsageError("no server to probe: use HOST, HOST:PORT or --from PATH")
    if allow_private and from_path is None:
        raise UsageError("--allow-private can only be used with --from")
    if tls is not None:
        one_of("--tls", tls, *TLS_VERSIONS)
    limit = PATIENCE if timeout is None else seconds("--timeout", timeout, _LONGEST)
    try:
        named = [
            parse_target(target, servername=servername, address=address) for target in targets or ()
        ]
    except ValueError as error:
        raise UsageError(str(error)) from None
    site = None
    if from_path is not None:
        settings = common.settings([from_path])
        site = read_site(find_start(from_path, settings), settings.certificates_required)
        tell_errors(site.configuration)
    promised = targets_of(site, address) if site else {}
    wanted = list(dict.fromkeys([*named, *filter(None, promised.values())]))
    # A configuration of somebody else can contain any address; those on the command line are meant.
    is_meant = allow_private or address is not None or (site and site.configuration.installed)
    only_public = frozenset() if is_meant else frozenset(wanted).difference(named)
    probing = probe_all(wanted, seconds=limit, tls=tls, only_public=only_public)
    served = dict(tracked(probing, len(wanted), "Probing"))
    probed = [served[target] for target in named]
    if site is not None:
        probed += compared(site, promised, served)
    emit(probe_json(probed) if form == "json" else probe_report(probed, common.paint))
    if not any(one.reached for one in probed):
        return FAILED
    return int(any(one.error for one in probed))
