"""``apachestaple hosts``."""

import sys
from typing import Annotated

import typer

from apachestaple.cli.errors import FAILED, tell, tell_errors
from apachestaple.cli.options import Common, Paths
from apachestaple.cli.values import one_of


def hosts(
    common: Common,
    paths: Paths = None,
    form: Annotated[
        str, typer.Option("--format", metavar="text|json|csv", help="Report format.")
    ] = "text",
    only: Annotated[
        str | None,
        typer.Option(
            metavar="staples|off|broken|unknown",
            help="List only hosts that staple, whose stapling is off, that do not staple although "
            "it is on, or of which it is unknown.",
        ),
    ] = None,
) -> int:
    """List the TLS hosts, and whether they staple."""
    from apachestaple.discovery.sites import read_paths
    from apachestaple.lint.lint import lint
    from apachestaple.lint.startup import PREVENTS_START
    from apachestaple.report.hosts import Stapling, expected_hosts, hosts_csv, hosts_table
    from apachestaple.report.json import hosts_json
    from apachestaple.report.terminal import columns_of, emit
    from apachestaple.rules.catalogue import all_rules

    one_of("--format", form, "text", "json", "csv")
    if only is not None:
        one_of("--only", only, *Stapling)
    read = read_paths(paths or [], common.settings(paths))
    tell(*read.problems)
    common.tell_notes(*read.notes)
    if not read.sites and read.problems:
        return FAILED
    for site in read.sites:
        tell_errors(site.configuration)
    rules = [rule for rule in all_rules() if rule.effect in PREVENTS_START]
    shown = expected_hosts(read.sites, lint(read.sites, rules).findings)
    if only is not None:
        shown = [each for each in shown if each.stapling == only]
    if form == "json":
        emit(hosts_json(shown))
    elif form == "csv":
        emit(hosts_csv(shown), exact=True)
    else:
        emit(hosts_table(shown, read.sites, common.paint, columns_of(sys.stdout)))
    return FAILED if read.problems else 0
