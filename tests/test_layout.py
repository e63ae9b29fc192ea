"""Where a configuration begins: the layouts of distributions, and copies of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from apachestaple.discovery.locate import locate
from apachestaple.discovery.main_files import LayoutError
from apachestaple.httpd import machine as machine_of
from apachestaple.httpd.dump import dump_text
from apachestaple.httpd.envvars import read_envvars
from apachestaple.httpd.layout import Options
from apachestaple.httpd.modules import BUILT_IN, DEBIAN_BUILT_IN, module_name
from apachestaple.httpd.paths import Paths
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.site import Site, understand
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.rule import tls_host

FIXTURES = Path(__file__).parent / "fixtures"


def site(path: Path, options: Options | None = None) -> Site:
    return understand(read(locate(str(path), options or Options())))


def rules(path: Path) -> set[str]:
    return {finding.code for finding in lint([site(path)], all_rules()).findings}


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


@pytest.mark.parametrize("value", ["4", "${SECONDS}"])
def test_in_a_fragment_a_line_is_overridden_whatever_its_value_is(
    tmp_path: Path, value: str
) -> None:
    path = tmp_path / "site.conf"
    name = "SSLStaplingResponderTimeout"
    path.write_text(tls_host("SSLUseStapling on", f"{name} {value}", f"{name} 5"))
    assert "AS114" in rules(path)


def test_of_a_fragment_it_is_unknown_in_which_folder_the_cache_is(tmp_path: Path) -> None:
    path = tmp_path / "site.conf"
    path.write_text("SSLStaplingCache dbm:missing/stapling\n" + tls_host("SSLUseStapling on"))
    found = lint(
        [understand(read(locate(str(path), Options())), certificates_required=True)], all_rules()
    )
    assert "AS209" not in {finding.code for finding in found.findings}


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


@dataclass(frozen=True)
class Layout:
    """A fixture: its main file, what is read, and which of its folders stand alone too."""

    name: str
    main: str
    files: str
    hosts: tuple[str, ...] = ("www.example.com:443",)
    certificate: str = ""
    # The folder whose copy is enough, and names that it may have.
    folder: str = ""
    names: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)

    @property
    def root(self) -> Path:
        return FIXTURES / self.name


LAYOUTS = (
    Layout(
        "debian",
        "etc/apache2/apache2.conf",
        "apache2.conf authz_core.load mime.load mpm_event.load setenvif.load socache_shmcb.load "
        "ssl.load ssl.conf ports.conf stapling.conf 000-default.conf default-ssl.conf",
        hosts=("*:443",),
        certificate="etc/ssl/certs/www.example.com.pem",
        folder="etc/apache2",
        names=("apache2", "web"),
    ),
    Layout(
        "rhel",
        "etc/httpd/conf/httpd.conf",
        "httpd.conf 00-base.conf 00-mpm.conf 00-ssl.conf ssl.conf www.conf",
        hosts=("*:443", "www.example.com:443"),
        certificate="etc/pki/tls/certs/www.example.com.pem",
        folder="etc/httpd",
        names=("httpd", "web"),
    ),
    Layout(
        "suse",
        "etc/apache2/httpd.conf",
        "httpd.conf uid.conf server-tuning.conf loadmodule.conf listen.conf mod_log_config.conf "
        "global.conf ssl-global.conf default-server.conf www-ssl.conf",
        certificate="etc/apache2/ssl.crt/www.example.com.pem",
        folder="etc/apache2",
        names=("apache2", "web"),
        # etc/sysconfig is not in that folder.
        options=Options(defines={"SSL": None}),
    ),
    Layout(
        "alpine",
        "etc/apache2/httpd.conf",
        "httpd.conf default.conf ssl.conf",
        certificate="etc/ssl/apache2/server.pem",
        folder="etc/apache2",
        names=("apache2", "web"),
    ),
    Layout(
        "arch",
        "etc/httpd/conf/httpd.conf",
        "httpd.conf httpd-mpm.conf httpd-default.conf httpd-ssl.conf",
        certificate="etc/httpd/conf/server.crt",
        folder="etc/httpd/conf",
        names=("conf", "web"),
    ),
    Layout(
        "freebsd",
        "usr/local/etc/apache24/httpd.conf",
        "httpd.conf 000_README.conf 080_headers.conf httpd-ssl.conf www.conf",
        certificate="usr/local/etc/apache24/server.crt",
        folder="usr/local/etc/apache24",
        names=("apache24", "etc/apache24", "web"),
    ),
    Layout(
        "source",
        "usr/local/apache2/conf/httpd.conf",
        "httpd.conf httpd-mpm.conf httpd-ssl.conf",
        certificate="usr/local/apache2/conf/server.crt",
        folder="usr/local/apache2/conf",
        names=("conf", "apache2/conf", "web"),
    ),
    Layout(
        "bitnami",
        "opt/bitnami/apache/conf/httpd.conf",
        "httpd.conf bitnami.conf bitnami-ssl.conf www-https-vhost.conf",
        certificate="opt/bitnami/apache/conf/bitnami/certs/server.crt",
        folder="opt/bitnami/apache/conf",
        names=("conf", "web"),
    ),
    Layout(
        "xampp",
        "opt/lampp/etc/httpd.conf",
        "httpd.conf httpd-default.conf httpd-ssl.conf httpd-xampp.conf",
        certificate="opt/lampp/etc/ssl.crt/server.crt",
        folder="opt/lampp/etc",
        names=("etc", "web"),
    ),
    Layout(
        "homebrew",
        "opt/homebrew/etc/httpd/httpd.conf",
        "httpd.conf httpd-ssl.conf",
        certificate="opt/homebrew/etc/httpd/server.crt",
        folder="opt/homebrew/etc/httpd",
        names=("httpd", "web"),
    ),
)
each_layout = pytest.mark.parametrize("case", LAYOUTS, ids=[case.name for case in LAYOUTS])


def assert_read(case: Layout, found: Site) -> None:
    configuration = found.configuration
    assert configuration.errors == []
    assert configuration.notes == []
    assert configuration.whole
    assert not configuration.installed
    assert [Path(path).name for path in configuration.files] == case.files.split()
    assert tuple(host.name for host in found.tls_hosts) == case.hosts


def problems(found: Site) -> list[str | None]:
    return [
        certificate.file.problem
        for host in found.tls_hosts
        for certificate in host.certificates
        if certificate.file
    ]


@each_layout
def test_it_is_read_from_its_root_its_folders_and_its_main_file(case: Layout) -> None:
    main = case.root / case.main
    for place in (main, *main.parents):
        found = site(place)
        assert found.configuration.main_file == str(main)
        assert_read(case, found)
        if place == case.root:
            break
    assert_read(case, site(Path("/" + case.main), Options(root=str(case.root))))


@each_layout
def test_nothing_is_wrong_with_it(case: Layout) -> None:
    expected = {"AS201", "AS309", "AS503"} if case.name == "rhel" else {"AS309"}
    assert rules(case.root) == expected


@each_layout
def test_a_whole_copy_may_be_a_subfolder_of_a_repository(case: Layout, tmp_path: Path) -> None:
    copy = tmp_path / "servers" / "web1"
    shutil.copytree(case.root, copy, symlinks=True)
    certificate = copy / case.certificate
    certificate.parent.mkdir(parents=True, exist_ok=True)
    certificate.write_text("")
    for place in (tmp_path, tmp_path / "servers", copy):
        found = site(place)
        assert_read(case, found)
        assert problems(found)[-1] == "empty"


@each_layout
def test_its_folder_alone_is_enough(case: Layout, tmp_path: Path) -> None:
    for name in case.names:
        copy = tmp_path / name.replace("/", "-") / "repository" / name
        shutil.copytree(case.root / case.folder, copy, symlinks=True)
        below = case.certificate.removeprefix(case.folder)
        if below != case.certificate:
            certificate = Path(f"{copy}{below}")
            certificate.parent.mkdir(parents=True, exist_ok=True)
            certificate.write_text("")
        for place in (tmp_path / name.replace("/", "-"), copy):
            found = site(place, case.options)
            assert_read(case, found)
            if below != case.certificate:
                assert problems(found) == ["empty"]


def rewritten(case: Layout, tree: Path) -> Path:
    """A copy with this machine's modules, of which some are compiled in, and with paths in it."""
    shutil.copytree(case.root, tree, symlinks=True)
    (tree / "certificate").write_text("there")
    for path in (path for path in tree.glob("**/*") if path.is_file() and not path.is_symlink()):
        text = path.read_text()
        text = re.sub(r"""(?<=[\s"'=:])/(?=(etc|opt|private|run|srv|usr|var)/)""", f"{tree}/", text)
        text = re.sub(
            r"LoadModule (\w+)_module \S+",
            r"LoadModule \1_module /usr/lib/apache2/modules/mod_\1.so",
            text,
        )
        text = re.sub(r"LoadModule (log_config|logio|unixd|version|php)_module .*\n", "", text)
        text = re.sub(r"(SSLCertificate(Key)?File) .*", rf"\1 {tree}/certificate", text)
        text = re.sub(r"(?m)^(\s*)User (?!\$).*", r"\1User nobody", text)
        text = re.sub(r"(?m)^(\s*)Group (?!\$).*", r"\1Group nogroup", text)
        text = text.replace("PROFILE=SYSTEM", "HIGH")
        text = re.sub(r"SSLPassPhraseDialog .*", "", text)
        path.write_text(text)
        for name, folder in re.findall(r'(DocumentRoot|ServerRoot|Log) "?(/[^"\s]+)', text):
            made = Path(folder).parent if name == "Log" else Path(folder, "logs")
            made.mkdir(parents=True, exist_ok=True)
    main = tree / case.main
    load = "LoadModule info_module /usr/lib/apache2/modules/mod_info.so\n"
    if case.name in {"suse", "source", "xampp"}:
        load += "LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so\n"
    main.write_text(load + main.read_text())
    return main


