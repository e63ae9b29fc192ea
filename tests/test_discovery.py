"""What the PATHs of ``lint`` stand for: servers, fragments, and what is passed by."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from apachestaple.rules.rule import CACHE
from tests.command.run import run
from tests.schemas import LINT, checked
from tests.test_layout import FIXTURES, LAYOUTS

if TYPE_CHECKING:
    from pathlib import Path

HOST = """<VirtualHost *:443>
    ServerName {name}
    SSLEngine on
    SSLCertificateFile {certificate}
    SSLUseStapling on
</VirtualHost>
"""
BAD_TIMEOUT = "SSLStaplingResponderTimeout 0\n"
MAIN = "ServerRoot /etc/httpd\nListen 443\n"


def host(name: str = "www.example.com", certificate: str = "/etc/ssl/certs/www.pem") -> str:
    return HOST.format(name=name, certificate=certificate)


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout; nothing above it is read."""
    (tmp_path / "repository/.git").mkdir(parents=True)
    return tmp_path / "repository"


def linted(folder: Path, *words: str) -> dict[str, Any]:
    """The JSON report of ``lint`` with the folder as working folder."""
    done = run("lint", "--format", "json", *(words or (".",)), cwd=folder)
    assert done.returncode in {0, 1}, done.stderr
    report: dict[str, Any] = checked(done.stdout, LINT)
    return report


def configurations(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["kind"], each["path"]) for each in report["configurations"]]


def places(report: dict[str, Any], code: str) -> list[str]:
    return [f"{each['file']}:{each['line']}" for each in report["findings"] if each["rule"] == code]


# -- folders ------------------------------------------------------------------------------------


def test_a_folder_is_every_server_in_it(repository: Path) -> None:
    for case in LAYOUTS:
        shutil.copytree(case.root, repository / "servers" / case.name, symlinks=True)
    shutil.copytree(FIXTURES / "windows", repository / "servers/windows")
    found = configurations(linted(repository))
    expected = [("server", f"servers/{case.name}/{case.main}") for case in LAYOUTS]
    windows = ("server", "servers/windows/Apache24/conf/httpd.conf")
    assert [each for each in found if each[0] == "server"] == sorted([*expected, windows])


def test_windows_paths_are_those_of_the_copy(repository: Path) -> None:
    shutil.copytree(FIXTURES / "windows", repository / "web")
    report = linted(repository)
    assert configurations(report) == [("server", "web/Apache24/conf/httpd.conf")]
    assert report["configurations"][0]["files"] == 3
    (finding,) = [each for each in report["findings"] if each["rule"] == "AS309"]
    assert f"{repository}/web/Apache24/conf/ssl/server.crt" in finding["message"]
    assert not [each for each in report["findings"] if each["rule"].startswith("AS0")]


def test_a_repository_of_sites_is_linted(repository: Path) -> None:
    """The line that the README shows for CI."""
    write(repository, {"sites-available/www.conf": BAD_TIMEOUT + host()})
    report = linted(repository)
    assert configurations(report) == [("fragments", "sites-available")]
    assert places(report, "AS110") == ["sites-available/www.conf:1"]
    for words in ((".",), ("sites-available",), ("sites-available/www.conf",)):
        done = run(
            *("lint", "--format", "github", "--certificates", "available", *words), cwd=repository
        )
        assert "file=sites-available/www.conf,line=1," in done.stdout
        assert done.returncode == 1


def test_fragments_that_no_server_reads_are_linted_beside_servers(repository: Path) -> None:
    write(
        repository,
        {
            "a/httpd.conf": f"{MAIN}Include sites/*.conf\n",
            "a/sites/www.conf": host(),
            "b/etc/apache2/apache2.conf": f"{MAIN}{CACHE}",
            "c/custom.conf": f"{MAIN}{CACHE}",
            "snippets/tls.conf": BAD_TIMEOUT,
            "web/www.example.org.vhost": BAD_TIMEOUT + host(),
            "web/vhosts.d/www.example.net": BAD_TIMEOUT + host(),
        },
    )
    report = linted(repository)
    assert configurations(report) == [
        ("server", "a/httpd.conf"),
        ("server", "b/etc/apache2/apache2.conf"),
        ("server", "c/custom.conf"),
        ("fragments", "snippets"),
        ("fragments", "web"),
        ("fragments", "web/vhosts.d"),
    ]
    assert places(report, "AS201") == ["a/sites/www.conf:5"]
    assert places(report, "AS110") == [
        "web/www.example.org.vhost:1",
        "web/vhosts.d/www.example.net:1",
    ]


