"""A repository is read, and nothing outside of it; what leads out is said without its contents."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apachestaple.certificates.pem import CertificateReader
from apachestaple.discovery.locate import locate
from apachestaple.discovery.main_files import LayoutError
from apachestaple.filesystem.reading import ElsewhereError
from apachestaple.httpd import machine as machine_of
from apachestaple.httpd.boundary import Boundary
from apachestaple.httpd.configuration import Configuration, NoteKind
from apachestaple.httpd.envvars import EnvvarsError, read_envvars
from apachestaple.httpd.folder_reader import FolderReader
from apachestaple.httpd.layout import Options
from apachestaple.httpd.machine import Machine, program_environment
from apachestaple.httpd.modules import DEBIAN_BUILT_IN
from apachestaple.httpd.paths import Paths
from apachestaple.httpd.programs import find_program
from apachestaple.httpd.reader import read
from apachestaple.mod_ssl.host_certificates import Files
from apachestaple.mod_ssl.site import understand
from tests.command.run import run

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = "TheSecretOfTheMachine"
HOST = (
    "<VirtualHost *:443>\nServerName www.example.com\nSSLEngine on\nSSLUseStapling on\n"
    "SSLCertificateFile {certificate}\nSSLCertificateKeyFile {certificate}\n</VirtualHost>\n"
)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder with secrets in every form, beside that of the repository."""
    folder = tmp_path / "outside"
    (folder / "d").mkdir(parents=True)
    (folder / "settings.xml").write_text(f"<servers>\n<password>{SECRET}</password>\n</servers>\n")
    (folder / "environ").write_bytes(f"PATH=/bin\0TOKEN={SECRET}\0".encode())
    (folder / "secret.conf").write_text(f"SSLUseStaplin {SECRET}\nServerAdmin {SECRET}\n")
    (folder / "d" / "secret.conf").write_text(f"SSLUseStaplin {SECRET}\n")
    (folder / "envvars").write_text(f"export SECRET={SECRET}\n")
    (folder / "secret.pem").write_text(f"-----BEGIN CERTIFICATE-----\n{SECRET}\n")
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    return folder


def command(name: str, *arguments: object, **variables: str) -> str:
    """All that a command prints."""
    done = run(name, *map(str, arguments), env={"NO_COLOR": "1", **variables}, errors="replace")
    return done.stdout + done.stderr


def all_outputs(path: Path, **variables: str) -> str:
    """What each command says that reads a configuration."""
    return "".join(
        (
            *(
                command("lint", "--format", f, path, **variables)
                for f in ("text", "json", "github")
            ),
            *(command("dump", "--format", form, path, **variables) for form in ("text", "json")),
            command("hosts", path, **variables),
            command("responders", path, **variables),
            command("fix", "--diff", path, **variables),
        )
    )


def configuration(path: Path, options: Options | None = None) -> Configuration:
    return read(locate(str(path), options or Options()))


def test_an_include_that_leads_out_is_said_and_not_read(repository: Path, outside: Path) -> None:
    lines = (
        f"Include {outside}/settings.xml",
        f"Include {outside}/environ",
        f"IncludeOptional {outside}/*.conf",
        f"Include {outside}",
        f"Include {repository}/../outside/d/*.conf",
        "Include ../outside/secret.conf",
        "Include /proc/self/environ",
    )
    for name in ("apache2.conf", "fragment.conf"):
        main = repository / name
        main.write_text("".join(f"{line}\n" for line in lines))
        found = configuration(main)
        assert [note.kind for note in found.notes] == [NoteKind.OUTSIDE] * len(lines)
        assert [note.place.line for note in found.notes] == list(range(1, len(lines) + 1))
        assert not found.errors
        assert not found.directives
        printed = all_outputs(main)
        assert f"{outside}/settings.xml leads out of {repository}, so it was not read" in printed
        assert SECRET not in printed