@each_layout
def test_the_dump_is_that_of_httpd(case: Layout, tmp_path: Path) -> None:
    main = rewritten(case, tmp_path / "server")
    if case.name == "debian":
        for folder in ("run", "log"):
            (tmp_path / "server/var" / folder / "apache2").mkdir(parents=True)
    options = Options(defines={"SSL": None, "DUMP_CONFIG": None})
    machine = machine_of.installed()
    assert machine is not None
    start = locate(str(tmp_path), options)._replace(built_in=machine.built_in)
    done = subprocess.run(
        [
            *("apache2", "-d", str(main.parent), "-f", str(main), "-t"),
            *(word for name in start.defines for word in ("-D", name)),
        ],
        env={**start.environment, "PATH": "/usr/sbin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(dump_text(read(start).directives)) == done.stdout.splitlines()
    assert "SSLEngine on" in done.stdout


def test_suse_is_started_as_etc_sysconfig_says(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "suse", tmp_path / "server")
    sysconfig = tmp_path / "server/etc/sysconfig/apache2"
    configuration = read(locate(str(tmp_path), Options()))
    assert [each.raw for each in configuration.named("ServerTokens")] == ["OS"]
    assert configuration.has_module("ssl_module")
    sysconfig.write_text('APACHE_SERVER_FLAGS="-D SSL STATUS -DNOSSL"\n')
    start = locate(str(tmp_path), Options(defines={"MINE": None}))
    assert set(start.defines) == {"SSL", "STATUS", "NOSSL", "MINE"}
    sysconfig.unlink()
    shutil.rmtree(tmp_path / "server/etc/apache2/sysconfig.d")
    configuration = read(locate(str(tmp_path), Options()))
    assert configuration.errors == []
    assert [each.raw for each in configuration.named("ServerTokens")] == ["ProductOnly"]


def test_older_suse_includes_what_was_generated(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "suse", tmp_path / "server")
    main = tmp_path / "server/etc/apache2/httpd.conf"
    text = re.sub(r"</?IfDefine.*\n", "", main.read_text())
    text = re.sub(r"apache2/(loadmodule|global)\.", r"apache2/sysconfig.d/\1.", text)
    main.write_text(text + "Include /etc/apache2/sysconfig.d/include.conf\n")
    found = site(tmp_path)
    assert found.configuration.errors == []
    assert [host.name for host in found.tls_hosts] == ["www.example.com:443"]


def test_options_of_start_scripts_are_heeded(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "rhel", tmp_path / "rhel")
    (tmp_path / "rhel/etc/sysconfig").mkdir()
    (tmp_path / "rhel/etc/sysconfig/httpd").write_text('OPTIONS="-D ONE -DTWO -e info"\n')
    assert set(locate(str(tmp_path / "rhel"), Options()).defines) == {"ONE", "TWO"}
    shutil.copytree(FIXTURES / "debian", tmp_path / "debian", symlinks=True)
    envvars = tmp_path / "debian/etc/apache2/envvars"
    envvars.write_text(envvars.read_text() + "export APACHE_ARGUMENTS='-D ONE'\n")
    assert set(locate(str(tmp_path / "debian"), Options()).defines) == {"ONE"}
    assert set(locate(str(FIXTURES / "xampp"), Options()).defines) == {"SSL", "PHP"}


def test_an_instance_of_debian_has_its_own_folders(tmp_path: Path) -> None:
    etc = tmp_path / "server/etc"
    shutil.copytree(FIXTURES / "debian/etc/apache2", etc / "apache2-intern", symlinks=True)
    for place in (tmp_path, tmp_path / "server", etc / "apache2-intern"):
        start = locate(str(place), Options())
        assert start.environment["APACHE_LOG_DIR"] == "/var/log/apache2-intern"
        assert start.built_in == DEBIAN_BUILT_IN
        configuration = read(start)
        assert configuration.errors == []
        assert len(configuration.files) == 12
    (etc / "apache2-intern").rename(tmp_path / "apache2-intern")
    shutil.rmtree(tmp_path / "server")
    main = tmp_path / "apache2-intern/apache2.conf"
    text = main.read_text().replace("Include ports", "Include /etc/apache2-intern/ports")
    main.write_text(text)
    start = locate(str(tmp_path), Options())
    assert start.environment["APACHE_LOG_DIR"] == "/var/log/apache2-intern"
    assert len(read(start).files) == 12


def test_several_instances_are_several_main_files(tmp_path: Path) -> None:
    for name in ("apache2", "apache2-intern"):
        shutil.copytree(FIXTURES / "debian/etc/apache2", tmp_path / "etc" / name, symlinks=True)
    with pytest.raises(LayoutError, match=r"several main files.*apache2-intern.*apache2/"):
        locate(str(tmp_path), Options())


def test_envvars_are_read_as_the_shell_reads_them(tmp_path: Path) -> None:
    script = tmp_path / "envvars"
    script.write_text(
        """
if [ -z "$GIVEN" ]; then
    A=empty
elif test "$GIVEN" = 'x y'
then
    A=same
    if [ "${GIVEN%y}" != "x " ]; then B=wrong; fi
    if [ -n "$UNSET" ]
    then
        C=wrong
    else
        C=right
    fi
else
    A=wrong
fi
D="${GIVEN##x}${UNSET:-default}"
"""
    )
    clean = {"PATH": "/usr/bin:/bin"}
    for given in ("", "x y", "z"):
        environment = {**clean, "GIVEN": given}
        program = f'. {script}; printf "%s|" "$A" "$B" "$C" "$D"'
        theirs = subprocess.check_output(["sh", "-c", program], env=environment, text=True)
        ours = read_envvars(str(script), environment)
        assert "".join(f"{ours.get(name, '')}|" for name in "ABCD") == theirs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ServerRoot "/etc/httpd"\n', BUILT_IN),
        ('ServerRoot "/usr/local/apache2"\n', BUILT_IN | {"mpm_event_module"}),
        (
            "ServerRoot /usr/local/apache2\n"
            "LoadModule mpm_worker_module modules/mod_mpm_worker.so\n",
            BUILT_IN,
        ),
        ("Listen 80\n", DEBIAN_BUILT_IN),
        ("Listen 80\nLoadModule unixd_module modules/mod_unixd.so\n", None),
    ],
)
def test_modules_compiled_in_are_those_of_the_distribution(
    text: str, expected: frozenset[str] | None, tmp_path: Path
) -> None:
    """The httpd here is Debian's; it is asked where nothing tells of another."""
    (tmp_path / "httpd.conf").write_text(text)
    built_in = locate(str(tmp_path), Options()).built_in
    assert built_in == (expected or DEBIAN_BUILT_IN - {"unixd_module"})


