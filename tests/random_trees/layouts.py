"""A drawn tree on the disk, as Debian's or RHEL's packages lay it out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.server import MODULES
from tests.random_trees.model import Layout, Spelling, Switch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.random_trees.model import Host, Tree

_MODULES = ("mpm_event", "authz_core", "mime", "setenvif", "alias", "macro")
_DEBIAN = Path("/etc/apache2")

_SPELT = {
    Spelling.PLAIN: "SSLUseStapling {}",
    Spelling.OTHERWISE: 'sslusestapling "{}"  # as the guide says',
    Spelling.MISSPELT: "SSLUseStaping {}",
    Spelling.QUOTED: "SSLUseStapling “{}”",
    Spelling.VARIABLE: "SSLUseStapling ${{STAPLING}}",
}


@dataclass(frozen=True)
class Written:
    """Where a tree lies.

    Attributes:
        root: the server root.
        main: the main file.
        environment: with which httpd is to be started.

    """

    root: Path
    main: Path
    environment: Mapping[str, str]


def write(tree: Tree, root: Path, certificates: Path, port: int) -> Written:
    """Write all files below ``root``, which is not there yet."""
    (root / "logs").mkdir(parents=True)
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C",
        "APACHE_RUN_USER": "www-data",
        "APACHE_RUN_GROUP": "www-data",
        "APACHE_RUN_DIR": str(root),
        "APACHE_LOCK_DIR": str(root),
        "APACHE_LOG_DIR": str(root / "logs"),
        "APACHE_PID_FILE": str(root / "httpd.pid"),
    }
    if tree.layout is Layout.DEBIAN:
        main = _debian(tree, root, certificates, port)
    else:
        main = _rhel(tree, root, certificates, port)
    return Written(root, main, environment)


def _debian(tree: Tree, root: Path, certificates: Path, port: int) -> Path:
    for name in ("mods-available", "conf-available", "magic"):
        source = _DEBIAN / name
        if source.is_dir():
            shutil.copytree(source, root / name, symlinks=True)
    for name in ("mods-enabled", "conf-enabled", "sites-available", "sites-enabled"):
        (root / name).mkdir()
    exports = "".join(
        f"export {name}={value}\n"
        for name, value in {
            "APACHE_RUN_USER": "www-data",
            "APACHE_RUN_GROUP": "www-data",
            "APACHE_RUN_DIR": root,
            "APACHE_LOCK_DIR": root,
            "APACHE_LOG_DIR": root / "logs",
            "APACHE_PID_FILE": root / "httpd.pid",
        }.items()
    )
    (root / "envvars").write_text(exports)
    (root / "ports.conf").write_text(_listen(port))
    shutil.copy(_DEBIAN / "apache2.conf", root)
    for name in _modules(tree):
        for ending in ("load", "conf"):
            if (root / "mods-available" / f"{name}.{ending}").exists():
                link = root / "mods-enabled" / f"{name}.{ending}"
                link.symlink_to(f"../mods-available/{name}.{ending}")
    ssl = root / "mods-available/ssl.conf"
    text = ssl.read_text()
    if not tree.session_cache:
        text = "".join(
            line for line in text.splitlines(keepends=True) if "SSLSessionCache" not in line
        )
        ssl.write_text(text)
    for name in ("charset", "security"):
        (root / f"conf-enabled/{name}.conf").symlink_to(f"../conf-available/{name}.conf")
    lines = "".join(f"\t{line}\n" for line in _main_lines(tree, "${APACHE_RUN_DIR}"))
    if tree.place == "package":
        end = "</IfModule>" if "</IfModule>" in text else ""
        head = text.rpartition("</IfModule>")[0] if end else text
        ssl.write_text(f"{head}{lines}{end}\n")
    elif tree.place == "main" or not lines:
        _append(root / "apache2.conf", lines)
    else:
        own = f"# Ours.\n<IfModule mod_ssl.c>\n{lines}</IfModule>\n"
        (root / "conf-available/tls.conf").write_text(own)
        (root / "conf-enabled/tls.conf").symlink_to("../conf-available/tls.conf")
    (root / "conf-enabled/local.conf").write_text("Define STAPLING on\nServerName lab.example\n")
    for name, text in _host_files(tree, certificates, port).items():
        (root / "sites-available" / name).write_bytes(text.encode("latin-1", "surrogateescape"))
        (root / "sites-enabled" / name).symlink_to(f"../sites-available/{name}")
    for host in tree.hosts:
        if host.twice and not host.of_macro:
            link = root / f"sites-enabled/zz-{host.name}.conf"
            link.symlink_to(f"../sites-available/{host.name}.conf")
    (root / "snippets").mkdir()
    (root / "snippets/tls-params.conf").write_text(_shared_lines(tree))
    return root / "apache2.conf"


def _rhel(tree: Tree, root: Path, certificates: Path, port: int) -> Path:
    for name in ("conf", "conf.d", "conf.modules.d", "snippets"):
        (root / name).mkdir()
    (root / "modules").symlink_to(MODULES)
    loaded = "".join(f"LoadModule {n}_module modules/mod_{n}.so\n" for n in _modules(tree))
    (root / "conf.modules.d/00-base.conf").write_text(loaded)
    lines = "".join(f"{line}\n" for line in _main_lines(tree, str(root)))
    session = f"SSLSessionCache         shmcb:{root}/sslcache(512000)\n"
    (root / "conf.d/ssl.conf").write_text(
        f"{_listen(port)}SSLPassPhraseDialog builtin\n"
        f"{session if tree.session_cache else ''}SSLSessionCacheTimeout  300\n"
        f"{lines if tree.place == 'package' else ''}# end of the package's file\n"
    )
    if tree.place == "own" and lines:
        (root / "conf.d/00-tls.conf").write_text(f"# Ours.\n{lines}")
    (root / "conf/httpd.conf").write_text(
        f'ServerRoot "{root}"\n'
        "Include conf.modules.d/*.conf\n"
        "User www-data\nGroup www-data\n"
        "ServerName lab.example\nServerAdmin root@localhost\n"
        "<Directory />\n    AllowOverride none\n    Require all denied\n</Directory>\n"
        f'PidFile "{root}/httpd.pid"\nDefaultRuntimeDir "{root}"\nMutex file:{root} default\n'
        'ErrorLog "logs/error_log"\nLogLevel warn\n'
        "TypesConfig /etc/mime.types\nDefine STAPLING on\n"
        "# Supplemental configuration\n"
        "IncludeOptional conf.d/*.conf\n" + (lines if tree.place == "main" else "")
    )
    for name, text in _host_files(tree, certificates, port).items():
        (root / "conf.d" / name).write_bytes(text.encode("latin-1", "surrogateescape"))
    for host in tree.hosts:
        if host.twice and not host.of_macro:
            (root / f"conf.d/zz-{host.name}.conf").symlink_to(f"{host.name}.conf")
    (root / "snippets/tls-params.conf").write_text(_shared_lines(tree))
    return root / "conf/httpd.conf"


def _modules(tree: Tree) -> tuple[str, ...]:
    """The modules that are loaded."""
    ssl = ("ssl",) if tree.ssl else ()
    return (*_MODULES, *ssl, *(("socache_shmcb",) if tree.shmcb else ()))


def _listen(port: int) -> str:
    return f"Listen 127.0.0.1:{port} https\n"


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def _main_lines(tree: Tree, run: str) -> list[str]:
    """The main server's lines about stapling."""
    caches = [f"{tree.cache_name} {argument}".replace("${RUN}", run) for argument in tree.caches]
    errors, fake = tree.errors
    return [
        *([_switch(tree.main)] if tree.main is not None else []),
        *caches,
        *(["SSLStaplingReturnResponderErrors off"] if errors else []),
        *(["SSLStaplingFakeTryLater off"] if fake else []),
    ]


