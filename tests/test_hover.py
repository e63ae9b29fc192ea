"""What a hover shows, compared with what a running httpd sends."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types
from markdown_it import MarkdownIt

from apachestaple.language_server.definition import definitions
from apachestaple.language_server.documents import OpenDocuments, uri_of
from apachestaple.language_server.hover import Known, hover
from apachestaple.language_server.markup import Markdown, PlainText
from apachestaple.language_server.workspace import Workspace
from apachestaple.lint.lint import lint
from apachestaple.lint.startup import start_problems
from apachestaple.rules.catalogue import select_rules
from apachestaple.rules.rule import CACHE, MACRO, tls_host
from tests.editor import at, cursor, site_of
from tests.lab.handshake import handshake
from tests.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.play import Lab

HOSTS = ("inherits", "no-uri", "off", "no-issuer")
TEXT = (
    "SSLUseStapling on\n"
    "SSLStaplingCache shmcb:logs/first(131072)\n"
    + CACHE
    + "SSLStaplingCache shmcb:logs/last(40000)\n"
    + tls_host(name="inherits")
    + tls_host(name="no-uri", certificate="no-ocsp")
    + tls_host("SSLUseStapling off", name="off")
    + tls_host("SSLStaplingResponderTimeout 3", name="no-issuer", certificate="leaf-only")
    + "<VirtualHost *:443>\n    ServerName key\n    SSLCertificateFile pkcs11:object=a\n"
    + "    SSLEngine off\n</VirtualHost>\n"
    + "<IfDefine NEVER>\nSSLCertificateFile certs/must-staple.pem\n</IfDefine>\n"
)


class Tree:
    """A server's file in an editor, while httpd runs with it."""

    def __init__(self, path: Path, staples: dict[str, bool]) -> None:
        self.path = path
        self.text = path.read_text()
        self.staples = staples
        site = site_of(path.parent / "httpd.conf")
        self.known = Known(site, start_problems(lint([site], select_rules((), ())).findings))

    def hover(self, marked: str) -> str:
        found = hover(self.text, str(self.path), at(self.text, marked), self.known, PlainText())
        return found.text if found else ""


@pytest.fixture(scope="module")
def tree(lab: Lab) -> Iterator[Tree]:
    with lab.httpd(TEXT) as httpd:
        assert httpd.start(), httpd.log
        staples = {name: handshake(httpd.port, name).staple == "good" for name in HOSTS}
        yield Tree(httpd.root / "site.conf", staples)


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_shows_what_its_clients_get(tree: Tree, name: str) -> None:
    shown = tree.hover(f"ServerName ¦{name}\n")
    assert tree.staples[name] == (name == "inherits")
    says = " staples: mod_ssl staples the responses" if tree.staples[name] else " does not staple: "
    assert says in shown


def test_a_switch_of_the_main_server_shows_the_hosts_that_inherit_it(tree: Tree) -> None:
    shown = tree.hover("¦SSLUseStapling on\nSSLStaplingCache")
    assert shown.startswith("SSLUseStapling on|off\n\nTurns OCSP stapling on: ")
    assert "Default: off. Allowed in: main server, virtual host." in shown
    assert [name for name in HOSTS if f"- {name}:" in shown] == ["inherits", "no-uri", "no-issuer"]


def test_a_switch_of_a_host_shows_that_host(tree: Tree) -> None:
    shown = tree.hover("¦SSLUseStapling off")
    assert [name for name in HOSTS if f"- {name}:" in shown] == ["off"]
    assert shown.endswith("does not staple: SSLUseStapling is off")
    shown = tree.hover("SSLStaplingResponderTimeout ¦3")
    assert "Default: 10." in shown
    assert [name for name in HOSTS if f"- {name}:" in shown] == ["no-issuer"]


def test_a_line_that_httpd_does_not_use_names_the_one_that_it_uses(tree: Tree) -> None:
    shown = tree.hover("SSLStapling¦Cache shmcb:logs/first(131072)")
    last = "site.conf:4: SSLStaplingCache shmcb:logs/last(40000)"
    assert shown.rpartition("\n\n")[2].startswith("httpd uses another line instead: ")
    assert shown.endswith(last)


def test_the_cache_that_is_used_shows_what_it_must_hold(tree: Tree) -> None:
    shown = tree.hover("SSLStapling¦Cache shmcb:logs/last(40000)")
    assert shown.endswith(
        "Certificates that are stapled: 1. The size of 40,000 bytes is enough for their responses."
    )


def test_a_certificate(tree: Tree, lab: Lab) -> None:
    shown = tree.hover("inherits\n    SSLEngine on\n    SSLCertificateFile certs/¦good.pem")
    leaf = lab.certificates["good"].x509
    assert "Subject: CN=" in shown
    assert (
        f"Valid: {leaf.not_valid_before_utc:%Y-%m-%d} to {leaf.not_valid_after_utc:%Y-%m-%d}"
        in shown
    )
    assert f"OCSP URI: {lab.responder.url}" in shown
    assert "Followed by: " in shown
    assert "inherits:" in shown


def test_a_certificate_without_issuer_and_uri(tree: Tree) -> None:
    assert "- No OCSP URI\n" in tree.hover("SSLCertificateFile certs/no-o¦csp.pem")
    assert "- No other certificates in the file\n" in tree.hover(
        "SSLCertificateFile certs/leaf¦-only.pem"
    )


def test_a_line_that_is_not_in_effect_shows_the_directive_alone(tree: Tree) -> None:
    shown = tree.hover("SSLCertificateFile certs/must-st¦aple.pem")
    assert shown.startswith("SSLCertificateFile FILE\n\nThe certificate in PEM format")
    assert "must-staple.pem" not in shown


