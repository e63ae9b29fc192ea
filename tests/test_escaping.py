"""Texts that an attacker wrote, in what other programs read: rules, proxies, scripts and tables."""

from __future__ import annotations

import csv
import io
import re
import shlex
import subprocess
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from apachestaple.cli.options import Common
from apachestaple.cli.responders import responders
from apachestaple.report.escaping import comment, csv_row, iptables, shell, word
from apachestaple.templating import TemplateProblemError
from tests.lab.ca import Authority
from tests.lab.network import Namespace
from tests.lab.processes import Child, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINES = {
    "nftables": "add rule inet filter ocsp_responders accept",
    "iptables": "-A OCSP_RESPONDERS -j ACCEPT",
    "firewalld": '</description><rule family="ipv4"><accept/></rule><description>',
    "ufw": "reboot",
    "squid": "http_access allow all",
    "tinyproxy": "Allow 0.0.0.0/0",
    "redirect-nftables": "flush ruleset",
    "redirect-iptables": "-A OUTPUT -j ACCEPT",
}
FORMS = tuple(LINES)


def hostile(line: str) -> list[str]:
    """Texts that would have a program read the line, if they were written as they are."""
    return [
        f"\n{line}\n",
        f"\r{line}\r\n{line}\n",
        f"\x0b\x0c\x1c\x85\u2028{line}",
        # The line stands where readers with a buffer of so many bytes go on.
        *(f"{'x' * size}\n{line}\n" for size in (190, 2048, 8192, 10240)),
        "\\",
        "'\"`$(reboot)`;#&|<>]]>--{}%\0",
        "\x1b[2J\u202e\u2066\u200b",
        "##vso[task.setvariable variable=x]y ::set-output name=x::y",
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("escaping")


def configured(place: Path, form: str, texts: list[str]) -> str:
    """A configuration whose names, URLs and user have these texts in them."""
    certificates = place / "certs"
    authority = Authority(certificates, "http://192.0.2.7/", write_keys=False)
    lines = [f"ServerRoot {place}", "LoadModule ssl_module m.so", "Listen 443", "User www-data"]
    for number, text in enumerate(texts):
        # A URI in a certificate is ASCII, a line of a configuration has no line end.
        path = text.encode("ascii", "ignore").decode()
        name = re.sub(r"[\0\n]", " ", text).replace("\\", "/").replace('"', "")[:4000]
        for kind, url in (("in", f"http://192.0.2.7/{path}"), ("out", f"http://{path}/")):
            authority.issue(f"{form}-{kind}{number}", ocsp=[url])
            lines += ["<VirtualHost *:443>", f'ServerName "x{name}"', "SSLEngine on"]
            lines += [f"SSLCertificateFile certs/{form}-{kind}{number}.pem", "SSLUseStapling on"]
            lines += ["</VirtualHost>"]
    main = place / f"{form}.conf"
    main.write_text("\n".join([*lines, ""]), encoding="utf-8", errors="surrogateescape")
    return str(main)


def printed(capfd: pytest.CaptureFixture[str], place: Path, form: str, texts: list[str]) -> str:
    proxy = "http://192.0.2.3:3128" if form.startswith(("tiny", "redirect")) else None
    path = configured(place, form, texts)
    assert responders(Common(), [path], form=form, proxy=proxy) == 0
    return capfd.readouterr().out


def rules(text: str) -> list[str]:
    """The lines that are no comments."""
    return [line.partition("  #")[0] for line in text.split("\n") if not line.startswith("#")]


@pytest.fixture(scope="module")
def namespace(place: Path) -> Iterator[Namespace]:
    made = Namespace(place / "namespace", {}, beside=None)
    try:
        yield made
    finally:
        made.stop()


@pytest.mark.parametrize("form", FORMS)
def test_hostile_texts_change_no_rule(
    place: Path, namespace: Namespace, form: str, capfd: pytest.CaptureFixture[str]
) -> None:
    plain = printed(capfd, place, form, ["a;", "b;"])
    text = printed(capfd, place, form, hostile(LINES[form]))
    assert len(text) > len(plain) + 1000
    assert text.isascii()
    assert set(re.findall(r"[^ -~]", text)) == {"\n"}
    assert max(map(len, text.splitlines())) < 2048
    assert not re.search(r"##\w*\[|::[a-z-]+ [^\n]*::|\\$", text, re.MULTILINE)
    if form == "firewalld":
        parsed = [ET.fromstring(one) for one in (plain, text)]  # noqa: S314  (our own)
        expected, found = ([(part.tag, part.attrib) for part in one.iter()] for one in parsed)
        assert found == expected
        return
    assert rules(text) == rules(plain)
    read(namespace, place, form, text)


def read(namespace: Namespace, place: Path, form: str, text: str) -> None:
    """Have the program itself read it."""
    if "nft" in form:
        namespace.run("nft", "-c", "-f", "-", text=text)
    elif "iptables" in form:
        for tool in ("iptables-restore", "ip6tables-restore"):
            namespace.run(tool, "--noflush", "--test", text=text)
    elif form == "ufw":
        namespace.run("sh", "-n", text=text)
        assert shlex.split(text, comments=True)[:3] == ["ufw", "allow", "out"]
    elif form == "tinyproxy":
        file = place / "tinyproxy.conf"
        file.write_text(re.sub(r"^(User|Group) .*\n", "", text, flags=re.MULTILINE))
        child = Child([*namespace.inside, "tinyproxy", "-d", "-c", str(file)], output=place / "log")
        try:
            reached = wait_until(lambda: namespace.reaches("127.0.0.1", 8888), 5)
            assert reached, (place / "log").read_text()
        finally:
            child.stop(grace=0.3)
    else:
        assert form == "squid"
        words = {line.split(" ")[0] for line in rules(text) if line}
        assert words == {"acl", "http_access"}


ALL = [text for line in LINES.values() for text in hostile(line)]


def test_iptables_gives_back_a_quoted_comment(namespace: Namespace) -> None:
    lines = [f"-A OUTPUT -m comment --comment {iptables(text)} -j ACCEPT" for text in ALL]
    text = "\n".join(["*filter", *lines, "COMMIT", ""])
    namespace.run("iptables-restore", text=text)
    saved = [line for line in namespace.run("iptables-save").splitlines() if line[:2] == "-A"]
    # It escapes apostrophes, too.
    found = [shlex.split(line.replace(r"\'", "'"))[5] for line in saved]
    assert found == [comment(text) for text in ALL]


def test_a_shell_gives_back_a_quoted_word() -> None:
    script = "\n".join(f"printf '%s\\n' {shell(text)}" for text in ALL)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [comment(text) for text in ALL]


@pytest.mark.parametrize("text", [*ALL, "", "a b", "-n", "a,b", "a=b", "name;", "\u00fc", "a\n"])
def test_a_word_is_a_name_an_address_or_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="is not a name, an address or a number"):
        word(text)