def test_links_that_lead_out_are_said_and_not_followed(repository: Path, outside: Path) -> None:
    links = {
        "sites/a.conf": outside / "secret.conf",
        "sites/b.conf": Path("../../outside/settings.xml"),
        "sites/c.conf": Path("/proc/self/environ"),
        "sites/d.conf": Path("e"),
        "sites/e": outside / "secret.conf",
        "all/d": outside / "d",
        "folder": outside,
    }
    for name, target in links.items():
        link = repository / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(target)
    (repository / "envvars").symlink_to(outside / "envvars")
    main = repository / "apache2.conf"
    main.write_text(
        "Include sites/*.conf\nInclude all\nInclude folder/d\nInclude folder/*.conf\n"
        "ServerAdmin ${SECRET}\n"
    )
    found = configuration(main)
    kinds = [note.kind for note in found.notes]
    assert kinds.count(NoteKind.OUTSIDE) == 7
    assert kinds.count(NoteKind.VARIABLES_NOT_READ) == 1
    assert SECRET not in all_outputs(repository)


def test_links_within_the_repository_are_followed(repository: Path) -> None:
    for folder in ("sites-available", "sites-enabled", "elsewhere"):
        (repository / folder).mkdir()
    (repository / "elsewhere/real.conf").write_text("Timeout 5\n")
    (repository / "sites-available/a.conf").symlink_to("../elsewhere/real.conf")
    (repository / "sites-enabled/a.conf").symlink_to("../sites-available/a.conf")
    (repository / "linked").symlink_to("elsewhere")
    main = repository / "apache2.conf"
    main.write_text("IncludeOptional sites-enabled/*.conf\nInclude linked/real.conf\n")
    found = configuration(main)
    assert not found.notes
    assert len(found.directives) == 2


@pytest.mark.parametrize("folder", [".git", ".hg", "vendor/.git", "sub/.svn"])
def test_the_folders_of_version_control_are_outside(repository: Path, folder: str) -> None:
    """A CI job keeps its token in .git/config."""
    (repository / folder).mkdir(parents=True, exist_ok=True)
    for name in ("config", "credentials.conf", "token.pem"):
        (repository / folder / name).write_text(f"SSLUseStaplin {SECRET}\nServerAdmin {SECRET}\n")
    (repository / "linked").symlink_to(folder)
    main = repository / "apache2.conf"
    lines = (f"Include {folder}/config", f"Include {folder}/*.conf", "Include linked/config")
    certificate = HOST.format(certificate=f"{folder}/token.pem")
    main.write_text("".join(f"{line}\n" for line in lines) + certificate)
    found = configuration(main)
    assert [note.kind for note in found.notes] == [NoteKind.OUTSIDE] * len(lines)
    printed = all_outputs(repository)
    assert SECRET not in printed
    assert "AS309" in printed


@pytest.mark.parametrize("link", [True, False])
def test_of_a_file_without_a_directive_no_command_shows_a_line(
    repository: Path, *, link: bool
) -> None:
    """Such as credentials that a CI job has written into its checkout."""
    secrets = {
        "credentials.json": f'{{\n  "private_key": "{SECRET}"\n}}\n',
        ".npmrc": f"//registry.example/:_authToken={SECRET}\n",
        "passwords": f"admin:{SECRET}:0\n",
        "settings.xml": f"<servers>\n<password>{SECRET}</password>\n</servers>\n",
    }
    for name, text in secrets.items():
        (repository / name).write_text(text)
    main = repository / "apache2.conf"
    main.write_text("".join(f"Include {name}\n" for name in secrets) + "ServerName shown\n")
    printed = all_outputs(repository)
    assert SECRET not in printed
    assert "ServerName shown" in printed
    assert "passwords: contains no directive of httpd, so it is not shown" in printed
    if link:
        main.unlink()
        main.symlink_to("passwords")
        assert SECRET not in all_outputs(repository)
    else:
        # With --root / the user means this machine's files, whatever they are.
        main.write_text(f"Include {repository}/passwords\n")
        assert SECRET in command("dump", "--root", "/", main)


