"""``apachestaple responders``."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from apachestaple.cli.errors import FAILED, UsageError, tell, tell_errors
from apachestaple.cli.options import AllowPrivate, Common, Deadline, Templates
from apachestaple.cli.values import one_of

if TYPE_CHECKING:
    from apachestaple.certificates.pem import CertificateFile
    from apachestaple.report.outgoing import Resolution


def responders(
    common: Common,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            show_default=False,
            help="Main files, folders, fragments or PEM files of certificates "
            "[default: this machine's httpd].",
        ),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="text, json or csv; rules that let httpd reach them: nftables, iptables, "
            "firewalld, ufw, squid; a redirect to a local proxy, for httpd before 2.4.19: "
            "tinyproxy, redirect-nftables, redirect-iptables.",
        ),
    ] = "text",
    resolve: Annotated[
        bool, typer.Option("--resolve", help="Look up the addresses of names.")
    ] = False,
    proxy: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Proxy that a redirect sends queries to."),
    ] = None,
    templates: Templates = None,
    connect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST[:PORT]", help="Include the certificate of a running server. Repeatable."
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Query each responder, as httpd does.")
    ] = False,
    allow_private: AllowPrivate = False,
    deadline: Deadline = None,
) -> int:
    """List the OCSP responders, also as firewall rules."""
    import shlex

    from apachestaple.certificates.pem_files import certificate_files
    from apachestaple.discovery.starts import find_starts
    from apachestaple.mod_ssl.reading import Sites, read_sites
    from apachestaple.mod_ssl.responders import responders as responders_of
    from apachestaple.ocsp.destinations import outgoing
    from apachestaple.report.escaping import FILTERS
    from apachestaple.report.json import responders_json
    from apachestaple.report.outgoing import (
        OutgoingRules,
        Redirect,
        outgoing_rules,
        redirect,
        rendered,
        responder_table,
    )
    from apachestaple.report.tables import responders_table
    from apachestaple.report.terminal import emit, paint_for
    from apachestaple.templating import Templates as TemplateFolder

    if check:
        from apachestaple.cli.check import check_responders

        if resolve or proxy or templates or connect:
            raise UsageError(
                "--check can only be used with --format text or json, --allow-private, --deadline"
            )
        return check_responders(
            common, paths or [], form, allow_private=allow_private, deadline=deadline
        )
    if allow_private or deadline is not None:
        raise UsageError("--allow-private and --deadline can only be used with --check")
    by_proxy = _checked(form, resolve=resolve, proxy=proxy, templates=templates)
    folder = TemplateFolder(templates, FILTERS)
    settings = common.settings(paths)
    files, others = certificate_files(paths or [])
    sites, problems = Sites()
    if others or not (files or connect):
        starts, problems = find_starts(others, settings)
        sites, unread = read_sites(starts, settings.certificates_required)
        problems = (*problems, *unread)
    unusable = [
        f"{file.path}: no certificate in it can be read" for file in files if not _is_read(file)
    ]
    served, failures = _served(connect or [])
    files += served
    errors = (*problems, *unusable, *failures)
    tell(*errors)
    if not sites and not any(map(_is_read, files)):
        return FAILED
    for site in sites:
        tell_errors(site.configuration)
    found = responders_of(*sites, files=files)
    command = shlex.join(["apachestaple", *sys.argv[1:]])
    unresolved: Iterable[str] = ()
    if form in Redirect.templates and by_proxy:
        users = {site.user for site in sites}
        user = users.pop() if len(users) == 1 else ""
        out = outgoing(found, proxies=True)
        emit(
            rendered(form, redirect(out, by_proxy, user=user, command=command), folder), exact=True
        )
    elif form in OutgoingRules.templates:
        # A proxy goes by names, and what it lets through are the responders.
        out = outgoing(found, proxies=form != "squid")
        names = [one.host for one in out.destinations]
        resolution = _resolution(names, wanted=resolve, needed=form if form != "squid" else None)
        unresolved = resolution.problems.values()
        date = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        emit(
            rendered(form, outgoing_rules(out, resolution, date=date, command=command), folder),
            exact=True,
        )
    elif form == "json":
        emit(responders_json(found))
    else:
        # A responder that nobody asks may be gone.
        asked = [r.host for r in found if r.used or any(need.waits for need in r.needs)]
        resolution = _resolution(asked, wanted=resolve)
        unresolved = resolution.problems.values()
        if form == "csv":
            emit(rendered(form, responder_table(found, resolution), folder), exact=True)
        else:
            addresses = resolution.addresses if resolve else {}
            emit(responders_table(found, paint_for(sys.stdout), addresses))
    tell(*unresolved)
    return FAILED if errors else int(bool(unresolved))


def _checked(
    form: str, *, resolve: bool, proxy: str | None, templates: str | None
) -> tuple[str, int] | None:
    """Host and port of the proxy, where there is one.

    Raises:
        UsageError: the options do not go together.

    """
    from apachestaple.ocsp.uri import proxy_place
    from apachestaple.report.outgoing import OutgoingRules, Redirect, ResponderTable

    tables = (*ResponderTable.templates, *OutgoingRules.templates)
    one_of("--format", form, "text", "json", *tables, *Redirect.templates)
    if (proxy is None) == (form in Redirect.templates):
        forms = ", ".join(Redirect.templates)
        raise UsageError(f"the formats {forms} need --proxy URL, and no other takes it")
    # A proxy goes by names and a redirect by ports, and the form of the JSON is fixed.
    if resolve and form in ("json", "squid", *Redirect.templates):
        raise UsageError(f"--resolve: the format {form} has no place for addresses")
    if templates is not None and form in ("text", "json"):
        raise UsageError(f"--templates: the format {form} is not made from a template")
    if proxy is None:
        return None
    try:
        return proxy_place(proxy)
    except ValueError as error:
        raise UsageError(f"--proxy {error}") from None


def _served(servers: Sequence[str]) -> tuple[list["CertificateFile"], list[str]]:
    """The certificates that running servers send, and why others send none.

    Raises:
        UsageError: something is not the name of a server.

    """
    if not servers:
        return [], []
    from apachestaple.probing.probe import certificates_of
    from apachestaple.probing.served import parse_target

    try:
        return certificates_of([parse_target(server) for server in servers])
    except ValueError as error:
        raise UsageError(f"--connect: {error}") from None


def _is_read(file: "CertificateFile") -> bool:
    return file.leaf is not None and file.leaf.is_understood


def _resolution(hosts: Sequence[str], *, wanted: bool, needed: str | None = None) -> "Resolution":
    """Addresses of the hosts; of those that are addresses only, where nothing may be looked up.

    Raises:
        UsageError: a look-up is needed for the format ``needed``, and not wanted.

    """
    from apachestaple.ocsp.host import is_address
    from apachestaple.report.outgoing import Resolution

    names = [host for host in hosts if not is_address(host)]
    if needed and names and not wanted:
        raise UsageError(
            f"the format {needed} goes by addresses, and {names[0]} is a name; "
            "--resolve looks names up"
        )
    looked_up = [host for host in dict.fromkeys(hosts) if host and (wanted or is_address(host))]
    if not looked_up:
        return Resolution({}, {})
    from apachestaple.network.resolve import resolve

    answers = resolve(looked_up)
    return Resolution(
        {host: answer.addresses for host, answer in answers.items() if not answer.problem},
        {host: answer.problem for host, answer in answers.items() if answer.problem},
    )
