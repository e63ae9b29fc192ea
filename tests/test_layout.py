"""Where a configuration begins: the layouts of distributions, and copies of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from apachestaple.httpd.dump import dump_text
from apachestaple.httpd.layout import LayoutError, Options, locate
from apachestaple.httpd.reader import read
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.lint import lint
from apachestaple.tls.site import Site, understand

FIXTURES = Path(__file__).parent / "fixtures"


def site(path: Path, options: Options | None = None) -> Site:
    return understand(read(locate(str(path), options or Options())))


def rules(path: Path) -> set[str]:
    return {finding.rule for finding in lint(site(path), all_rules())}


@pytest.mark.parametrize("place", ["rhel", "rhel/etc/httpd", "rhel/etc/httpd/conf/httpd.conf"])
def test_the_copy_of_a_rhel_server_is_read_from_any_of_its_folders(place: str) -> None:
    found = site(FIXTURES / place)
    configuration = found.configuration
    assert configuration.errors == []
    assert configuration.whole
    assert {Path(path).name for path in configuration.files} == {
        *("httpd.conf", "00-base.conf", "00-mpm.conf", "00-ssl.conf", "ssl.conf", "www.conf")
    }
    assert [host.name for host in found.tls_hosts] == ["*:443", "www.example.com:443"]
    assert rules(FIXTURES / place) == {"AS201", "AS309", "AS503"}


def test_certificates_of_a_copy_are_looked_for_in_the_copy(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "rhel", tmp_path / "server")
    certificates = tmp_path / "server" / "etc/pki/tls/certs"
    certificates.mkdir(parents=True)
    (certificates / "localhost.crt").write_text("no certificate")
    (certificates / "www.example.com.pem").write_text("")
    assert {"AS301", "AS303"} <= rules(tmp_path / "server")


def test_root_and_map_say_where_paths_are(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "rhel/etc/httpd", tmp_path / "configuration")
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    (certificates / "www.example.com.pem").write_text("")
    main = tmp_path / "configuration/conf/httpd.conf"
    maps = (
        ("/etc/httpd", str(tmp_path / "configuration")),
        ("/etc/pki/tls/certs", str(certificates)),
    )
    found = site(main, Options(maps=maps))
    assert len(found.configuration.files) == 6
    problems = [c.file.problem for h in found.tls_hosts for c in h.certificates if c.file]
    assert problems == ["missing", "empty"]
    whole = site(Path("/etc/httpd/conf/httpd.conf"), Options(root=str(FIXTURES / "rhel")))
    assert len(whole.configuration.files) == 6


def test_one_file_is_a_configuration() -> None:
    found = site(FIXTURES / "plain")
    assert [host.name for host in found.tls_hosts] == ["www.example.com:443"]
    assert found.configuration.server_root == str(FIXTURES / "plain")
    assert rules(FIXTURES / "plain") == {"AS309", "AS503"}


def test_a_virtual_host_file_is_a_fragment() -> None:
    found = site(FIXTURES / "rhel/etc/httpd/conf.d/www.conf")
    assert not found.configuration.whole
    assert rules(FIXTURES / "rhel/etc/httpd/conf.d/www.conf") == {"AS309"}


def test_a_repository_is_searched_for_its_main_file(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "rhel", tmp_path / "servers/one")
    (tmp_path / ".git/hooks").mkdir(parents=True)
    (tmp_path / ".git/hooks/httpd.conf").write_text("")
    assert len(site(tmp_path).configuration.files) == 6
    shutil.copytree(FIXTURES / "plain", tmp_path / "servers/two")
    with pytest.raises(LayoutError, match=r"several main files.*one.*two"):
        locate(str(tmp_path), Options())


def test_the_dump_of_the_rhel_layout_is_that_of_httpd(tmp_path: Path) -> None:
    """With this machine's modules, of which some are compiled in, and paths that are here."""
    tree = tmp_path / "httpd"
    shutil.copytree(FIXTURES / "rhel/etc/httpd", tree)
    (tree / "modules").symlink_to("/usr/lib/apache2/modules")
    (tree / "logs").mkdir()
    (tree / "certificate").write_text("there")
    built_in = ("log_config", "logio", "unixd", "version")
    for path in tree.glob("**/*.conf"):
        text = path.read_text().replace("/etc/httpd", str(tree))
        text = re.sub(r"(SSLCertificate(Key)?File) .*", rf"\1 {tree}/certificate", text)
        text = re.sub(rf"LoadModule ({'|'.join(built_in)})_module .*\n", "", text)
        text = re.sub(r"(User|Group) apache", r"\1 nobody", text).replace(
            "Group nobody", "Group nogroup"
        )
        text = text.replace("PROFILE=SYSTEM", "HIGH")
        path.write_text(re.sub(r"SSLPassPhraseDialog .*", "", text))
    base = tree / "conf.modules.d/00-base.conf"
    base.write_text(base.read_text() + "LoadModule info_module modules/mod_info.so\n")
    main = tree / "conf/httpd.conf"
    command = ["apache2", "-f", str(main), "-t", "-D", "DUMP_CONFIG"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    ours = dump_text(read(locate(str(main), Options())).directives)
    assert list(ours) == done.stdout.splitlines()