def test_a_link_that_takes_a_file_s_place_after_it_was_judged_is_not_read(
    repository: Path, outside: Path
) -> None:
    """Its owner may swap the two all the time while root reads."""
    boundary = Boundary((str(repository),))
    (repository / "link").symlink_to(outside)
    (repository / "site.conf").symlink_to(outside / "secret.conf")
    for path in ("site.conf", "link/secret.conf"):
        with pytest.raises(ElsewhereError, match=f"replaced by a link.*{path}"):
            Paths(boundary=boundary).text(str(repository / path))
        assert SECRET in Paths().text(str(repository / path))
    (repository / "envvars").symlink_to(outside / "envvars")
    with pytest.raises(EnvvarsError, match="replaced by a link"):
        read_envvars(str(repository / "envvars"), {}, boundary)


def test_a_link_in_an_open_folder_is_not_followed_out(repository: Path, outside: Path) -> None:
    """The folder stays open while its files are read, and anybody may change them meanwhile."""
    folder, moved = repository / "sites", repository / "moved"
    folder.mkdir()
    for name in ("a.conf", "secret.conf"):
        (folder / name).write_text("Timeout 5\n")
    opened = len(os.listdir("/proc/self/fd"))
    with FolderReader(Boundary((str(repository),))) as reader:
        assert reader.read(str(folder / "a.conf"), 100) == b"Timeout 5\n"
        (folder / "link.conf").symlink_to(outside / "secret.conf")
        with pytest.raises(ElsewhereError):
            reader.read(str(folder / "link.conf"), 100)
        (folder / "inside.conf").symlink_to("a.conf")
        assert reader.read(str(folder / "inside.conf"), 100) == b"Timeout 5\n"
        # The folder itself is replaced: its files are still those that were checked.
        folder.rename(moved)
        folder.symlink_to(outside)
        assert reader.read(str(folder / "secret.conf"), 100) == b"Timeout 5\n"
    with FolderReader(Boundary((str(repository),))) as reader:
        with pytest.raises(ElsewhereError):
            reader.read(str(folder / "secret.conf"), 100)
        with pytest.raises(ElsewhereError):
            reader.read(str(outside / "secret.conf"), 100)
        with pytest.raises(FileNotFoundError, match=r"moved/missing\.conf"):
            reader.read(str(moved / "missing.conf"), 100)
    assert len(os.listdir("/proc/self/fd")) == opened


def test_a_main_file_that_is_a_link_out_of_a_checkout_is_refused(
    repository: Path, outside: Path
) -> None:
    for name in ("apache2.conf", "fragment.conf"):
        link = repository / name
        link.symlink_to(outside / "secret.conf")
        with pytest.raises(LayoutError, match="leads out of"):
            locate(str(link), Options())
        assert SECRET not in all_outputs(link)
    # What the user names elsewhere, the user means.
    (outside / "link.conf").symlink_to(repository / "real.conf")
    (repository / "real.conf").write_text("Timeout 5\n")
    assert len(configuration(outside / "link.conf").directives) == 1


def test_a_file_of_variables_outside_is_only_reported_if_it_exists(tmp_path: Path) -> None:
    main = tmp_path / "etc/httpd/conf/httpd.conf"
    main.parent.mkdir(parents=True)
    main.write_text("Timeout 5\n")
    # The checkout is that of etc/httpd alone.
    (tmp_path / "etc/httpd/.git").mkdir()
    assert not configuration(main).notes
    (tmp_path / "etc/sysconfig").mkdir()
    (tmp_path / "etc/sysconfig/httpd").write_text(f"OPTIONS={SECRET}\n")
    (note,) = configuration(main).notes
    assert note.kind is NoteKind.VARIABLES_NOT_READ
    assert note.subject == f"{tmp_path}/etc/sysconfig/httpd"