NGINX = """server {
    listen 443 ssl;
    include snippets/tls.conf;
    ssl_stapling on;
    location / { proxy_pass http://localhost; }
}
"""
OTHERS = {
    "nginx/sites-available/www.conf": NGINX,
    "nginx/sites-available/www": NGINX,
    "nginx/nginx.conf": f"user www-data;\ninclude sites-enabled/*;\n{NGINX}",
    "supervisor/conf.d/web.conf": "[program:web]\ncommand=/usr/bin/web\nuser=root\n",
    "php/pool.conf": "[www]\nuser = www-data\nlisten = /run/php.sock\n",
    "ssh/config.conf": "Include /etc/ssh/ssh_config.d/*.conf\nHost *\nUser git\nPort 22\n",
    "ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n",
    "proftpd.conf": "ServerName ftp\nServerType standalone\nUser ftp\n<Global>\n</Global>\n",
    "openbsd/httpd.conf": 'server "default" {\n    listen on * port 80\n}\n',
    "busybox/httpd.conf": "A:192.168.\n/cgi-bin:foo:bar\n",
    "rsyslog.conf": "$ModLoad imuxsock\n*.* /var/log/all\n",
    "binary.conf": "\0\1\2",
    "empty.conf": "# nothing\n",
}


def test_files_of_other_programs_are_told_by_their_content(repository: Path) -> None:
    write(repository, {**OTHERS, "apache/www.conf": host()})
    report = linted(repository)
    assert configurations(report) == [("fragments", "apache")]
    told = run("lint", "--verbose", ".", cwd=repository).stderr
    for path in OTHERS:
        assert f"{path}: not a configuration of httpd" in told
    assert "apache/www.conf: configuration of httpd" in told


def test_a_run_that_finds_nothing_says_where_it_looked(repository: Path) -> None:
    write(repository, OTHERS)
    done = run("lint", ".", cwd=repository)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "names were searched for apache2.conf, httpd.conf, other *.conf" in done.stderr


def test_an_empty_root_is_named(tmp_path: Path) -> None:
    for command in ("lint", "fix"):
        done = run(command, "--root", tmp_path)
        assert done.returncode == 2
        assert f"apachestaple: {tmp_path}: no configuration of httpd found" in done.stderr


def test_what_is_no_source_is_passed_by(repository: Path) -> None:
    passed = {
        "node_modules/x/www.conf": host(),
        "venv/pyvenv.cfg": "home = /usr\n",
        "venv/share/www.conf": host(),
        "build/www.conf": host(),
        "www.conf.swp": host(),
        ".git/www.conf": host(),
        "deep/generated.conf": host(),
        "deep/kept.conf": host(),
    }
    write(repository, {**passed, ".gitignore": "/build/\n[z-a]\n*a*a*a*a*a*b\n"})
    write(repository, {"deep/.gitignore": "*.conf\n!kept.conf\n"})
    assert linted(repository)["summary"]["files"] == 1
    told = run("lint", "--verbose", ".", cwd=repository).stderr
    assert "deep/kept.conf: configuration of httpd" in told
    assert "build: ignored by .gitignore" in told
    # A user who names it wants it.
    assert linted(repository, "build")["summary"]["files"] == 1


def test_sites_that_are_not_enabled_are_passed_by(repository: Path) -> None:
    """In a copy, links with absolute targets lead nowhere, but they name what is enabled."""
    write(
        repository,
        {f"sites-available/{name}.conf": BAD_TIMEOUT + host(name) for name in ("a", "b", "off")},
    )
    (repository / "sites-enabled").mkdir()
    (repository / "sites-enabled/a.conf").symlink_to("../sites-available/a.conf")
    (repository / "sites-enabled/b.conf").symlink_to("/etc/apache2/sites-available/b.conf")
    names = {each["name"] for each in linted(repository)["hosts"]}
    assert names == {"a:443", "b:443"}


# -- fragments ----------------------------------------------------------------------------------


def test_the_fragments_of_a_folder_are_one_part_of_a_server(repository: Path) -> None:
    write(
        repository,
        {
            "sites/a.conf": host("a"),
            "sites/cache.conf": "SSLStaplingCache shmcb:/x(12345)\n",
            "two/a.conf": CACHE,
            "two/b.conf": CACHE,
            "none/a.conf": host("b"),
        },
    )
    report = linted(repository)
    assert places(report, "AS206") == ["sites/cache.conf:1"]
    assert places(report, "AS208") == ["two/a.conf:1"]
    assert places(report, "AS201") == []
    stapling = {each["name"]: each["staples"] for each in report["hosts"]}
    assert stapling == {"a:443": False, "b:443": None}


def test_a_fragment_that_another_one_includes_is_read_once(repository: Path) -> None:
    write(
        repository,
        {
            "sites-available/00-cache.inc": CACHE,
            "sites-available/www.conf": "Include sites-available/00-cache.inc\n" + host(),
            "sites-available/x.conf": "Include /etc/apache2/snippets/tls.conf\n" + host("x"),
            "snippets/tls.conf": BAD_TIMEOUT,
        },
    )
    report = linted(repository)
    assert configurations(report) == [("fragments", "sites-available")]
    assert report["summary"]["files"] == 4
    assert places(report, "AS208") == []
    assert places(report, "AS110") == ["snippets/tls.conf:1"]