def test_without_an_httpd_the_usual_modules_are_compiled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_of, "installed", lambda: None)
    (tmp_path / "httpd.conf").write_text("Listen 80\n")
    assert locate(str(tmp_path), Options()).built_in == BUILT_IN
    assert locate(str(FIXTURES / "debian"), Options()).built_in == DEBIAN_BUILT_IN


def test_a_module_is_known_by_the_name_of_its_source_file() -> None:
    modules = sorted(Path("/usr/lib/apache2/modules").glob("mod_*.so"))
    assert len(modules) > 90
    for module in modules:
        binary = module.read_bytes()
        sources = {name.decode() for name in re.findall(rb"(?<![\w/])(\w+\.c)\0", binary)}
        name = f"{module.stem.removeprefix('mod_')}_module"
        assert name in {module_name(source) for source in sources}, (module.name, sources)
    for name in ("php", "php7", "perl", "security2", "http2"):
        assert module_name(f"mod_{name}.c") == f"{name}_module"
    assert module_name("mpm_itk.c") == "mpm_itk_module"
    assert module_name("ssl_module") == "ssl_module"


def test_a_folder_that_is_not_there_is_an_error_only_where_httpd_is(tmp_path: Path) -> None:
    main = tmp_path / "httpd.conf"
    main.write_text("ServerRoot /not/there\nDefaultRuntimeDir /not/there/either\n")
    start = locate(str(main), Options())
    assert read(start).errors == []
    errors = read(start._replace(installed=True, paths=Paths())).errors
    assert [error.message for error in errors][:1] == ["ServerRoot must be a valid directory"]


