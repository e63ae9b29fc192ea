"""``apachestaple probe``."""

from typing import TYPE_CHECKING, Annotated

import typer

from apachestaple.cli.errors import FAILED, UsageError, tell, tell_errors
from apachestaple.cli.options import AllowPrivate, Common
from apachestaple.cli.plugin import FORMATS, as_plugin
from apachestaple.cli.probing import Client, Expected
from apachestaple.cli.values import one_of, seconds, standard_input, whole

if TYPE_CHECKING:
    from apachestaple.mod_ssl.site import Site
    from apachestaple.probing.judging import Expectations, Judged
    from apachestaple.probing.targets import Target

# The largest values of options: seconds (a day), parallel probes and probes of a server.
_LONGEST = 86_400
_MOST_AT_ONCE = 500
_MOST_REPEATS = 1000
# Bytes of a list of targets.
_LONGEST_LIST = 16 * 1024 * 1024


def probe(
    common: Common,
    expected: Expected,
    client: Client,
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="HOST[:PORT]", show_default=False, help="Running servers."),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="Report format.")
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
    all_addresses: Annotated[
        bool, typer.Option("--all-addresses", help="Probe every address of a name.")
    ] = False,
    concurrency: Annotated[
        str | None, typer.Option(metavar="N", help="Number of parallel probes [default: 16].")
    ] = None,
    deadline: Annotated[
        str | None,
        typer.Option(
            metavar="SECONDS", help="Time limit for all servers [default: 300 with --from]."
        ),
    ] = None,
    repeat: Annotated[
        str | None,
        typer.Option(metavar="N", help="Probe each server N times; the last one counts."),
    ] = None,
    interval: Annotated[
        str | None,
        typer.Option(metavar="SECONDS", help="Pause between the probes of --repeat [default: 1]."),
    ] = None,
    allow_private: AllowPrivate = False,
) -> int:
    """Check the staples and certificates of running servers."""
    from apachestaple.probing.judging import judge
    from apachestaple.probing.plan import at_all_addresses, plan, run
    from apachestaple.probing.probe import CONCURRENCY, DEADLINE
    from apachestaple.report.progress import tracked

    one_of("--format", form, *FORMATS)

    def run_all() -> int:
        expectations = expected.expectations
        at_once = whole("--concurrency", concurrency, CONCURRENCY, most=_MOST_AT_ONCE)
        times = whole("--repeat", repeat, 1, most=_MOST_REPEATS)
        pause = 1.0 if interval is None else seconds("--interval", interval, _LONGEST)
        # A configuration of somebody else can name any number of servers that do not answer.
        limit = DEADLINE if from_paths else _LONGEST
        limit = limit if deadline is None else seconds("--deadline", deadline, _LONGEST)
        named = [client.parsed(word) for word in targets or ()]
        named += _listed(targets_file, client)
        if not named and not from_paths:
            raise UsageError(
                "no server to probe: use HOST, HOST:PORT, --targets FILE or --from PATH"
            )
        if interval is not None and repeat is None:
            raise UsageError("--interval can only be used with --repeat")
        if allow_private and not from_paths:
            raise UsageError("--allow-private can only be used with --from")
        if client.proxy and client.route.version and not all_addresses:
            raise UsageError(
                "-4 and -6 have no effect on --proxy, which resolves the names; use --all-addresses"
            )
        sites = _sites(common, from_paths) if from_paths else []
        planned = plan(named, sites, address=client.address, is_allowed=allow_private)
        if all_addresses:
            planned = at_all_addresses(planned, client.route.version)
        wanted = planned.targets
        served = run(
            client.prober(planned.only_public),
            wanted,
            concurrency=at_once,
            deadline=limit,
            times=times,
            interval=pause,
            track=lambda results: tracked(results, len(wanted), "Probing"),
        )
        judged = [judge(one, expectations) for one in planned.results(served)]
        if not judged:
            raise UsageError("no server to probe: no configuration has a TLS host")
        return _print(judged, expectations, form, output, common)

    return as_plugin(form, output, run_all)


def _print(
    probed: "list[Judged]",
    expectations: "Expectations",
    form: str,
    output: str | None,
    common: Common,
) -> int:
    """Print the report; returns the exit code."""
    from apachestaple.probing.judging import Verdict, worst
    from apachestaple.report.terminal import emit

    verdict = worst(one.verdict for one in probed)
    if form == "nagios":
        from apachestaple.report.probes_nagios import probe_nagios

        emit(probe_nagios(probed, expectations), output, exact=True)
        return verdict
    if form == "prometheus":
        from apachestaple.report.probes_prometheus import probe_prometheus

        emit(probe_prometheus(probed), output, exact=True)
    elif form == "json":
        from apachestaple.report.json import probe_json

        emit(probe_json(probed), output)
    else:
        from apachestaple.report.probes import probe_report

        emit(probe_report(probed, expectations, common.paint), output)
    if not any(one.served.reached for one in probed):
        return FAILED
    return int(verdict is not Verdict.OK)


def _listed(file: str | None, client: Client) -> "list[Target]":
    """The targets in a file.

    Raises:
        UsageError: a line is no target.

    """
    if file is None:
        return []
    from apachestaple.filesystem.reading import read_file
    from apachestaple.probing.targets import parse_target_list

    if file == "-":
        name, text = "standard input", standard_input(_LONGEST_LIST)
    else:
        name, text = file, read_file(file, _LONGEST_LIST).decode("utf-8", "surrogateescape")
    return [client.parsed(word, f"{name}:{line}: ") for line, word in parse_target_list(text)]


def _sites(common: Common, paths: list[str]) -> "list[Site]":
    """The configurations to compare the servers with.

    Raises:
        UsageError: none of them could be read.

    """
    from apachestaple.discovery.sites import read_paths

    found = read_paths(paths, common.settings(paths))
    if not found.sites:
        raise UsageError("; ".join([*found.problems, *found.notes]))
    tell(*found.problems)
    common.tell_notes(*found.notes)
    for site in found.sites:
        tell_errors(site.configuration)
    return found.sites
