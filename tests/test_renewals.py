"""What fix writes stays right: certificates are renewed, and hosts are added later."""

from __future__ import annotations

import contextlib
import io
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from apachestaple.cli.fix import fix
from apachestaple.cli.options import Common
from apachestaple.discovery.locate import locate
from apachestaple.httpd.layout import Options
from apachestaple.httpd.reader import read
from apachestaple.lint.lint import lint
from apachestaple.mod_ssl.site import understand
from apachestaple.rules.catalogue import all_rules
from apachestaple.rules.rule import CACHE
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from apachestaple.rules.finding import Finding
    from tests.lab.play import Lab
    from tests.lab.server import Httpd

ON, OFF = "SSLUseStapling on", "SSLUseStapling off"
NO_URI = "# apachestaple: certificate has no OCSP URI"
SELF_SIGNED = "# apachestaple: certificate is self-signed"
MUST_STAPLE = "# apachestaple: certificate requires a staple"
# A must-staple certificate, or one that is renewed, has errors of responders hidden already.
QUIET = "SSLStaplingReturnResponderErrors off\nSSLStaplingFakeTryLater off\n"
ERRORS = {"AH02217", "AH02218", "AH02604"}


def host(name: str, *lines: str) -> str:
    """A virtual host with certificate files of its own."""
    each = [
        f"ServerName {name}.example.com",
        "SSLEngine on",
        f"SSLCertificateFile {name}.pem",
        f"SSLCertificateKeyFile {name}.key",
        *lines,
    ]
    return "<VirtualHost *:443>\n" + "".join(f"    {line}\n" for line in each) + "</VirtualHost>\n"


@dataclass
class Server:
    """A server whose certificates can be renewed."""

    httpd: Httpd
    lab: Lab

    def renew(self, name: str, certificate: str) -> None:
        """Give a host one of the lab's certificates."""
        for kind in ("pem", "key"):
            shutil.copyfile(
                self.lab.certificates_folder / f"{certificate}.{kind}",
                self.httpd.root / f"{name}.{kind}",
            )

    def text(self, name: str = "site.conf") -> str:
        return (self.httpd.root / name).read_text().replace(str(self.httpd.port), "443")

    def write(self, text: str, name: str = "site.conf") -> None:
        (self.httpd.root / name).write_text(text.replace("443", str(self.httpd.port)))

    def fix(self, **options: Any) -> str:
        """What fix prints."""
        printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        options = {"configtest": "always", "no_backup": True, **options}
        with contextlib.redirect_stdout(printed):
            fix(Common(), [str(self.httpd.root / "httpd.conf")], **options)
        printed.flush()
        return printed.buffer.getvalue().decode()

    def findings(self) -> dict[str, Finding]:
        """The findings of lint, by their codes."""
        (start,) = [locate(str(self.httpd.root / "httpd.conf"), Options())]
        site = understand(read(start), certificates_required=True)
        return {finding.code: finding for finding in lint([site], all_rules()).findings}

    def staples(self, *names: str) -> list[str | None]:
        """Start httpd, and say what its hosts staple; each handshake must work."""
        assert self.httpd.start(), self.httpd.log
        made = [handshake(self.httpd.port, f"{name}.example.com") for name in names]
        self.httpd.stop()
        assert all(each.connected for each in made)
        return [each.staple for each in made]


@contextlib.contextmanager
def server(
    lab: Lab, text: str, *, files: dict[str, str] | None = None, **certificates: str
) -> Iterator[Server]:
    with lab.httpd(text, files=files) as httpd:
        made = Server(httpd, lab)
        for name, certificate in certificates.items():
            made.renew(name, certificate)
        yield made


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_a_host_that_is_turned_off_comes_back_with_its_next_certificate(lab: Lab) -> None:
    text = CACHE + QUIET + host("a", ON) + host("b", ON)
    with server(lab, text, a="no-ocsp", b="good") as made:
        made.fix()
        assert made.text() == text.replace(f"    {ON}\n", "", 1)
        assert made.staples("a", "b") == [None, "good"]
        assert not ERRORS & made.httpd.log_ids()
        assert "Nothing to repair" in made.fix()
        made.renew("a", "other")
        assert set(made.findings()) == {"AS501"}
        made.fix()
        assert made.staples("a", "b") == ["good", "good"]


