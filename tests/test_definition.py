"""Where the names in a line are defined."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from apachestaple.language_server.definition import definitions
from tests.editor import at, site_of

if TYPE_CHECKING:
    from pathlib import Path

MAIN = """\
ServerRoot "{root}"
Define Name one
<IfDefine NEVER>
  define NAME \\
    two
</IfDefine>
Include conf.d/*.conf
IncludeOptional absent/*.conf
Include "other.conf"
<Macro Host $name>
<VirtualHost *:443>
    ServerName $name
    Include inside.conf
</VirtualHost>
</Macro>
Use host a.example
SSLUseStapling on
ErrorLog logs/${{name}}.log
Define ${{NAME}}x y
UnDefine one
SSLStaplingCache shmcb:logs/a(131072)
SSLCertificateFile a.pem
SSLCertificateKeyFile a.key
SSLCACertificateFile absent.pem
SSLStaplingCache shmcb:logs/b(131072)
<VirtualHost *:444>
    SSLStaplingForceURL http://a/
    SSLStaplingForceURL http://b/
</VirtualHost>
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("server")
    (folder / "conf.d").mkdir()
    for name in ("conf.d/b.conf", "conf.d/a.conf", "other.conf", "inside.conf", "a.pem"):
        (folder / name).write_text("")
    (folder / "httpd.conf").write_text(MAIN.format(root=folder))
    # A private key: it must not be opened.
    (folder / "a.key").write_text("")
    (folder / "a.key").chmod(0)
    return folder


@pytest.mark.parametrize(
    ("marked", "targets"),
    [
        ("Include conf.d/¦*.conf", ["conf.d/a.conf:1", "conf.d/b.conf:1"]),
        ("¦Include conf.d/*.conf", ["conf.d/a.conf:1", "conf.d/b.conf:1"]),
        ("IncludeOptional ¦absent", []),
        ('Include "other¦.conf"', ["other.conf:1"]),
        ("Include inside¦.conf", ["inside.conf:1"]),
        ("logs/${na¦me}.log", ["httpd.conf:2", "httpd.conf:4"]),
        ("logs¦/${name}.log", []),
        ("Define ${NA¦ME}x y", ["httpd.conf:2", "httpd.conf:4"]),
        ("<IfDefine ¦NEVER>", []),
        ("Use ho¦st a.example", ["httpd.conf:10"]),
        ("Use host ¦a.example", []),
        ("SSLCertificateFile a¦.pem", ["a.pem:1"]),
        ("SSLCertificateKeyFile a¦.key", ["a.key:1"]),
        ("SSLCACertificateFile absent¦.pem", []),
        ("SSLStaplingCache shmcb:logs/¦a", ["httpd.conf:25"]),
        ("SSLStaplingCache shmcb:logs/¦b", []),
        ("SSLStaplingForceURL http://¦a/", ["httpd.conf:28"]),
        ("SSLUseStapling ¦on", []),
        ("¦ServerRoot", []),
    ],
)
def test_definitions(root: Path, marked: str, targets: list[str]) -> None:
    main = root / "httpd.conf"
    text = main.read_text()
    found = definitions(text, str(main), at(text, marked), site_of(main))
    shown = [f"{os.path.relpath(each.path, root)}:{each.span.start.line + 1}" for each in found]
    assert shown == targets


def test_a_definition_is_the_whole_directive(root: Path) -> None:
    main = root / "httpd.conf"
    text = main.read_text()
    found = definitions(text, str(main), at(text, "logs/${na¦me}.log"), site_of(main))
    assert [each.span for each in found] == [((1, 0), (1, 15)), ((3, 2), (4, 7))]


def test_a_variable_of_the_start_script(tmp_path: Path) -> None:
    """Debian's apache2ctl sets it."""
    (tmp_path / "envvars").write_text(
        "# export APACHE_RUN_DIR=/a\nexport APACHE_RUN_DIR=/b$SUFFIX\n"
    )
    main = tmp_path / "apache2.conf"
    main.write_text("PidFile ${APACHE_RUN_DIR}/pid\nIncludeOptional sites-enabled/*.conf\n")
    text = main.read_text()
    found = definitions(text, str(main), at(text, "${APACHE¦_"), site_of(main))
    assert [(os.path.basename(each.path), each.span.start.line) for each in found] == [
        ("envvars", 1)
    ]


def test_a_certificate_outside_of_the_repository_is_not_searched(tmp_path: Path) -> None:
    outside = tmp_path / "secret.pem"
    outside.write_text("")
    (tmp_path / "repository/.git").mkdir(parents=True)
    main = tmp_path / "repository/httpd.conf"
    main.write_text("Listen 443\nSSLCertificateFile ../secret.pem\nSSLUseStapling on\n")
    text = main.read_text()
    assert definitions(text, str(main), at(text, "../secret¦.pem"), site_of(main)) == []
