"""``apachestaple responders``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from apachestaple.cli.errors import FAILED, UsageError, tell, tell_errors
from apachestaple.cli.options import AllowPrivate, Common, Deadline, Templates
from apachestaple.cli.plugin import as_plugin
from apachestaple.cli.values import one_of

if TYPE_CHECKING:
    from apachestaple.certificates.pem import CertificateFile


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
            "tinyproxy, redirect-nftables, redirect-iptables. With --check: text, json, nagios or "
            "prometheus.",
        ),
    ] = "text",
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the report of --check to a file.")
    ] = None,
    resolve: Annotated[bool, typer.Option("--resolve", help="Resolve host names.")] = False,
    proxy: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Proxy for the formats tinyproxy, redirect-nftables and redirect-iptables.",
        ),
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
    from apachestaple.certificates.pem_files import certificate_files
    from apachestaple.cli.outgoing import resolved, variables
    from apachestaple.discovery.sites import Sites, read_paths
    from apachestaple.mod_ssl.responders import responders as responders_of
    from apachestaple.report.escaping import FILTERS
    from apachestaple.report.json import responders_json
    from apachestaple.report.outgoing import rendered
    from apachestaple.report.tables import responders_table
    from apachestaple.report.terminal import emit
    from apachestaple.templating import Templates as TemplateFolder

    if check:
        from apachestaple.cli.check import check_responders

        if resolve or proxy or templates or connect:
            raise UsageError(
                "--check can only be used with --format text, json, nagios or prometheus, "
                "--output, --allow-private and --deadline"
            )
        return as_plugin(
            form,
            output,
            lambda: check_responders(
                common, paths or [], form, output, allow_private=allow_private, deadline=deadline
            ),
        )
    if allow_private or deadline is not None or output is not None:
        raise UsageError("--output, --allow-private and --deadline can only be used with --check")
    by_proxy = _checked(form, resolve=resolve, proxy=proxy, templates=templates)
    folder = TemplateFolder(templates, FILTERS)
    settings = common.settings(paths)
    files, others = certificate_files(paths or [])
    read = Sites()
    if others or not (files or connect):
        read = read_paths(others, settings)
    sites = read.sites
    unusable = [
        f"{file.path}: no certificate in it can be read" for file in files if not _is_read(file)
    ]
    served, failures = _served(connect or [])
    files += served
    errors = (*read.problems, *unusable, *failures)
    tell(*errors)
    common.tell_notes(*read.notes)
    if errors and not sites and not any(map(_is_read, files)):
        return FAILED
    for site in sites:
        tell_errors(site.configuration)
    found = responders_of(*sites, files=files)
    if form == "json":
        emit(responders_json(found))
        return FAILED if errors else 0
    resolution = resolved(form, found, wanted=resolve)
    if form == "text":
        emit(responders_table(found, common.paint, resolution.addresses if resolve else {}))
    else:
        users = {site.user for site in sites}
        user = users.pop() if len(users) == 1 else ""
        emit(rendered(form, variables(form, found, resolution, by_proxy, user), folder), exact=True)
    tell(*resolution.problems.values())
    return FAILED if errors else int(bool(resolution.problems))


def _checked(
    form: str, *, resolve: bool, proxy: str | None, templates: str | None
) -> tuple[str, int] | None:
    """Host and port of ``--proxy``, or ``None`` if there is none.

    Raises:
        UsageError: the options cannot be used together.

    """
    from apachestaple.ocsp.uri import proxy_place
    from apachestaple.report.outgoing import OutgoingRules, Redirect, ResponderTable

    tables = (*ResponderTable.templates, *OutgoingRules.templates)
    one_of("--format", form, "text", "json", *tables, *Redirect.templates)
    if (proxy is None) == (form in Redirect.templates):
        forms = ", ".join(Redirect.templates)
        raise UsageError(f"--proxy URL must be used with the formats {forms}, and only with them")
    # A proxy uses names and a redirect uses ports, and the JSON has no field for addresses.
    if resolve and form in ("json", "squid", *Redirect.templates):
        raise UsageError(f"--resolve: the format {form} does not contain addresses")
    if templates is not None and form in ("text", "json"):
        raise UsageError(f"--templates: the format {form} is not made from a template")
    if proxy is None:
        return None
    try:
        return proxy_place(proxy)
    except ValueError as error:
        raise UsageError(f"--proxy {error}") from None


def _served(servers: Sequence[str]) -> tuple[list["CertificateFile"], list[str]]:
    """The certificates that running servers send, and the errors of the other servers.

    Raises:
        UsageError: a word is not the name of a server.

    """
    if not servers:
        return [], []
    from apachestaple.probing.probe import certificates_of
    from apachestaple.probing.targets import parse_target

    try:
        return certificates_of([parse_target(server) for server in servers])
    except ValueError as error:
        raise UsageError(f"--connect: {error}") from None


def _is_read(file: "CertificateFile") -> bool:
    return file.leaf is not None and file.leaf.is_understood