def test_root_and_maps_are_the_boundary(tmp_path: Path, outside: Path) -> None:
    root = tmp_path / "root"
    (root / "etc/httpd/conf").mkdir(parents=True)
    (root / "etc/a.conf").write_text("Timeout 5\n")
    (root / "etc/b.conf").symlink_to(outside / "secret.conf")
    main = root / "etc/httpd/conf/httpd.conf"
    main.write_text(f"Include /etc/a.conf\nInclude /etc/b.conf\nInclude {outside}/secret.conf\n")
    found = configuration(main, Options(root=str(root)))
    assert [directive.name for directive in found.directives] == ["Timeout"]
    maps = (("/etc", str(outside)),)
    main.write_text("Include /etc/secret.conf\n")
    assert len(configuration(main, Options(maps=maps)).directives) == 2
    # The server's root folder is that of this machine: all of it is meant.
    main.write_text(f"Include {outside}/secret.conf\n")
    assert len(configuration(main, Options(root="/")).directives) == 2


def test_without_a_checkout_the_folder_is_the_boundary(tmp_path: Path, outside: Path) -> None:
    tree = tmp_path / "copy"
    (tree / "conf").mkdir(parents=True)
    (tree / "sites").mkdir()
    (tree / "sites/a.conf").write_text("Timeout 5\n")
    main = tree / "conf/httpd.conf"
    main.write_text(f"ServerRoot {tree}\nInclude sites/a.conf\nInclude {outside}/secret.conf\n")
    for path in (tree, main):
        found = configuration(path)
        assert [note.subject for note in found.notes] == [f"{outside}/secret.conf"]
        assert [directive.name for directive in found.directives] == ["Timeout"]
    # A ServerRoot opens nothing: it is written in the file.
    main.write_text(f"ServerRoot {tmp_path}\nInclude outside/secret.conf\n")
    assert not configuration(main).directives


def test_a_fragment_may_include_what_its_server_has(tmp_path: Path) -> None:
    for folder in ("sites", "snippets"):
        (tmp_path / "apache2" / folder).mkdir(parents=True)
    fragment = tmp_path / "apache2/sites/a.conf"
    snippet = tmp_path / "apache2/snippets/tls.conf"
    snippet.write_text("Timeout 5\n")
    fragment.write_text(f"Include {snippet}\n")
    assert not configuration(fragment).directives
    (tmp_path / "apache2/apache2.conf").write_text("Listen 80\n")
    assert len(configuration(fragment).directives) == 1


