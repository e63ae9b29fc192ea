"""New lines in the files of packages: they replace comments, and separate no lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import tls_host
from tests.lab.handshake import handshake
from tests.test_leftovers import fix

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

# As in httpd's own extra/httpd-ssl.conf.
STOCK = """SSLSessionCache        "shmcb:logs/ssl_scache(512000)"
SSLSessionCacheTimeout  300

#   OCSP Stapling (requires OpenSSL 0.9.8h or later)
#
#   This feature is disabled by default and requires at least
#   the two directives SSLUseStapling and SSLStaplingCache.
#
#   Enable stapling for all SSL-enabled servers:
#SSLUseStapling On

#   Define a relatively small cache for OCSP Stapling using
#   the same mechanism that is used for the SSL session cache
#SSLStaplingCache "shmcb:logs/ssl_stapling(32768)"

#   Seconds before valid OCSP responses are expired from the cache
#SSLStaplingStandardCacheTimeout 3600

"""
HOSTS = "".join(tls_host(name=f"{name}.example.com") for name in "ab")
USED = (
    STOCK.replace("#SSLUse", "SSLUse")
    .replace("#SSLStaplingCache", "SSLStaplingCache")
    .replace("32768", "65536")
)
ERRORS = "SSLStaplingReturnResponderErrors off\nSSLStaplingFakeTryLater off\n"
PLAIN = "SSLSessionCache shmcb:logs/scache(512000)\nSSLSessionCacheTimeout  300\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_comments_of_a_package_are_used(lab: Lab, tmp_path: Path, newline: str) -> None:
    stock = STOCK.replace("\n", newline)
    main = "Include extra/httpd-ssl.conf\nInclude vhosts.d/a.conf\n"
    files = {"extra/httpd-ssl.conf": stock, "vhosts.d/a.conf": HOSTS}
    with lab.httpd(main, files=files) as httpd:
        fix(httpd, tmp_path)
        text = (httpd.root / "extra/httpd-ssl.conf").read_bytes().decode()
        on = "SSLUseStapling On\n"
        size = text.partition("ssl_stapling(")[2].partition(")")[0]
        used = USED.replace("65536", size).replace(on, on).replace("\n", newline)
        assert int(size) > 32768
        errors = ERRORS.replace("\n", newline)
        assert text.replace(errors, "") == used
        assert errors in text
        assert httpd.start(), httpd.log
        assert all(handshake(httpd.port, f"{name}.example.com").good for name in "ab")
        assert "Nothing to repair" in fix(httpd, tmp_path).stdout
        fix(httpd, tmp_path, "--undo")
        assert (httpd.root / "extra/httpd-ssl.conf").read_bytes().decode() == stock


@pytest.mark.parametrize(
    "comment",
    [
        "# SSLStaplingCache must be set in the main server\n",
        "# SSLStaplingCache shmcb:logs/ssl_stapling(32768) \\\n#   continued\n",
        "<IfModule mod_socache_dbm.c>\n#SSLStaplingCache dbm:logs/stapling\n</IfModule>\n",
        "<VirtualHost *:8443>\n#SSLStaplingCache shmcb:logs/stapling(32768)\n</VirtualHost>\n",
        "<IfModule mod_mpm_worker.c>\n#SSLStaplingCache shmcb:logs/stapling(32768)\n</IfModule>\n",
    ],
)
def test_other_comments_stay(lab: Lab, tmp_path: Path, comment: str) -> None:
    ssl = PLAIN + comment
    main = "Include extra/httpd-ssl.conf\nInclude vhosts.d/a.conf\n"
    with lab.httpd(main, files={"extra/httpd-ssl.conf": ssl, "vhosts.d/a.conf": HOSTS}) as httpd:
        before = (httpd.root / "extra/httpd-ssl.conf").read_text()
        fix(httpd, tmp_path)
        after = (httpd.root / "extra/httpd-ssl.conf").read_text()
        kept = [line for line in after.splitlines() if line in before.splitlines()]
        assert kept == before.splitlines()
        assert after.startswith(PLAIN), "the two lines belong together"
        assert "\nSSLStaplingCache shmcb:logs/ssl_stapling(" in after
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, "a.example.com").good


@pytest.mark.parametrize("end", ["\n# End.\n", ""], ids=["a comment", "the end of the file"])
def test_a_line_is_added_behind_those_that_belong_together(
    lab: Lab, tmp_path: Path, end: str
) -> None:
    own = f"SSLStaplingCache shmcb:logs/stapling(131072)\nSSLStaplingResponderTimeout 4{end}"
    with lab.httpd("Include tls.conf\n" + HOSTS, files={"tls.conf": own}) as httpd:
        fix(httpd, tmp_path)
        lines = (httpd.root / "tls.conf").read_text().splitlines()
        assert lines[:2] == own.splitlines()[:2]
        assert lines[len(lines) - end.count("#") :] == own.splitlines()[2:]
        assert set(ERRORS.splitlines()) < set(lines[2:])


COMMENTS = '#SSLUseStapling On\n#SSLStaplingCache "shmcb:logs/ssl_stapling(131072)"\n'
UNCOMMENTED = COMMENTS.replace("#", "")
FOLDER = "<Directory /srv>\n    Require all granted\n</Directory>\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{COMMENTS}{FOLDER}{PLAIN}", f"{UNCOMMENTED}{FOLDER}{PLAIN}"),
        (f"{PLAIN}{FOLDER}{COMMENTS}", f"{PLAIN}{FOLDER}{UNCOMMENTED}"),
        (f"{PLAIN}<IfModule mime_module>\n{COMMENTS}</IfModule>\n", None),
        (f"{COMMENTS}Include more.conf\n{PLAIN}", None),
    ],
    ids=["above", "below", "in a section", "above an Include"],
)
def test_comments_far_away_are_used_in_the_same_section(
    lab: Lab, tmp_path: Path, before: str, after: str | None
) -> None:
    files = {"vhosts.d/a.conf": HOSTS, "more.conf": "ServerTokens Prod\n"}
    with lab.httpd(f"{ERRORS}{before}Include vhosts.d/a.conf\n", files=files) as httpd:
        site = httpd.root / "site.conf"
        fix(httpd, tmp_path)
        if after is None:
            assert COMMENTS in site.read_text()
        else:
            assert after in site.read_text()
            assert site.read_text().count("SSLUseStapling") == 1
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, "a.example.com").good
        assert "Nothing to repair" in fix(httpd, tmp_path).stdout


def test_of_two_comments_the_nearer_one_is_used(lab: Lab, tmp_path: Path) -> None:
    text = f"{COMMENTS}{FOLDER}{PLAIN}{COMMENTS}{ERRORS}"
    with lab.httpd(f"{text}Include vhosts.d/a.conf\n", files={"vhosts.d/a.conf": HOSTS}) as httpd:
        fix(httpd, tmp_path)
        used = f"{COMMENTS}{FOLDER}{PLAIN}{UNCOMMENTED}{ERRORS}"
        assert used in (httpd.root / "site.conf").read_text()


def test_comments_of_a_main_file_without_tls_are_used(lab: Lab, tmp_path: Path) -> None:
    with lab.httpd(HOSTS) as httpd:
        main = httpd.root / "httpd.conf"
        text = main.read_text()
        unused = text.replace("LoadModule ssl_module", f"{COMMENTS}LoadModule ssl_module")
        main.write_text(unused + COMMENTS)
        fix(httpd, tmp_path)
        assert main.read_text().startswith(unused + UNCOMMENTED)
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, "a.example.com").good