def test_an_off_of_fix_is_removed_when_the_certificate_can_be_stapled(lab: Lab) -> None:
    text = CACHE + QUIET + ON + "\n" + host("a") + host("b")
    with server(lab, text, a="no-ocsp", b="good") as made:
        made.fix()
        marked = text.replace("a.key\n", f"a.key\n    {NO_URI}\n    {OFF}\n")
        assert made.text() == marked
        assert made.findings() == {}
        assert made.staples("a", "b") == [None, "good"]
        assert not ERRORS & made.httpd.log_ids()
        assert "Nothing to repair" in made.fix()
        made.renew("a", "other")
        outdated = made.findings()["AS132"]
        assert (outdated.severity, outdated.subject.text) == ("warning", OFF)
        assert "(certificate has no OCSP URI)" in outdated.message
        made.fix()
        assert made.text() == text
        assert made.staples("a", "b") == ["good", "good"]


def test_in_the_file_of_a_server_the_main_server_is_known(lab: Lab) -> None:
    text = host("a", ON)
    main = CACHE + QUIET + "Include a.conf\n"
    with server(lab, main, files={"a.conf": text}, a="no-ocsp") as made:
        fragment = str(made.httpd.root / "a.conf")
        fix(Common(), [fragment], no_backup=True)
        assert made.text("a.conf") == host("a")
        made.renew("a", "good")
        fix(Common(), [fragment], no_backup=True)
        assert made.text("a.conf") == text
        assert made.staples("a") == ["good"]


def test_an_off_below_shared_lines_is_removed_again(lab: Lab) -> None:
    files = {"shared.conf": f"{ON}\n"}
    hosts = {name: host(name, "Include shared.conf") for name in "abc"}
    text = CACHE + QUIET + "".join(hosts.values())
    with server(lab, text, files=files, a="no-ocsp", b="good", c="third") as made:
        made.fix()
        last = f"    {NO_URI}\n    {OFF}\n</VirtualHost>\n"
        assert made.text() == text.replace("</VirtualHost>\n", last, 1)
        made.renew("a", "other")
        made.fix()
        assert made.text() == text
        assert made.staples("a", "b", "c") == ["good", "good", "good"]


@pytest.mark.parametrize("above", ["", "# a decision", "# apachestaple: ignore[AS501]"])
def test_an_off_of_the_administrator_stays(lab: Lab, above: str) -> None:
    lines = [above, OFF] if above else [OFF]
    text = CACHE + QUIET + ON + "\n" + host("a", *lines) + host("b")
    with server(lab, text, a="good", b="other") as made:
        assert "AS132" not in made.findings()
        made.fix()
        assert made.text() == text
        assert made.staples("a", "b") == [None, "good"]


def test_a_comment_follows_the_reason(lab: Lab) -> None:
    text = CACHE + QUIET + ON + "\n" + host("a") + host("b")
    with server(lab, text, a="no-ocsp", b="good") as made:
        made.fix()
        marked = made.text()
        made.renew("a", "self-signed")
        assert made.findings()["AS132"].severity == "info"
        made.fix()
        assert made.text() == marked.replace(NO_URI, SELF_SIGNED)
        assert "Nothing to repair" in made.fix()
        made.write(made.text().replace(OFF, ON))
        made.renew("a", "other")
        assert "no longer applies" in made.findings()["AS132"].message
        made.fix()
        assert made.text() == text.replace("a.key\n", f"a.key\n    {ON}\n")