def _switch(switch: Switch) -> str:
    return _SPELT[switch.spelling].format("on" if switch.on else "off")


def _shared_lines(tree: Tree) -> str:
    switch = [] if tree.shared is None else [_switch(tree.shared)]
    return "\n".join(["# What many hosts share.", "SSLProtocol all -SSLv3", *switch, ""])


def _host_files(tree: Tree, certificates: Path, port: int) -> dict[str, str]:
    """The files of the hosts; those of the macro stand in one, with a byte that is no UTF-8."""
    files = {
        f"{host.name}.conf": _host(host, certificates, port)
        for host in tree.hosts
        if not host.of_macro
    }
    uses = [host for host in tree.hosts if host.of_macro]
    if uses:
        lines = [
            "# Fa\xe7ade",
            "<Macro TlsHost $name $certificate>",
            f"<VirtualHost 127.0.0.1:{port}>",
            "    ServerName $name",
            "    SSLEngine on",
            f"    SSLCertificateFile {certificates}/$certificate.pem",
            f"    SSLCertificateKeyFile {certificates}/$certificate.key",
            *([f"    {_switch(tree.macro)}"] if tree.macro is not None else []),
            "</VirtualHost>",
            "</Macro>",
            *(f"Use TlsHost {host.name} {host.certificate}" for host in uses),
            "",
        ]
        files["macro.conf"] = "\n".join(lines)
    return files


def _host(host: Host, certificates: Path, port: int) -> str:
    switch = [] if host.switch is None else [_switch(host.switch)]
    if host.switch is not None and host.repeats:
        switch.insert(0, _switch(Switch(on=not host.switch.on)))
    inner = [
        f"ServerName {host.name}",
        "# SSL",
        "SSLEngine on",
        f"SSLCertificateFile    {certificates}/{host.certificate}.pem",
        f"SSLCertificateKeyFile {certificates}/{host.certificate}.key",
        *(["Include snippets/tls-params.conf"] if host.shares else []),
        *switch,
        *([f"SSLStaplingForceURL {host.force_url}"] if host.force_url else []),
        *(["SSLStaplingCache shmcb:logs/inside(131072)"] if host.caches else []),
        "",
        "<Directory /srv/www>",
        f"{host.indent}Require all granted",
        "</Directory>",
    ]
    lines = [
        f"<VirtualHost 127.0.0.1:{port}>",
        *(f"{host.indent}{line}" if line else "" for line in inner),
        "</VirtualHost>",
    ]
    if host.wrapped:
        lines = ["<IfModule mod_ssl.c>", *lines, "</IfModule>"]
    # What a web page brought is UTF-8, whatever the rest is.
    text = host.newline.join([*lines, ""])
    return text.encode().decode("latin-1")
