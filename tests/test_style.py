"""fix writes lines in the style of the file, and httpd reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apachestaple.fix.editing.edit import Edit, Where, edited
from apachestaple.httpd.syntax import logical_lines
from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

ON = "SSLUseStapling on\n"
GOOD = tls_host(name="good.example.com")


def fix(httpd: Httpd, folder: Path, *arguments: str) -> str:
    """The configuration after ``fix``, without its comments."""
    state = {"XDG_STATE_HOME": str(folder)}
    main = httpd.root / "httpd.conf"
    done = run("fix", main, "--configtest", "never", *arguments, env=state)
    assert done.returncode in (0, 1), done.stderr
    text = (httpd.root / "site.conf").read_bytes().decode()
    return re.sub(r"(?m)^\s*# apachestaple: .*\n", "", text)


def _hosts(text: str) -> str:
    return text[text.index("<VirtualHost") :]


@pytest.mark.parametrize(
    ("written", "new"),
    [
        ("SSLUseStapling          Off", "SSLUseStapling          On"),
        ("SSLUSESTAPLING off", "SSLUSESTAPLING on"),
        ("sslusestapling\t\tOFF", "sslusestapling\t\tON"),
        ('SSLUseStapling "off"', 'SSLUseStapling "on"'),
        ("\"SSLUseStapling\"  'Off'", "\"SSLUseStapling\"  'On'"),
        ("SSLUseStapling off   ", "SSLUseStapling on   "),
        ("SSLUseStapling off # by the audit", "SSLUseStapling on # by the audit"),
        ("SSLUseStapling off off", "SSLUseStapling on"),
        ("SSLUseStapling \\\n        Off", "SSLUseStapling \\\n        On"),
        ("SSLUseStapling\\\n        off \\\n  # why", "SSLUseStapling\\\n        on \\\n  # why"),
        ("SSLUse\\\nStapling off", "SSLUseStapling on"),
        ("SSLUseStapling  off\r", "SSLUseStapling  on\r"),
    ],
)
def test_a_rewritten_line_keeps_its_style(lab: Lab, tmp_path: Path, written: str, new: str) -> None:
    text = CACHE + tls_host(written)
    with lab.httpd(text) as httpd:
        before = (httpd.root / "site.conf").read_bytes().decode()
        repaired = fix(httpd, tmp_path, "--unsafe")
        assert _hosts(repaired) == _hosts(before.replace(written, new))
        assert httpd.start()
        assert handshake(httpd.port).staple == "good"


@pytest.mark.parametrize(
    ("written", "new"),
    [
        # Beside the lines for certificates, in their column.
        (
            "    ServerName              bad.example.com\n"
            "    SSLEngine               On\n"
            "    SSLCertificateFile      certs/no-ocsp.pem\n"
            "    SSLCertificateKeyFile   certs/no-ocsp.key\n"
            "    SSLVerifyDepth          2\n",
            "    SSLCertificateKeyFile   certs/no-ocsp.key\n"
            "    SSLUseStapling          off\n"
            "    SSLVerifyDepth          2\n",
        ),
        # Not far below, with other directives of mod_ssl.
        (
            "\tServerName bad.example.com\n"
            "\tSSLEngine on\n"
            "\tSSLCertificateFile certs/no-ocsp.pem\n"
            "\tSSLCertificateKeyFile certs/no-ocsp.key\n\n"
            "\t<Directory />\n\t\tRequire all granted\n\t</Directory>\n"
            "\tSSLVerifyDepth 2\n",
            "\tSSLCertificateKeyFile certs/no-ocsp.key\n\tSSLUseStapling off\n\n",
        ),
        # In columns of tabs.
        (
            "\tServerName\t\tbad.example.com\n"
            "\tSSLCertificateFile\tcerts/no-ocsp.pem\n"
            "\tSSLCertificateKeyFile\tcerts/no-ocsp.key\n"
            "\tSSLEngine\t\ton\n",
            "\tSSLCertificateKeyFile\tcerts/no-ocsp.key\n\tSSLUseStapling\t\toff\n\tSSLEngine\t\ton\n",
        ),
        # Not in the column of a single line.
        (
            "    ServerName bad.example.com\n"
            "    SSLEngine               on\n"
            "    SSLCertificateFile certs/no-ocsp.pem\n"
            "    SSLCertificateKeyFile certs/no-ocsp.key\n",
            "    SSLUseStapling off\n",
        ),
        # After the whole of a continued line.
        (
            "    ServerName bad.example.com\n"
            "    SSLEngine on\n"
            "    SSLCertificateFile certs/no-ocsp.pem\n"
            "    SSLCertificateKeyFile \\\n        certs/no-ocsp.key\n"
            "    ServerAdmin webmaster@example.com\n",
            "        certs/no-ocsp.key\n    SSLUseStapling off\n    ServerAdmin",
        ),
        # Below ServerName and ServerAlias, if all of mod_ssl's lines are in another file.
        (
            "    DocumentRoot /\n"
            "    ServerName bad.example.com\n"
            "    ServerAlias bad2.example.com\n"
            "    Include tls.conf\n",
            "    ServerAlias bad2.example.com\n    SSLUseStapling off\n    Include tls.conf\n",
        ),
        (
            "    ServerName    bad.example.com\n"
            "    ServerAdmin   webmaster@example.com\n"
            "    Include       tls.conf\n",
            "    ServerName    bad.example.com\n    SSLUseStapling off\n    ServerAdmin   ",
        ),
    ],
)
def test_a_new_line_of_a_host_is_beside_related_ones_in_their_columns(
    lab: Lab, tmp_path: Path, written: str, new: str
) -> None:
    files = {
        "tls.conf": "SSLEngine on\nSSLCertificateFile certs/no-ocsp.pem\n"
        "SSLCertificateKeyFile certs/no-ocsp.key\n"
    }
    others = tls_host(name="other.example.com", certificate="other")
    text = CACHE + ON + GOOD + f"<VirtualHost *:443>\n{written}</VirtualHost>\n" + others
    with lab.httpd(text, files=files) as httpd:
        assert httpd.configtest().accepted
        assert new in fix(httpd, tmp_path)
        assert httpd.start()
        assert handshake(httpd.port, "good.example.com").staple == "good"
        bad = handshake(httpd.port, "bad.example.com")
        assert bad.connected
        assert bad.staple is None
        assert "AH02218" not in httpd.log


def test_the_cache_keeps_its_columns(lab: Lab, tmp_path: Path) -> None:
    text = "SSLStaplingCache    shmcb:cache(12345)\n" + ON + GOOD
    with lab.httpd(text) as httpd:
        assert not httpd.start()
        assert fix(httpd, tmp_path).startswith("SSLStaplingCache    shmcb:cache(")
        assert httpd.start()
        assert handshake(httpd.port).staple == "good"


SPACES = st.sampled_from([" ", "  ", "\t", "\t\t", " \\\n ", "\\\r\n\t"])
NAMES = st.sampled_from(
    ["SSLUseStapling", "sslUSEstapling", '"SSLUseStapling"', "'sslusestapling'"]
)
VALUES = st.sampled_from(["on", "On", "ON", '"on"', "'On'", "on on", "x", "", '"'])
ENDS = st.sampled_from(["", " ", " # note", " \\\n # note", '\t"x'])


@given(NAMES, SPACES, VALUES, ENDS)
def test_a_line_in_any_style_has_the_new_value_for_httpd(
    name: str, space: str, value: str, end: str
) -> None:
    before, after = "<A>\n  SSLEngine on\n  ", "\n  B c\n</A>\n"
    text = f"{before}{name}{space}{value}{end}{after}"
    new = edited(text, [Edit("f", 3, Where.REPLACE, ("SSLUseStapling off",), "")])
    assert new.startswith(before)
    assert new.endswith(after)
    written = logical_lines(new).text[2].strip().replace('"', "").replace("'", "").lower()
    assert written.split("#")[0].split() == ["sslusestapling", "off"]
