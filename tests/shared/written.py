"""A drawn configuration as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shared.site import Host, Site

MAIN_FILE = "site.conf"
_MACRO = "LoadModule macro_module modules/mod_macro.so"
_CACHE = "SSLStaplingCache shmcb:logs/stapling(1048576)"


def files(site: Site) -> dict[str, str]:
    """The texts by path, ``site.conf`` among them."""
    written = dict(_snippets(site))
    body: list[str] = []
    own_files = 0
    for host in site.hosts:
        section = list(_section(site, host))
        if host.way == "file":
            # httpd reads them in the order of their names, each where its Include stands.
            own_files += 1
            name = f"sites/{own_files:02}-{host.name}.conf"
            written[name] = _text(section)
            section = [f"Include {name}"]
        body += section
    written[MAIN_FILE] = _text([*_beginning(site), *_macros(site), *body])
    return written


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _beginning(site: Site) -> Iterator[str]:
    main = site.main
    yield _MACRO
    yield _CACHE
    ports = {host.port for host in site.hosts} | {main.port}
    yield from (f"Listen 127.0.0.1:{port}" for port in sorted(ports))
    for named in main.certificates:
        yield from named.lines()
    yield from site.profiles[main.profile].lines()


def _macros(site: Site) -> Iterator[str]:
    for number in sorted({host.profile for host in site.hosts if host.way == "macro"}):
        yield f"<Macro Profile{number}>"
        yield from (f"    {line}" for line in site.profiles[number].lines())
        yield "</Macro>"


def _snippets(site: Site) -> Iterator[tuple[str, str]]:
    for number in {host.profile for host in site.hosts if host.way == "snippet"}:
        yield f"snippets/profile-{number}.conf", _text(list(site.profiles[number].lines()))


def _section(site: Site, host: Host) -> Iterator[str]:
    yield f"<VirtualHost {site.addresses[host.port]}:{host.port}>"
    yield f"    ServerName {host.name}"
    for named in host.certificates:
        yield from (f"    {line}" for line in named.lines())
    if host.way == "macro":
        yield f"    Use Profile{host.profile}"
    elif host.way == "snippet":
        yield f"    Include snippets/profile-{host.profile}.conf"
    else:
        yield from (f"    {line}" for line in site.profiles[host.profile].lines())
    yield "</VirtualHost>"