def test_a_private_key_is_not_opened(tree: Tree) -> None:
    shown = tree.hover("SSLCertificateKeyFile certs/no-o¦csp.key")
    assert "The private key of the certificate" in shown
    assert "no-uri:" in shown


@pytest.mark.parametrize(
    "marked", ["pkcs11:obj¦ect=a", "SSLEngine off\n</Virtual¦Host>", "SSLUseStapling off¦\n</V"]
)
def test_what_is_no_certificate_file(tree: Tree, marked: str) -> None:
    assert "object=a" not in tree.hover(marked)


def test_without_a_configuration_a_directive_is_explained(tmp_path: Path) -> None:
    text, position = cursor("SSLStapling¦ForceURL http://a/\n")
    found = hover(text, str(tmp_path / "a.conf"), position, None, PlainText())
    assert found is not None
    assert "The URL of the OCSP responder" in found.text
    assert hover("DocumentRoot /\n", "/a", position, None, PlainText()) is None


def test_a_line_of_a_macro_shows_all_hosts_and_files_that_it_makes(lab: Lab) -> None:
    host = tls_host("SSLUseStapling on", name="$name", certificate="$file", key="$file")
    uses = "Use host a good\nUse host b no-ocsp\n"
    text = f"{MACRO}{CACHE}<Macro host $name $file>\n{host}</Macro>\n{uses}"
    with lab.httpd(text) as httpd:
        path = httpd.root / "site.conf"
        assert httpd.start(), httpd.log
        staples = {name: handshake(httpd.port, name).staple == "good" for name in "ab"}
        tree = Tree(path, staples)
        shown = tree.hover("SSLUse¦Stapling")
        assert staples == {
            name: re.search(rf"- {name}:\d+ staples:", shown) is not None for name in "ab"
        }
        shown = tree.hover("SSLCertificateFile certs/¦$file.pem")
        assert [line for line in shown.split("\n") if line.endswith(".pem")] == [
            str(httpd.root / f"certs/{name}.pem") for name in ("good", "no-ocsp")
        ]
        written = path.read_text()
        found = definitions(written, str(path), at(written, "certs/¦$file.pem"), tree.known.site)
        assert [os.path.basename(each.path) for each in found] == ["good.pem", "no-ocsp.pem"]


def test_a_template_shows_the_first_configuration_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "site.conf.j2").write_text(
        "<VirtualHost *:443>\n  ServerName a.example\n  SSLEngine on\n{% if x %}\n"
        "  SSLUseStapling on\n{% else %}\n  SSLUseStapling off\n{% endif %}\n</VirtualHost>\n"
    )
    path = tmp_path / "site.conf.j2"
    document = OpenDocuments()
    document.open(types.TextDocumentItem(uri_of(str(path)), "apacheconf", 1, path.read_text()))
    state = Workspace().update(document.now())
    analysis = state.analysis_of(str(path))
    assert analysis is not None
    text = path.read_text()
    position = at(text, "SSLUse¦Stapling off")
    found = hover(text, str(path), position, Known(analysis.site, {}), PlainText())
    assert found is not None
    assert found.text.endswith("a.example:443 does not staple: SSLUseStapling is off")


def test_other_directives_show_nothing(tree: Tree) -> None:
    assert not tree.hover("¦<IfDefine NEVER>")
    assert not tree.hover("NEV¦ER")


HOSTILE = [
    "](http://x/)![a](b)",
    "`` a ` b ```",
    "<img src=x onerror=y>&lt;",
    "**bold** _emphasis_ ~~gone~~ a_b",
    "a\x1b[31m\u202eb\ufeff\r\udcff",
    "\\`x\\",
    "$(x) | y",
    "    # heading",
]


def inline(text: str) -> list[tuple[str, str]]:
    """The kind and the content of each part of a paragraph of Markdown."""
    renderer = MarkdownIt("commonmark").enable(["strikethrough", "table"])
    (paragraph,) = (each for each in renderer.parse(text) if each.children)
    return [(each.type, each.content) for each in paragraph.children or ()]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_no_markup(text: str) -> None:
    renderer = MarkdownIt("commonmark").enable(["strikethrough", "table"])
    shown = PlainText().text(text).strip()
    assert shown.isprintable()
    (paragraph,) = (each for each in renderer.parse(f"x {Markdown().text(text)}") if each.children)
    assert {each.type for each in paragraph.children or ()} <= {"text", "text_special"}
    assert "".join(each.content for each in paragraph.children or ()).split() == [
        "x",
        *shown.split(),
    ]
    (paragraph,) = (
        each for each in renderer.parse(f"x {Markdown().code(text)} y") if each.children
    )
    kinds = [(each.type, each.content) for each in paragraph.children or ()]
    assert kinds == [("text", "x "), ("code_inline", shown), ("text", " y")]


def test_a_file_through_a_link_is_the_file(tmp_path: Path) -> None:
    """Debian's sites-enabled has links; the editor has the file itself open."""
    shutil.copytree(ROOT / "examples/apache2", tmp_path / "apache2", symlinks=True)
    site = site_of(tmp_path / "apache2/apache2.conf")
    path = tmp_path / "apache2/sites-available/wiki.example.net.conf"
    text = path.read_text()
    found = hover(text, str(path), at(text, "SSLUse¦Stapling"), Known(site, {}), Markdown())
    assert found is not None
    assert found.text.endswith(
        "- `wiki.example.net:443` does not staple: its certificate has no OCSP URI"
    )