@pytest.mark.parametrize("left", ["", "#SSLUseStapling off", "# see OPS-7"])
def test_a_comment_without_its_line_is_removed(lab: Lab, left: str) -> None:
    lines = [NO_URI, *([left] if left else [])]
    text = CACHE + QUIET + ON + "\n" + host("a", *lines) + host("b", SELF_SIGNED)
    with server(lab, text, a="good", b="other") as made:
        found = made.findings()["AS132"]
        assert (found.severity, found.effect) == ("info", "advice")
        assert "no longer below it" in found.message
        made.fix()
        expected = text.replace(f"    {NO_URI}\n", "").replace(f"    {SELF_SIGNED}\n", "")
        assert made.text() == expected
        assert made.staples("a", "b") == ["good", "good"]
        assert "Nothing to repair" in made.fix()


def test_of_a_line_of_fix_and_its_copy_none_stays(lab: Lab) -> None:
    text = CACHE + QUIET + ON + "\n" + host("a", NO_URI, OFF, OFF) + host("b")
    with server(lab, text, a="no-ocsp", b="good") as made:
        made.fix()
        # The comment stays with the one that is kept.
        assert made.text() == text.replace(f"    {OFF}\n", "", 1)
        assert made.staples("a", "b") == [None, "good"]
        made.write(text)
        made.renew("a", "other")
        made.fix()
        assert made.text() == CACHE + QUIET + ON + "\n" + host("a") + host("b")
        assert made.staples("a", "b") == ["good", "good"]


def test_a_second_off_further_down_is_the_administrators(lab: Lab) -> None:
    text = CACHE + QUIET + ON + "\n" + host("a", NO_URI, OFF, "SSLVerifyDepth 1", OFF) + host("b")
    with server(lab, text, a="good", b="other") as made:
        made.fix()
        assert made.text() == text.replace(f"    {NO_URI}\n    {OFF}\n", "", 1)
        assert made.staples("a", "b") == [None, "good"]


def test_an_ignore_comment_above_the_reason_is_for_the_line_below(lab: Lab) -> None:
    ignored = ("# apachestaple: ignore[AS132]", NO_URI, OFF)
    text = CACHE + QUIET + ON + "\n" + host("a", *ignored) + host("b")
    with server(lab, text, a="good", b="other") as made:
        assert made.findings() == {}
        made.fix()
        assert made.text() == text


def test_another_comment_may_be_below_the_reason(lab: Lab) -> None:
    text = CACHE + QUIET + ON + "\n" + host("a", NO_URI, "# Until 2030.", OFF) + host("b")
    with server(lab, text, a="no-ocsp", b="good") as made:
        assert "AS132" not in made.findings()


def test_comments_go_with_stapling(lab: Lab) -> None:
    text = CACHE + ON + "\n" + host("a") + host("b")
    with server(lab, text, a="no-ocsp", b="good") as made:
        made.fix()
        assert NO_URI in made.text()
        made.fix(disable=True)
        assert "apachestaple" not in made.text()


def test_without_comments_an_off_is_like_the_administrators(lab: Lab) -> None:
    text = CACHE + QUIET + ON + "\n" + host("a") + host("b")
    with server(lab, text, a="no-ocsp", b="good") as made:
        made.fix(no_comments=True)
        without = text.replace("a.key\n", f"a.key\n    {OFF}\n")
        assert made.text() == without
        made.renew("a", "other")
        made.fix(no_comments=True)
        assert made.text() == without


def test_a_must_staple_host_is_turned_on_with_the_reason(lab: Lab) -> None:
    text = CACHE + QUIET + host("a", "# off: handshake stalls, OPS-7", OFF)
    with server(lab, text, a="must-staple") as made:
        said = made.fix()
        assert "stapling on for a.example.com:" in said
        assert "its certificate requires a staple" in said
        assert made.text() == text.replace(OFF, f"{MUST_STAPLE}\n    {ON}")
        assert made.staples("a") == ["good"]
        made.renew("a", "good")
        made.fix()
        assert made.text() == text.replace(OFF, ON)


def test_the_administrators_off_in_the_main_server_stays_without_unsafe(lab: Lab) -> None:
    remark = "# OPS-1234: firewall blocks OCSP until March, do not switch on\n"
    text = CACHE + QUIET + remark + OFF + "\n" + host("a") + host("b")
    with server(lab, text, a="good", b="other") as made:
        assert made.findings()["AS501"].fix == "unsafe"
        assert "Nothing to repair" in made.fix()
        assert made.text() == text
        made.fix(unsafe=True)
        assert made.text() == text.replace(OFF, ON)
        assert made.staples("a", "b") == ["good", "good"]