@pytest.mark.parametrize("checkout", [True, False])
def test_certificates_are_read_outside_unless_in_a_checkout(
    tmp_path: Path, outside: Path, *, checkout: bool
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    if checkout:
        (tree / ".hg").mkdir()
    (tree / "linked.pem").symlink_to(outside / "secret.pem")
    for certificate in (f"{outside}/secret.pem", "linked.pem", "../outside/secret.pem"):
        (tree / "httpd.conf").write_text(HOST.format(certificate=certificate))
        (host,) = understand(configuration(tree)).tls_hosts
        (found,) = host.certificates
        assert found.file is not None
        assert found.file.problem == ("outside" if checkout else "damaged")
        printed = all_outputs(tree)
        assert SECRET not in printed
        assert ("AS309" in printed) == checkout


def test_authorities_outside_are_not_read(repository: Path, outside: Path) -> None:
    (repository / "httpd.conf").write_text(
        f"SSLCACertificatePath {outside}\nSSLCACertificateFile {outside}/secret.pem\n"
    )
    found = configuration(repository)
    folder, file = found.directives
    files = Files(found, CertificateReader())
    assert files.read_folder(folder) is None
    assert files.read(file).problem == "outside"


def test_whether_a_file_outside_is_there_is_not_told(repository: Path, outside: Path) -> None:
    for name in ("settings.xml", "nothing.xml"):
        text = f"<IfFile {outside}/{name}>\nTimeout 5\n</IfFile>\nInclude {outside}/{name}\n"
        (repository / "httpd.conf").write_text(text)
        found = configuration(repository)
        assert not found.directives
        assert [note.kind for note in found.notes] == [NoteKind.OUTSIDE]


def test_variables_of_the_process_are_no_part_of_a_repository(repository: Path) -> None:
    for name in ("apache2.conf", "httpd.conf", "fragment.conf"):
        main = repository / name
        main.write_text("ServerAdmin ${CI_TOKEN}\nServerAlias ${GIVEN}\nUse ${APACHE_LOG_DIR}\n")
        (repository / "envvars").write_text("export APACHE_LOG_DIR=$HOME/logs$CI_TOKEN\n")
        printed = all_outputs(main, CI_TOKEN=SECRET, HOME=f"/home/{SECRET}")
        assert SECRET not in printed
        assert "${CI_TOKEN}" in printed
        found = configuration(main, Options(defines={"GIVEN": "alias"}))
        assert "alias" in [directive.raw for directive in found.directives]
        main.unlink()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a machine's own configuration, whose httpd names its main file."""
    folder = tmp_path / "etc/apache2"
    folder.mkdir(parents=True)
    main = folder / "apache2.conf"
    main.write_text("Timeout ${APACHE_TIMEOUT}\n")
    (folder / "envvars").write_text(
        "export APACHE_TIMEOUT=5\nexport LD_PRELOAD=/evil.so\nexport LANG=C\nPATH=/evil\n"
    )
    found = machine_of.installed()
    assert found is not None
    version = found.version
    machine = Machine(found.binary, str(folder), str(main), version, DEBIAN_BUILT_IN)
    monkeypatch.setattr(machine_of, "installed", lambda: machine)
    return folder


def test_the_machine_s_own_configuration_is_read_anywhere(own: Path, outside: Path) -> None:
    main = own / "apache2.conf"
    main.write_text(f"Timeout ${{APACHE_TIMEOUT}}\nInclude {outside}/secret.conf\n")
    (own / ".git").mkdir()  # as etckeeper makes it
    link = own.parent / "link"
    link.symlink_to("apache2")
    for path in (None, str(main), str(own), str(link), str(link / "apache2.conf")):
        start = locate(path, Options())
        assert start.installed
        assert start.main_file == str(main)
        assert [directive.raw for directive in read(start).directives][:1] == ["5"]
        assert len(read(start).directives) == 3
    assert not locate(str(main), Options(root="/")).installed


def test_a_link_in_a_checkout_does_not_become_the_machine_s_configuration(
    own: Path, repository: Path
) -> None:
    (repository / "envvars").write_text("export LD_PRELOAD=/evil.so\nexport APACHE_TIMEOUT=6\n")
    (repository / "apache2.conf").symlink_to(own / "apache2.conf")
    (repository / "etc").symlink_to(own.parent)
    for path in ("", "apache2.conf", "etc/apache2", "etc/apache2/apache2.conf"):
        with pytest.raises(LayoutError, match="leads out of"):
            locate(str(repository / path), Options())
    (own / ".git").mkdir()
    with pytest.raises(LayoutError, match="leads out of"):
        locate(str(repository / "etc/apache2"), Options())
    # Through a link elsewhere, too.
    link = repository.parent / "link"
    link.symlink_to("repository")
    with pytest.raises(LayoutError, match="leads out of"):
        locate(str(link), Options())


def test_httpd_gets_an_environment_made_from_nothing(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/evil")
    monkeypatch.setenv("APACHE_LOG_DIR", "/evil")
    found = machine_of.installed()
    assert found is not None
    assert found.main_file == str(own / "apache2.conf")
    environment = program_environment(found)
    assert environment.pop("PATH").startswith("/usr/local/sbin:")
    assert environment == {"LANG": "C", "APACHE_TIMEOUT": "5", "APACHE_CONFDIR": str(own)}


@pytest.mark.parametrize("path", ["", ":", ".", ":/none", "bin", "/none:"])
def test_no_program_is_found_through_the_current_folder(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path, tmp_path / "bin"):
        folder.mkdir(exist_ok=True)
        program = folder / "evil-program"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", path)
    assert find_program("evil-program") is None
    monkeypatch.setenv("PATH", f"{path}:{tmp_path}")
    assert find_program("evil-program") == str(tmp_path / "evil-program")


@pytest.mark.parametrize(
    "content",
    [
        f"<servers>\n<password>{SECRET}</password>\n<a\n</servers>\n",
        f"root:{SECRET}:0:0:root:/root:/bin/sh\n</{SECRET}>\n",
        f"{SECRET}=${{{SECRET}}}\n<{SECRET}> {SECRET}\n",
        f"PATH=/bin\0TOKEN={SECRET}\0</{SECRET}>\n",
    ],
)
def test_a_file_that_is_no_configuration_is_not_quoted(content: str, repository: Path) -> None:
    """Also of the machine's own: the report may go into a ticket."""
    (repository / "other.conf").write_text(content)
    (repository / "httpd.conf").write_text("Include other.conf\n")
    for form in ("text", "json", "github"):
        assert SECRET not in command("lint", "--format", form, repository)
    found = configuration(repository)
    assert all(SECRET not in error.message for error in found.errors)
    assert all(SECRET not in note.subject for note in found.notes)


def test_a_broken_repository_is_read_as_far_as_it_goes(repository: Path) -> None:
    sites = os.fsencode(repository) + b"/sites"
    os.mkdir(sites)
    names = {
        b"a.conf": b"Timeout 1\n",
        b"\xff.conf": b"Timeout 2\n",
        "é €.conf".encode(): b"\xff\n",
    }
    for name, text in names.items():
        with open(sites + b"/" + name, "wb") as file:
            file.write(text)
    os.mkfifo(sites + b"/b.conf")
    os.symlink(b"nothing", sites + b"/c.conf")
    os.symlink(b"d.conf", sites + b"/d.conf")
    (repository / "httpd.conf").write_text("Include sites/*.conf\nInclude none\nTimeout 3\n")
    found = configuration(repository)
    assert [d.raw for d in found.named("Timeout")] == ["1", "2", "3"]
    assert len(found.errors) == 4
    said: list[Mapping[str, object]] = json.loads(command("lint", "--format", "json", repository))[
        "findings"
    ]
    assert {finding["line"] for finding in said} >= {1, 2}


def test_a_file_that_vanishes_while_it_is_read_is_said(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "sites").mkdir()
    for name in ("a", "b", "c"):
        (repository / f"sites/{name}.conf").write_text("Timeout 5\n")
    (repository / "httpd.conf").write_text("Include sites/*.conf\n")
    start = locate(str(repository), Options())
    text = type(start.paths).text

    def vanishing(*arguments: Any) -> str:
        (repository / "sites/b.conf").unlink(missing_ok=True)
        return text(*arguments)

    monkeypatch.setattr(type(start.paths), "text", vanishing)
    found = read(start)
    assert len(found.directives) == 2 or len(found.errors) == 1


@pytest.mark.parametrize(
    "setting", ['root = "/"', 'map = {{ "/x" = "{outside}" }}', 'templates = "linked"']
)
def test_a_settings_file_in_a_checkout_opens_nothing_outside(
    setting: str, repository: Path, outside: Path
) -> None:
    (repository / "linked").symlink_to(outside)
    (repository / "httpd.conf").write_text(
        f"Include {outside}/secret.conf\nInclude /x/secret.conf\n"
    )
    settings = repository / "apachestaple.toml"
    settings.write_text(setting.format(outside=outside))
    printed = all_outputs(repository)
    assert f"leads out of {repository}" in printed
    assert SECRET not in printed
    settings.unlink()
    settings.symlink_to(outside / "settings.xml")
    printed = all_outputs(repository)
    assert f"leads out of {repository}" in printed
    assert SECRET not in printed
