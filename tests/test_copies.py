"""Repositories with a part of a server's files: nothing is said that the other files may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.command.run import run
from tests.lab.ca import Authority
from tests.test_discovery import MAIN, host, linted, write

if TYPE_CHECKING:
    from pathlib import Path

STAPLING = "SSLUseStapling on\nSSLStaplingResponderTimeout 5\n"
NO_CACHE = "ServerRoot /etc/httpd\nLoadModule ssl_module modules/mod_ssl.so\nListen 443\n"
CUPS = """\
LogLevel warn
Listen localhost:631
DefaultAuthType Basic
<Location />
    Order allow,deny
    Require user @SYSTEM
</Location>
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout; nothing above it is read."""
    (tmp_path / "repository/.git").mkdir(parents=True)
    return tmp_path / "repository"


def rules(report: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in report["findings"]]


def kinds(repository: Path) -> dict[str, str]:
    """How each file is read, as ``lint --verbose`` says."""
    lines = run("lint", "--verbose", ".", cwd=repository).stderr.splitlines()
    words = (line.removeprefix(f"apachestaple: {repository}/").rsplit(": ", 1) for line in lines)
    return {pair[0]: pair[1] for pair in words if len(pair) == 2}


@pytest.mark.parametrize(
    ("main", "unread"),
    [
        (STAPLING + "SSLStaplingCache shmcb:/run/ocsp\nInclude conf.d/*.conf\n", "conf.d"),
        (host() + "Include conf.modules.d/*.conf\n", "conf.modules.d"),
        (host() + "Include /srv/elsewhere/cache.conf\n", "/srv/elsewhere"),
    ],
)
def test_an_unread_include_of_the_main_server_may_answer(
    repository: Path, main: str, unread: str
) -> None:
    """It may contain the hosts with TLS, the cache, or the modules."""
    write(repository, {"httpd/conf/httpd.conf": NO_CACHE + main})
    report = linted(repository)
    assert not {"AS107", "AS108", "AS113", "AS201", "AS502"} & set(rules(report))
    (include,) = [each for each in report["findings"] if each["rule"] == "AS010"]
    assert unread in include["message"]
    assert all(each["staples"] is None for each in report["hosts"])


def test_an_unread_include_of_a_host_contains_no_cache(repository: Path) -> None:
    inside = host().replace("</Virt", "    Include /srv/elsewhere/options.conf\n</Virt")
    write(repository, {"httpd/conf/httpd.conf": NO_CACHE + inside})
    assert {"AS010", "AS201"} <= set(rules(linted(repository)))


def test_a_file_that_many_hosts_include_is_one_finding(repository: Path) -> None:
    include = "    Include /etc/letsencrypt/options-ssl-apache.conf\n</Virt"
    sites = {f"sites/{name}.conf": host(name).replace("</Virt", include) for name in "abc"}
    write(repository, sites)
    assert rules(linted(repository)).count("AS010") == 1


def test_a_relative_include_of_several_servers_is_a_finding_for_each(repository: Path) -> None:
    main = NO_CACHE + "Include conf.d/*.conf\n"
    write(repository, {f"{name}/httpd/conf/httpd.conf": main for name in ("one", "two")})
    assert rules(linted(repository)).count("AS010") == 2


def test_a_missing_file_of_a_package_is_on_the_server(repository: Path) -> None:
    """A repository often contains only the files that were changed."""
    main = "ServerRoot /etc/apache2\nInclude ports.conf\nInclude mine.conf\n"
    write(repository, {"etc/apache2/apache2.conf": main})
    found = linted(repository)["findings"]
    assert {(each["rule"], each["line"]) for each in found} == {("AS010", 2), ("AS004", 3)}


def test_a_fragment_is_read_if_the_one_that_includes_it_does_not_find_it(repository: Path) -> None:
    bad = host().replace("    SSLUse", "    SSLStaplingCache shmcb:/run/ocsp\n    SSLUse")
    write(
        repository,
        {"a/x.conf": "Include /srv/elsewhere/b/y.conf\nSSLUseStapling on\n", "b/y.conf": bad},
    )
    assert ("AS202", "b/y.conf") in {
        (each["rule"], each["file"]) for each in linted(repository)["findings"]
    }


def test_fragments_have_the_root_folder_of_the_server_around_them(repository: Path) -> None:
    shared = "Include /etc/httpd/shared.conf\nSSLUseStapling on\n"
    write(
        repository,
        {
            "etc/httpd/conf/httpd.conf": MAIN.replace("ServerRoot /srv", "ServerRoot /etc/httpd"),
            "etc/httpd/shared.conf": "SSLStaplingResponderTimeout 0\n",
            "usr/share/panel/site.conf": shared,
        },
    )
    report = linted(repository)
    (panel,) = [each for each in report["configurations"] if "panel" in each["path"]]
    assert panel["files"] == 2
    assert "AS010" not in rules(report)


def test_a_link_with_the_path_on_the_server_leads_to_the_file_in_the_copy(
    repository: Path,
) -> None:
    main = "ServerRoot /etc/apache2\nListen 443\nIncludeOptional sites-enabled/*.conf\n"
    site = "etc/apache2/sites-available/www.conf"
    write(repository, {"etc/apache2/apache2.conf": main, site: host()})
    enabled = repository / "etc/apache2/sites-enabled"
    enabled.mkdir()
    (enabled / "www.conf").symlink_to("/etc/apache2/sites-available/www.conf")
    (enabled / "other.conf").symlink_to("/etc/passwd")
    report = linted(repository)
    assert [each["configuration"] for each in report["hosts"]] == ["etc/apache2/apache2.conf"]
    assert report["hosts"][0]["file"] == site
    messages = [each["message"] for each in report["findings"] if each["rule"] == "AS010"]
    assert len(messages) == 1
    assert "other.conf leads out of" in messages[0]


def test_enabled_files_that_are_no_links_replace_those_of_the_same_name(repository: Path) -> None:
    main = "ServerRoot /etc/apache2\nIncludeOptional sites-enabled/*.conf\n"
    sites = {f"etc/apache2/sites-{state}/a.conf": host() for state in ("available", "enabled")}
    write(repository, {"etc/apache2/apache2.conf": main, **sites})
    (only,) = linted(repository)["hosts"]
    assert only["file"] == "etc/apache2/sites-enabled/a.conf"


def test_files_of_other_programs_are_left_out(repository: Path) -> None:
    write(
        repository,
        {
            "etc/cups/cupsd.conf": CUPS,
            "etc/modprobe.d/blacklist.conf": "alias net-pf-3 off\nalias net-pf-6 off\n",
            "sites-available/www.conf": host(),
            "sites-available/www.conf_back": host(),
            "sites-available/www.conf.save": host(),
        },
    )
    (repository / "ssh.d").mkdir()
    (repository / "ssh.d/20-proxy.conf").symlink_to("/srv/elsewhere/20-proxy.conf")
    (repository / "vhosts").symlink_to("sites-available")
    read = kinds(repository)
    assert read["etc/cups/cupsd.conf"] == "not a configuration of httpd"
    assert read["etc/modprobe.d/blacklist.conf"] == "not a configuration of httpd"
    assert read["ssh.d/20-proxy.conf"] == "not read"
    report = linted(repository)
    assert [each["file"] for each in report["hosts"]] == ["sites-available/www.conf"]
    assert "so it was not read" not in run("lint", ".", cwd=repository).stderr


@pytest.mark.parametrize(
    ("server_root", "severity"),
    [("C:/Apache24", "info"), ("/xampp/apache", "info"), ("/etc/httpd", "error")],
)
def test_the_security_level_of_an_openssl_that_httpd_brings_along_is_not_known(
    repository: Path, server_root: str, severity: str
) -> None:
    (repository / "conf").mkdir()
    authority = Authority(repository / "conf", "http://ocsp.example.com")
    authority.issue("weak", key="rsa-1024")
    main = f"ServerRoot {server_root}\nListen 443\n{host('www', 'conf/weak.pem')}"
    write(repository, {"conf/httpd.conf": main})
    found = linted(repository)["findings"]
    (weak,) = [each for each in found if each["rule"] == "AS319"]
    assert weak["severity"] == severity
    assert (weak["confidence"] == "possible") == (severity == "info")


def test_a_path_with_a_drive_letter_is_absolute(repository: Path) -> None:
    write(repository, {"conf/extra/tls.conf": host("www", "C:/Apache24/conf/server.crt")})
    (finding,) = linted(repository)["findings"]
    assert finding["message"].startswith("C:/Apache24/conf/server.crt not in ")