def test_a_must_staple_host_does_not_change_the_main_server(lab: Lab) -> None:
    text = CACHE + QUIET + OFF + "\n" + host("a") + host("b")
    with server(lab, text, a="must-staple", b="must-staple") as made:
        made.fix()
        line = f"    {MUST_STAPLE}\n    {ON}\n"
        expected = text.replace("a.key\n", f"a.key\n{line}").replace("b.key\n", f"b.key\n{line}")
        assert made.text() == expected
        assert made.staples("a", "b") == ["good", "good"]


def test_a_host_that_is_added_later_staples(lab: Lab) -> None:
    text = CACHE + QUIET + ON + "\n" + "".join(map(host, "abcd"))
    with server(lab, text, a="no-ocsp", b="no-ocsp", c="self-signed", d="good") as made:
        made.fix()
        assert made.text().count(OFF) == 3
        made.write(made.text() + host("e"))
        made.renew("e", "other")
        assert made.staples("a", "d", "e") == [None, "good", "good"]


def test_nothing_idle_is_left_where_no_host_can_be_stapled(lab: Lab) -> None:
    text = CACHE + QUIET + ON + "\n" + "".join(map(host, "abc"))
    with server(lab, text, a="no-ocsp", b="no-ocsp", c="self-signed") as made:
        made.fix()
        # A running httpd needs its cache for the next reload.
        assert made.text() == CACHE + "".join(map(host, "abc"))
        assert made.findings() == {}
        assert made.staples("a", "b", "c") == [None, None, None]
        assert not ERRORS & made.httpd.log_ids()
        made.renew("a", "good")
        made.renew("b", "other")
        made.renew("c", "third")
        made.fix()
        assert made.staples("a", "b", "c") == ["good", "good", "good"]


def test_idle_settings_go_unless_another_host_uses_them(lab: Lab) -> None:
    settings = ("SSLStaplingResponderTimeout 5", "SSLStaplingReturnResponderErrors off")
    files = {"timeouts.conf": "SSLStaplingStandardCacheTimeout 7200\n"}
    included = "Include timeouts.conf"
    kept = "SSLStaplingForceURL http://ocsp.example.com/"
    text = (
        CACHE
        + "SSLStaplingFakeTryLater off\n"
        + host("a", ON, *settings, included)
        + host("b", ON, *settings, included)
        + host("c", ON, settings[0], kept)
    )
    with server(lab, text, files=files, a="good", b="no-ocsp", c="self-signed") as made:
        made.fix()
        assert made.text() == (
            CACHE
            + "SSLStaplingFakeTryLater off\n"
            + host("a", ON, *settings, included)
            + host("b", included)
            + host("c", kept)
        )
        assert made.text("timeouts.conf") == files["timeouts.conf"]
        assert made.staples("a", "b", "c") == ["good", None, None]


@pytest.mark.parametrize("good", [(), ("a",)], ids=["no host staples", "one host staples"])
def test_a_setting_that_was_idle_before_is_only_reported(lab: Lab, good: tuple[str, ...]) -> None:
    setting = "SSLStaplingFakeTryLater off"
    others = CACHE + "".join(host(name, ON, QUIET) for name in good) + host("b", OFF, setting)
    text = others + host("c", ON, setting)
    with server(lab, text, a="good", b="no-ocsp", c="no-ocsp") as made:
        made.fix()
        assert made.text() == others + host("c")
        found = made.findings()["AS113"]
        assert (found.severity, found.remedy) == ("info", None)
        assert [each.name for each in found.hosts] == [f"b.example.com:{made.httpd.port}"]
        assert made.staples(*good, "b", "c") == [*("good" for _ in good), None, None]


