"""``apachestaple probe``."""

import socket
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from apachestaple.cli.errors import FAILED, UsageError, tell, tell_errors
from apachestaple.cli.options import AllowPrivate, Common
from apachestaple.cli.values import amount, one_of, seconds, standard_input, whole
from apachestaple.errors import ApachestapleError

if TYPE_CHECKING:
    from apachestaple.mod_ssl.site import Site
    from apachestaple.network.route import Route
    from apachestaple.probing.judging import Expectations, Judged, Limit
    from apachestaple.probing.probe import Prober
    from apachestaple.probing.targets import Target

_FORMATS = ("text", "json", "nagios", "prometheus")
# The largest values of options: seconds, parallel probes, handshakes, days and hours.
_LONGEST = 600
_LONGEST_INTERVAL = 86_400
_MOST_AT_ONCE = 500
_MOST_REPEATS = 1000
_MOST_RETRIES = 10
_LONGEST_LEFT = 100_000
# Bytes of a list of targets.
_LONGEST_LIST = 16 * 1024 * 1024


def probe(
    common: Common,
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="HOST[:PORT]", show_default=False, help="Running servers."),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="|".join(_FORMATS), help="Report format.")
    ] = "text",
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the report to a file.")
    ] = None,
    targets_file: Annotated[
        str | None,
        typer.Option(
            "--targets",
            metavar="FILE",
            help="File with a server on each line, - for standard input; # begins a comment.",
        ),
    ] = None,
    from_paths: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Probe the TLS hosts of a configuration, and compare them with it. Repeatable.",
        ),
    ] = None,
    warning: Annotated[
        str | None,
        typer.Option(metavar="DAYS", help="Warn if a certificate expires in less time."),
    ] = None,
    critical: Annotated[
        str | None,
        typer.Option(metavar="DAYS", help="Critical if a certificate expires in less time."),
    ] = None,
    ocsp_warning: Annotated[
        str | None, typer.Option(metavar="HOURS", help="Warn if a staple expires in less time.")
    ] = None,
    ocsp_critical: Annotated[
        str | None,
        typer.Option(metavar="HOURS", help="Critical if a staple expires in less time."),
    ] = None,
    require_staple: Annotated[
        bool, typer.Option("--require-staple", help="Critical if a server sends no staple.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify/--no-verify", help="Check the certificate's name and chain.")
    ] = True,
    cafile: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Trusted authorities in PEM [default: the system's]."),
    ] = None,
    servername: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name to send to the server [default: HOST]."),
    ] = None,
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Connect to this address.")
    ] = None,
    all_addresses: Annotated[
        bool, typer.Option("--all-addresses", help="Probe every address of a name.")
    ] = False,
    only_ipv4: Annotated[bool, typer.Option("-4", help="Use IPv4 only.")] = False,
    only_ipv6: Annotated[bool, typer.Option("-6", help="Use IPv6 only.")] = False,
    proxy: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Connect through an HTTP proxy (CONNECT)."),
    ] = None,
    tls: Annotated[
        str | None, typer.Option(metavar="1.2|1.3", help="Use this version of TLS only.")
    ] = None,
    timeout: Annotated[
        str | None,
        typer.Option(metavar="SECONDS", help="Time limit of a handshake [default: 15]."),
    ] = None,
    concurrency: Annotated[
        str | None, typer.Option(metavar="N", help="Number of parallel probes [default: 16].")
    ] = None,
    repeat: Annotated[
        str | None,
        typer.Option(metavar="N", help="Probe each server N times; the last one counts."),
    ] = None,
    interval: Annotated[
        str | None,
        typer.Option(metavar="SECONDS", help="Pause between the probes of --repeat [default: 1]."),
    ] = None,
    retries: Annotated[
        str | None,
        typer.Option(metavar="N", help="Repeat a handshake that fails up to N times."),
    ] = None,
    allow_private: AllowPrivate = False,
) -> int:
    """Check the staples and certificates of running servers."""
    from apachestaple.probing.judging import Expectations, judge
    from apachestaple.probing.plan import at_all_addresses, plan, run
    from apachestaple.probing.probe import CONCURRENCY
    from apachestaple.report.progress import tracked

    one_of("--format", form, *_FORMATS)

    def judged() -> "list[Judged]":
        at_once = whole("--concurrency", concurrency, CONCURRENCY, most=_MOST_AT_ONCE)
        times = whole("--repeat", repeat, 1, most=_MOST_REPEATS)
        pause = seconds("--interval", interval, _LONGEST_INTERVAL) if interval else 1.0
        words = [*(targets or ()), *_listed(targets_file)]
        if not words and not from_paths:
            raise UsageError(
                "no server to probe: use HOST, HOST:PORT, --targets FILE or --from PATH"
            )
        if allow_private and not from_paths:
            raise UsageError("--allow-private can only be used with --from")
        route = _route(proxy, only_ipv4=only_ipv4, only_ipv6=only_ipv6)
        named = _parsed(words, servername, address)
        sites = _sites(common, from_paths) if from_paths else []
        planned = plan(named, sites, address=address, is_allowed=allow_private)
        if all_addresses:
            planned = at_all_addresses(planned, route.family)
        prober = _prober(tls, cafile, timeout, retries, route, planned.only_public)
        wanted = planned.targets
        served = run(
            prober,
            wanted,
            concurrency=at_once,
            times=times,
            interval=pause,
            track=lambda results: tracked(results, len(wanted), "Probing"),
        )
        return [judge(one, expected) for one in planned.results(served)]

    try:
        expected = Expectations(
            certificate=_limit("", "days", warning, critical),
            staple=_limit("ocsp-", "hours", ocsp_warning, ocsp_critical),
            require_staple=require_staple,
            verify=verify,
        )
        return _told(judged(), expected, form, output, common)
    except (ApachestapleError, OSError) as error:
        if form != "nagios":
            raise
        return _told_as_unknown(error, output)