def test_a_file_that_uses_the_folders_of_this_machine_is_no_copy_of_them(tmp_path: Path) -> None:
    server = tmp_path / "srv/httpd"
    (server / "conf.d").mkdir(parents=True)
    (server / "conf.d/here.conf").write_text("Listen 80\n")
    main = tmp_path / "elsewhere" / "httpd.conf"
    main.parent.mkdir()
    main.write_text(f'Define ROOT "{server}"\nServerRoot "${{ROOT}}"\nInclude conf.d/*.conf\n')
    found = site(main, Options(root="/"))
    assert found.configuration.errors == []
    assert [Path(path).name for path in found.configuration.files] == ["httpd.conf", "here.conf"]
    debian = main.with_name("apache2.conf")
    debian.write_text("Include /etc/apache2/ports.conf\n")
    configuration = read(locate(str(debian), Options(root="/")))
    assert os.path.join("/etc/apache2", "ports.conf") in configuration.files


def test_maps_and_what_the_place_of_a_copy_tells_go_together(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "alpine", tmp_path / "server")
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    (certificates / "server.pem").write_text("")
    found = site(tmp_path / "server", Options(maps=(("/etc/ssl/apache2", str(certificates)),)))
    assert len(found.configuration.files) == 3
    assert problems(found) == ["empty"]


def test_macos_calls_etc_private(tmp_path: Path) -> None:
    etc = tmp_path / "mac/etc/apache2"
    (etc / "extra").mkdir(parents=True)
    (etc / "httpd.conf").write_text(
        'ServerRoot "/usr"\nInclude /private/etc/apache2/extra/httpd-ssl.conf\n'
    )
    (etc / "extra/httpd-ssl.conf").write_text("Listen 443\n")
    for place in (tmp_path, etc):
        configuration = read(locate(str(place), Options()))
        assert configuration.errors == []
        assert len(configuration.files) == 2
    etc.rename(tmp_path / "apache2")
    assert len(read(locate(str(tmp_path / "apache2"), Options())).files) == 2