@pytest.mark.parametrize("main", ["", ON + "\n"])
def test_a_renewal_without_ocsp_leaves_a_server_that_works(lab: Lab, main: str) -> None:
    text = CACHE + main + host("a") + host("b", *([] if main else [ON]))
    with server(lab, text, a="good", b="other") as made:
        made.fix()
        assert made.staples("a", "b") == ["good", "good"]
        for name in "ab":
            made.renew(name, "no-ocsp")
        assert made.httpd.configtest().accepted
        assert made.staples("a", "b") == [None, None]


def test_a_broken_chain_is_found_whatever_the_switch_says(lab: Lab) -> None:
    text = CACHE + QUIET + host("a", ON) + host("b", ON)
    with server(lab, text, a="leaf-only", b="self-signed") as made:
        assert made.findings()["AS305"].effect == "no-staple"
        made.fix()
        assert ON not in made.text()
        found = made.findings()["AS305"]
        assert (found.severity, found.effect, found.remedy) == ("warning", "advice", None)
        # No client gets the issuer's certificate.
        assert made.staples("a") == [None]
        assert made.httpd.start()
        assert "unable to get local issuer" in handshake(made.httpd.port, "a.example.com").raw
        made.httpd.stop()


@pytest.mark.parametrize("unsafe", [False, True])
def test_the_file_of_another_certificate_is_named_and_not_used_as_chain(
    lab: Lab, unsafe: bool
) -> None:
    """Httpd would send the other certificate as a part of the chain."""
    text = CACHE + QUIET + ON + "\n" + host("a") + host("b")
    with server(lab, text, a="leaf-only", b="good") as made:
        said = made.fix(unsafe=unsafe)
        assert f"It is in b.pem, which b.example.com:{made.httpd.port} uses" in said
        assert "SSLCertificateChainFile" not in made.text()
        assert made.staples("a", "b") == [None, "good"]


def test_a_file_of_authorities_is_used_as_chain(lab: Lab) -> None:
    chain = "SSLCertificateChainFile certs/chain.pem"
    text = CACHE + QUIET + host("a", ON) + host("b", ON, chain)
    with server(lab, text, a="leaf-only", b="good") as made:
        made.fix()
        assert made.text() == text.replace("a.key\n", f"a.key\n    {chain}\n")
        assert made.staples("a", "b") == ["good", "good"]


@pytest.mark.parametrize(
    "comment", ["# apachestaple: off until the firewall is open", "#apachestaple: see README"]
)
def test_an_off_below_a_comment_of_the_administrator_stays(lab: Lab, comment: str) -> None:
    text = CACHE + QUIET + host("a", comment, OFF) + host("b", ON)
    with server(lab, text, a="good", b="good") as made:
        assert "Nothing to repair" in made.fix()
        assert made.text() == text
        assert made.staples("a", "b") == [None, "good"]
        assert "AS501" in made.findings()


def test_a_later_url_of_the_certificate_is_no_finding(lab: Lab) -> None:
    """The command writes it if the first URL is not http, and lint accepts that."""
    with server(lab, CACHE + QUIET + host("a", ON), a="https-first") as made:
        made.fix()
        assert f"SSLStaplingForceURL {lab.responder.url}" in made.text()
        assert made.staples("a") == ["good"]
        assert "AS405" not in made.findings()


def test_an_off_stays_while_only_an_unsafe_repair_would_help(lab: Lab) -> None:
    """The chain is in the certificate file of another host."""
    text = CACHE + QUIET + ON + "\n" + host("a") + host("b")
    with server(lab, text, a="leaf-only", b="good") as made:
        made.fix()
        assert "issuer's certificate is not in the chain" in made.text()
        full = made.httpd.root / "b.pem"
        leaf = made.httpd.root / "a.pem"
        shutil.copy(made.httpd.root / "b.key", made.httpd.root / "a.key")
        leaf.write_text(full.read_text().partition("-----END CERTIFICATE-----")[0])
        leaf.write_text(leaf.read_text() + "-----END CERTIFICATE-----\n")
        found = made.findings()
        assert found["AS305"].fix == "unsafe"
        assert "AS132" not in found
        assert "Nothing to repair" in made.fix()