def _told(
    probed: "list[Judged]", expected: "Expectations", form: str, output: str | None, common: Common
) -> int:
    """Print the report; returns the exit code."""
    from apachestaple.probing.judging import Verdict, worst
    from apachestaple.report.terminal import emit

    verdict = worst(one.verdict for one in probed)
    if form == "nagios":
        from apachestaple.report.probes_nagios import probe_nagios

        emit(probe_nagios(probed, expected), output)
        return verdict
    if form == "prometheus":
        from apachestaple.report.probes_prometheus import probe_prometheus

        emit(probe_prometheus(probed), output)
    elif form == "json":
        from apachestaple.report.json import probe_json

        emit(probe_json(probed), output)
    else:
        from apachestaple.report.probes import probe_report

        emit(probe_report(probed, expected, common.paint), output)
    if not any(one.served.reached for one in probed):
        return FAILED
    return int(verdict is not Verdict.OK)


def _told_as_unknown(error: Exception, output: str | None) -> int:
    from apachestaple.probing.judging import Verdict
    from apachestaple.report.probes_nagios import plugin_error
    from apachestaple.report.terminal import emit

    tell(str(error))
    emit(plugin_error(str(error)), output)
    return Verdict.UNKNOWN


def _listed(file: str | None) -> Iterable[str]:
    """The targets in a file."""
    if file is None:
        return ()
    from apachestaple.filesystem.reading import read_file
    from apachestaple.probing.targets import parse_target_list

    text = standard_input(_LONGEST_LIST) if file == "-" else read_file(file, _LONGEST_LIST)
    return parse_target_list(text)


def _parsed(words: Iterable[str], servername: str | None, address: str | None) -> "list[Target]":
    from apachestaple.probing.targets import parse_target

    try:
        return [parse_target(word, servername=servername, address=address) for word in words]
    except ValueError as error:
        raise UsageError(str(error)) from None


def _sites(common: Common, paths: list[str]) -> "list[Site]":
    """The configurations to compare the servers with.

    Raises:
        UsageError: none of them could be read.

    """
    from apachestaple.discovery.sites import read_paths

    found = read_paths(paths, common.settings(paths))
    if not found.sites:
        raise UsageError("; ".join(found.problems))
    tell(*found.problems)
    common.tell_notes(*found.notes)
    for site in found.sites:
        tell_errors(site.configuration)
    return found.sites


def _limit(which: str, unit: str, warning: str | None, critical: str | None) -> "Limit":
    from apachestaple.probing.judging import Limit

    def left(name: str, given: str | None) -> timedelta | None:
        if given is None:
            return None
        return timedelta(**{unit: amount(f"--{which}{name}", given, unit, _LONGEST_LEFT)})

    limit = Limit(left("warning", warning), left("critical", critical))
    if limit.warning is not None and limit.critical is not None and limit.warning < limit.critical:
        raise UsageError(f"--{which}warning must not be less than --{which}critical")
    return limit


def _route(proxy: str | None, *, only_ipv4: bool, only_ipv6: bool) -> "Route":
    from apachestaple.network.route import Route, parse_proxy

    if only_ipv4 and only_ipv6:
        raise UsageError("-4 and -6 cannot be used together")
    family = socket.AF_INET if only_ipv4 else socket.AF_INET6 if only_ipv6 else socket.AF_UNSPEC
    try:
        return Route(parse_proxy(proxy) if proxy else None, family)
    except ValueError as error:
        raise UsageError(f"--proxy {error}") from None


def _prober(
    tls: str | None,
    cafile: str | None,
    timeout: str | None,
    retries: str | None,
    route: "Route",
    only_public: "frozenset[Target]",
) -> "Prober":
    from apachestaple.network.tls_client import TLS_VERSIONS
    from apachestaple.probing.probe import PATIENCE, Prober

    if tls is not None:
        one_of("--tls", tls, *TLS_VERSIONS)
    try:
        return Prober(
            seconds=PATIENCE if timeout is None else seconds("--timeout", timeout, _LONGEST),
            tls=tls,
            cafile=cafile,
            route=route,
            retries=whole("--retries", retries, 0, least=0, most=_MOST_RETRIES),
            only_public=only_public,
        )
    except ValueError as error:
        raise UsageError(f"--cafile {cafile} {error}") from None