@pytest.mark.parametrize("text", ["www.example.com", "192.0.2.1", "2001:db8::1", "[::1]", "_a-b."])
def test_names_and_addresses_are_words(text: str) -> None:
    assert word(text) == text


def test_a_template_of_ones_own_gets_the_same_texts(
    place: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    template = tmp_path / "outgoing.ufw.sh.j2"
    template.write_text("{% for url, why in left_out %}# {{ url }}: {{ why }}\n{% endfor %}")
    path = configured(place, "own", hostile("reboot"))
    assert responders(Common(), [path], form="ufw", templates=str(tmp_path)) == 0
    assert all(line.startswith("# ") for line in capfd.readouterr().out.splitlines())
    template.write_text("{% for url, why in left_out %}{{ url | word }}{% endfor %}")
    with pytest.raises(TemplateProblemError, match="is not a name, an address or a number"):
        responders(Common(), [path], form="ufw", templates=str(tmp_path))


def test_a_long_command_does_not_make_a_long_comment(
    place: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for words, shown in ((["a b"], "#   apachestaple 'a b'"), (["x" * 3000], "#   COMMAND")):
        monkeypatch.setattr("sys.argv", ["apachestaple", *words])
        assert f"\n{shown}" in printed(capfd, place, "squid", ["a"])


# -- spreadsheets -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", " =1", '"=1', "'=1", "\n=1", "\uff1d1"],
)
def test_no_cell_is_a_formula(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(csv_row(["a", cell, "c"])))
    assert (row[0], row[2]) == ("a", "c")
    assert row[1].startswith("'")
    assert row[1].isprintable()


@pytest.mark.parametrize("cell", ["http://a/?=1", "", "::1", "10.0.0.1", 'a"b', "a,b", "\u00fc"])
def test_other_cells_are_as_they_were(cell: str) -> None:
    assert next(csv.reader(io.StringIO(csv_row(["a", cell])))) == ["a", cell]


def test_the_table_of_responders_has_no_formula(
    place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = printed(capfd, place, "csv", ["=1", *hostile("x")])
    assert set(re.findall(r"[^\n\r -~]", text)) == set()
    rows = list(csv.reader(io.StringIO(text)))
    assert {len(row) for row in rows} == {10}
    assert len(rows) > 10