def test_a_fragment_is_linted_within_the_server_that_includes_it(repository: Path) -> None:
    write(
        repository,
        {
            "httpd.conf": MAIN,
            "web/httpd.conf": f"{MAIN}Include sites/*.conf\n",
            "web/sites/a.conf": host("a"),
            "web/sites/b.conf": host("b").replace("SSLEngine on\n", f"SSLEngine on\n{BAD_TIMEOUT}"),
            "web/unused/c.conf": host("c"),
        },
    )
    report = linted(repository, "web/sites/a.conf")
    assert configurations(report) == [("server", "web/httpd.conf")]
    assert places(report, "AS201") == ["web/sites/a.conf:5"]
    assert places(report, "AS110") == []
    assert places(linted(repository, "web/sites"), "AS201") == ["web/sites/a.conf:5"]
    alone = linted(repository, "web/unused/c.conf")
    assert configurations(alone) == [("fragments", "web/unused/c.conf")]
    assert places(alone, "AS201") == []


def test_no_server_above_the_repository_is_read(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    write(
        tmp_path,
        {"httpd.conf": f"{MAIN}Include repository/*.conf\n", "repository/a.conf": host()},
    )
    (repository / ".git").mkdir()
    assert configurations(linted(repository, "a.conf")) == [("fragments", "a.conf")]
    (repository / ".git").rmdir()
    assert configurations(linted(repository, "a.conf")) == [("server", f"{tmp_path}/httpd.conf")]


def test_nothing_depends_on_variables_of_the_rest_of_the_server(repository: Path) -> None:
    text = "SSLStaplingCache ${CACHE}\nSSLStaplingResponderTimeout ${SECONDS}\n"
    text += "SSLStaplingForceURL ${URL}\nSSLOCSPProxyURL ${PROXY}\nSSLStaplingCache ${OTHER}\n"
    write(repository, {"a.conf": text + host(certificate="/etc/ssl/${NAME}.pem")})
    report = linted(repository, "--certificates", "required", ".")
    assert places(report, "AS208") == ["a.conf:1"]
    assert len(report["findings"]) == 1


def test_versions_are_compared_without_the_module_for_it(repository: Path) -> None:
    old = "<IfVersion < 2.4>\nSSLMutex file:/x\n</IfVersion>\n"
    write(repository, {"a.conf": f"{old}SSLUseStapling maybe\n"})
    assert {each["rule"] for each in linted(repository)["findings"]} == {"AS103"}


def test_certificates_elsewhere_are_one_finding(repository: Path) -> None:
    for name in ("a", "b"):
        write(repository, {f"{name}/httpd.conf": f"{MAIN}Include sites/*.conf\n"})
        write(repository, {f"{name}/sites/{n}.conf": host(n, f"/etc/ssl/{n}.pem") for n in "cd"})
    write(repository, {"sites/e.conf": host("e", "certs/e.pem")})
    report = linted(repository)
    messages = [each["message"] for each in report["findings"] if each["rule"] == "AS309"]
    assert sorted(messages) == [
        f"/etc/ssl/c.pem and 3 more certificates not in {repository}, so they were not read",
        f"certs/e.pem not found, so this certificate was not checked (looked for "
        f"{repository}/sites/certs/e.pem)",
    ]


def test_a_certificate_of_a_fragment_is_found_at_the_server_root_or_beside_it(
    repository: Path,
) -> None:
    write(repository, {f"sites-available/{n}.conf": host(n, f"certs/{n}.pem") for n in "ab"})
    write(repository, {"certs/a.pem": "at the server root", "sites-available/certs/a.pem": ""})
    write(repository, {"sites-available/certs/b.pem": "beside"})
    report = linted(repository, "--select", "AS3", ".")
    found = {(each["rule"], each["certificate"]) for each in report["findings"]}
    assert found == {("AS303", "certs/a.pem"), ("AS303", "sites-available/certs/b.pem")}


# -- what cannot be read ------------------------------------------------------------------------


def test_what_cannot_be_read_is_named_and_the_rest_is_linted(repository: Path) -> None:
    write(repository, {"sites/a.conf": BAD_TIMEOUT + host()})
    (repository / "sites/broken.conf").symlink_to("nowhere.conf")
    (repository / "sites/loop.conf").symlink_to("loop.conf")
    (repository / "sites/outside.conf").symlink_to("/etc/passwd")
    (repository / "loop").symlink_to(".")
    os.mkfifo(repository / "sites/pipe.conf")
    with open(repository / "large.conf", "wb") as file:
        file.write(host().encode() + 35_000_000 * b"#\n")
    name = os.fsencode(repository) + b"/sites/\xff\n.conf"
    with open(name, "wb") as file:
        file.write(BAD_TIMEOUT.encode())
    done = run("lint", ".", cwd=repository)
    assert done.returncode == 1
    for path, reason in (
        ("sites/broken.conf", "is a broken link"),
        ("sites/loop.conf", "is a broken link"),
        ("sites/outside.conf", "leads out of"),
        ("sites/pipe.conf", "not a regular file"),
    ):
        (line,) = [line for line in done.stderr.splitlines() if path in line]
        assert reason in line
    assert "large.conf: larger than" in done.stdout
    assert "error[AS110]" in done.stdout
    assert "\\xff\\n.conf" in done.stdout
    assert "root:" not in done.stdout + done.stderr
