"""After fix, no site depends on the file of another: each is disabled, and the others staple."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import CACHE, MACRO, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

ON = "SSLUseStapling on"
CACHE_OF_A = "SSLStaplingCache shmcb:logs/ocsp(131072)\n"
CERTBOT = "SSLStaplingCache shmcb:logs/stapling_cache(128000)\n"
ENABLED = "IncludeOptional sites-enabled/*.conf\n"
DEBIAN = "IncludeOptional conf-enabled/*.conf\n" + ENABLED
NAMES = ("a", "b", "c")


def host(name: str, *lines: str) -> str:
    return tls_host(*lines, name=f"{name}.example.com")


def sites(folder: str, **texts: str) -> dict[str, str]:
    return {f"{folder}/{name}.conf": text for name, text in texts.items()}


EACH = {name: host(name, ON) for name in NAMES}


@dataclass(frozen=True)
class Layout:
    """A server with a file for each of the sites a, b and c.

    Attributes:
        main: the main file.
        files: the other files, by path.
        place: the file that is to have the cache afterwards.
        enabled: the folder of the files, or of the links, that are removed to disable a site.
        folders: empty folders.
        linked: whether ``enabled`` has links to the files in ``sites-available``.

    """

    main: str
    files: Mapping[str, str]
    place: str
    enabled: str = "sites-enabled"
    folders: tuple[str, ...] = ()
    linked: bool = False


MACROS = (
    MACRO
    + "<Macro Site $name>\n<VirtualHost *:443>\n    ServerName $name.example.com\n"
    + "    SSLEngine on\n    SSLCertificateFile certs/good.pem\n"
    + f"    SSLCertificateKeyFile certs/good.key\n    {ON}\n</VirtualHost>\n</Macro>\n"
    + f"<Macro CachedSite $name>\n{CERTBOT}Use Site $name\n</Macro>\n"
)
SNIPPET = "conf-available/ocsp-stapling.conf"
DEBIAN_FOLDERS = ("conf-available", "conf-enabled")
LAYOUTS = {
    "cache above the first host": Layout(
        DEBIAN,
        sites("sites-available", **{**EACH, "a": CERTBOT + EACH["a"], "b": host("b")}),
        SNIPPET,
        folders=DEBIAN_FOLDERS,
        linked=True,
    ),
    "cache in every file, as of certbot": Layout(
        DEBIAN,
        sites(
            "sites-available",
            **{
                name: f"<IfModule mod_ssl.c>\n{CERTBOT}</IfModule>\n{text}"
                for name, text in EACH.items()
            },
        ),
        SNIPPET,
        folders=DEBIAN_FOLDERS,
        linked=True,
    ),
    "cache in every file and in a safe place": Layout(
        DEBIAN,
        {
            **sites("sites-available", **{name: CERTBOT + text for name, text in EACH.items()}),
            "conf-enabled/tls.conf": CACHE,
        },
        "conf-enabled/tls.conf",
        folders=("conf-available",),
        linked=True,
    ),
    "switch and settings in a site": Layout(
        DEBIAN,
        sites(
            "sites-available",
            a=f"{CERTBOT}{ON}\nSSLStaplingResponderTimeout 4\n{host('a')}",
            b=host("b"),
            c=f"SSLStaplingResponderTimeout 3\n{host('c')}",
        ),
        SNIPPET,
        folders=DEBIAN_FOLDERS,
        linked=True,
    ),
    "RHEL": Layout(
        "Include conf.d/*.conf\n",
        {
            **sites("conf.d", **{**EACH, "b": CERTBOT + EACH["b"]}),
            "conf.d/ssl.conf": "SSLSessionCache shmcb:logs/sslcache(512000)\n",
        },
        "conf.d/ocsp-stapling.conf",
        enabled="conf.d",
    ),
    "RHEL, cache in the package's file": Layout(
        "Include conf.d/*.conf\n",
        {
            **sites("conf.d", **{**EACH, "b": CERTBOT + EACH["b"]}),
            "conf.d/ssl.conf": CACHE + host("default"),
        },
        "conf.d/ssl.conf",
        enabled="conf.d",
    ),
    "SUSE": Layout(
        "Include vhosts.d/*.conf\n",
        sites("vhosts.d", **{**EACH, "c": CERTBOT + EACH["c"]}),
        "httpd.conf",
        enabled="vhosts.d",
    ),
    "an Include for each site": Layout(
        "".join(f"IncludeOptional httpd/{name}.conf\n" for name in NAMES),
        sites("httpd", **{**EACH, "a": CERTBOT + EACH["a"]}),
        "httpd.conf",
        enabled="httpd",
    ),
    "a macro that one site uses": Layout(
        MACROS + ENABLED,
        sites("sites-enabled", a="Use Site a\n", b="Use CachedSite b\n", c="Use Site c\n"),
        "httpd.conf",
    ),
    "a macro that all sites use": Layout(
        MACROS + ENABLED,
        sites("sites-enabled", **{name: f"Use CachedSite {name}\n" for name in NAMES}),
        "site.conf",
    ),
    "a file that a site includes": Layout(
        ENABLED,
        {
            **sites("sites-enabled", **{**EACH, "a": f"Include ocsp/cache.conf\n{EACH['a']}"}),
            "ocsp/cache.conf": CERTBOT,
        },
        "httpd.conf",
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_site_is_disabled_and_the_others_staple(lab: Lab, tmp_path: Path, name: str) -> None:
    layout = LAYOUTS[name]
    with lab.httpd(layout.main, files=layout.files) as httpd:
        root = httpd.root
        for folder in (*layout.folders, *([layout.enabled] if layout.linked else [])):
            (root / folder).mkdir(exist_ok=True)
        for each in NAMES if layout.linked else ():
            link = root / layout.enabled / f"{each}.conf"
            link.symlink_to(f"../sites-available/{each}.conf")
        done = run("fix", root / "httpd.conf", env={"XDG_STATE_HOME": str(tmp_path)})
        assert done.returncode == 0, done.stdout + done.stderr
        assert caches(root) == [layout.place], done.stdout
        assert staples(httpd, *NAMES) == [*NAMES]
        for each in NAMES:
            site = root / layout.enabled / f"{each}.conf"
            site.rename(root / "disabled")
            others = [other for other in NAMES if other != each]
            assert staples(httpd, *others) == others, each
            (root / "disabled").rename(site)
        again = run("fix", root / "httpd.conf", env={"XDG_STATE_HOME": str(tmp_path)})
        assert "Nothing to repair" in again.stdout


def caches(root: Path) -> list[str]:
    """The files with an SSLStaplingCache, once for each line; links are not followed."""
    return sorted(
        str(path.relative_to(root))
        for path in root.rglob("*.conf")
        if not path.is_symlink()
        for _ in range(path.read_text().count("SSLStaplingCache"))
    )


def staples(httpd: Httpd, *names: str) -> list[str]:
    """The hosts with a good staple, while httpd runs."""
    assert httpd.start(), httpd.log
    found = [name for name in names if handshake(httpd.port, f"{name}.example.com").good]
    httpd.stop()
    return found


def test_a_cache_in_every_file_is_moved_if_a_file_that_was_not_read_turns_stapling_on(
    lab: Lab, tmp_path: Path
) -> None:
    """As of certbot: a cache in each file, and SSLUseStapling in /etc/letsencrypt."""
    outside = tmp_path / "options-ssl-apache.conf"
    outside.write_text(f"{ON}\n")
    texts = {name: CERTBOT + host(name, f"Include {outside}") for name in NAMES}
    with lab.httpd(ENABLED, files=sites("sites-enabled", **texts)) as httpd:
        done = run("fix", httpd.root / "httpd.conf", env={"XDG_STATE_HOME": str(tmp_path)})
        assert "was not read" in done.stdout
        assert caches(httpd.root) == ["httpd.conf"]
        for each in NAMES:
            site = httpd.root / f"sites-enabled/{each}.conf"
            site.rename(httpd.root / "disabled")
            others = [other for other in NAMES if other != each]
            assert staples(httpd, *others) == others, each
            (httpd.root / "disabled").rename(site)


def test_a_wrong_setting_does_not_hide_that_others_use_the_settings_of_a_site(lab: Lab) -> None:
    settings = "SSLStaplingFakeTryLater maybe\nSSLStaplingResponderTimeout 4\n"
    files = sites("sites-enabled", a=settings + host("a", ON), b=host("b", ON))
    with lab.httpd(CACHE + ENABLED, files=files) as httpd:
        done = run("lint", httpd.root / "httpd.conf", "--format", "concise")
    assert re.search(r"a\.conf:2:\d+: info\[AS211\]", done.stdout), done.stdout


@pytest.mark.parametrize(
    ("above", "written", "moved"),
    [
        ("", 'SSLStaplingCache  "shmcb:logs/ocsp(131072)"\n', None),
        ("Define CACHE shmcb:logs/ocsp\n", "SSLStaplingCache ${CACHE}(131072)\n", CACHE_OF_A),
    ],
    ids=["as it is written", "with the value of a variable of the site"],
)
def test_a_moved_line_means_the_same_without_the_site(
    lab: Lab, tmp_path: Path, above: str, written: str, moved: str | None
) -> None:
    files = sites("sites-enabled", a=above + written + host("a", ON), b=host("b", ON))
    with lab.httpd(ENABLED, files=files) as httpd:
        run("fix", httpd.root / "httpd.conf", env={"XDG_STATE_HOME": str(tmp_path)})
        assert caches(httpd.root) == ["httpd.conf"]
        assert (moved or written) in (httpd.root / "httpd.conf").read_text()
        (httpd.root / "sites-enabled/a.conf").unlink()
        assert staples(httpd, "b") == ["b"]
