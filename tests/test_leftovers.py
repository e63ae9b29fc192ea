"""What is superfluous or idle goes: lines that repeat others, and the file that fix has made."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from apachestaple.fix.editing.blocks import blocks
from apachestaple.fix.editing.headings import headings
from apachestaple.rules.rule import CACHE, tls_host
from tests.command.run import run
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.server import Httpd

ON, OFF = "SSLUseStapling on\n", "SSLUseStapling off\n"
INCLUDES = "IncludeOptional conf-enabled/*.conf\nIncludeOptional sites-enabled/*.conf\n"
A, B = (tls_host(name=f"{name}.example.com") for name in "ab")
IN_A = tls_host("SSLUseStapling on", name="a.example.com")
AVAILABLE = "conf-available/ocsp-stapling.conf"
ENABLED = "conf-enabled/ocsp-stapling.conf"


@contextmanager
def server(lab: Lab, files: Mapping[str, str], main: str = INCLUDES) -> Iterator[Httpd]:
    """A server in Debian's layout; files that are enabled are no links."""
    with lab.httpd(main, files=files) as httpd:
        for folder in ("conf-available", "conf-enabled", "sites-enabled"):
            (httpd.root / folder).mkdir(exist_ok=True)
        yield httpd


def fix(httpd: Httpd, state: Path, *options: str) -> subprocess.CompletedProcess[str]:
    done = run("fix", httpd.root / "httpd.conf", *options, env={"XDG_STATE_HOME": str(state)})
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done


def lines(httpd: Httpd, name: str) -> list[str]:
    """Each line with a directive, with its file; links are not followed."""
    return sorted(
        f"{path.relative_to(httpd.root)}: {line.strip()}"
        for path in httpd.root.rglob("*.conf")
        if not path.is_symlink()
        for line in path.read_text().splitlines()
        if name.lower() in line.lower()
    )


REPEATED = {
    "the one beside the cache": (
        {"conf-enabled/a.conf": f"{ON}{CACHE}", "conf-enabled/b.conf": "SSLUseStapling On\n"},
        "conf-enabled/a.conf: SSLUseStapling on",
    ),
    "the last": (
        {"conf-enabled/a.conf": ON, "conf-enabled/b.conf": f"{ON}{CACHE}"},
        "conf-enabled/b.conf: SSLUseStapling on",
    ),
    "the one without a site": (
        {"conf-enabled/z.conf": f"{ON}{CACHE}", "sites-enabled/a.conf": f"{ON}{A}"},
        "conf-enabled/z.conf: SSLUseStapling on",
    ),
    "the one without a condition": (
        {
            "conf-enabled/a.conf": f"<IfModule mod_ssl.c>\n{ON}</IfModule>\n",
            "conf-enabled/b.conf": f"{CACHE}<IfModule mime_module>\n</IfModule>\n"
            f"<IfModule mpm_event_module>\n{ON}</IfModule>\n",
        },
        "conf-enabled/a.conf: SSLUseStapling on",
    ),
    "in one file": (
        {"conf-enabled/a.conf": f"{ON}{CACHE}<Directory /srv>\n</Directory>\n{ON}"},
        "conf-enabled/a.conf: SSLUseStapling on",
    ),
    "three": (
        {**{f"conf-enabled/{name}.conf": ON for name in "ac"}, "conf-enabled/b.conf": CACHE + ON},
        "conf-enabled/b.conf: SSLUseStapling on",
    ),
}


@pytest.mark.parametrize("case", REPEATED)
def test_of_repeated_switches_one_stays(lab: Lab, tmp_path: Path, case: str) -> None:
    files, kept = REPEATED[case]
    with server(lab, {"sites-enabled/a.conf": A, **files}) as httpd:
        fix(httpd, tmp_path)
        assert lines(httpd, "SSLUseStapling") == [kept]
        assert httpd.start(), httpd.log
        assert handshake(httpd.port, "a.example.com").good
        assert "Nothing to repair" in fix(httpd, tmp_path).stdout


NOT_REPEATED = {
    "conditions": {
        "conf-enabled/a.conf": f"{CACHE}<IfModule mpm_event_module>\n{ON}</IfModule>\n",
        "conf-enabled/b.conf": f"<IfModule mpm_worker_module>\n{OFF}</IfModule>\n"
        f"<IfModule mod_socache_dbm.c>\n{ON}</IfModule>\n",
    },
    "conditions in one file": {
        "conf-enabled/a.conf": f"{CACHE}<IfModule mpm_event_module>\n{ON}</IfModule>\n"
        f"<IfModule mod_socache_dbm.c>\n{ON}</IfModule>\n",
    },
    "a condition around an Include": {
        "conf-enabled/a.conf": f"{CACHE}<IfModule mpm_event_module>\nInclude on.conf\n</IfModule>\n"
        f"<IfModule mod_socache_dbm.c>\n{ON}</IfModule>\n",
        "on.conf": ON,
    },
    "a variable": {
        "conf-enabled/a.conf": f"{CACHE}Define STAPLING on\nSSLUseStapling ${{STAPLING}}\n",
        "conf-enabled/b.conf": ON,
    },
    "other values": {
        "conf-enabled/a.conf": f"{CACHE}{OFF}",
        "conf-enabled/b.conf": ON,
    },
}


@pytest.mark.parametrize("case", NOT_REPEATED)
def test_a_line_that_may_be_needed_stays(lab: Lab, tmp_path: Path, case: str) -> None:
    with server(lab, {"sites-enabled/a.conf": A, **NOT_REPEATED[case]}) as httpd:
        before = lines(httpd, "SSLUseStapling")
        fix(httpd, tmp_path)
        assert lines(httpd, "SSLUseStapling") == before


def without_ocsp(httpd: Httpd) -> None:
    """The certificate is renewed by an authority without OCSP."""
    site = httpd.root / "sites-enabled/a.conf"
    site.write_text(site.read_text().replace("certs/good.", "certs/no-ocsp."))


def test_of_our_own_file_the_cache_alone_stays(lab: Lab, tmp_path: Path) -> None:
    with server(lab, {"sites-enabled/a.conf": IN_A}) as httpd:
        fix(httpd, tmp_path)
        assert lines(httpd, "SSLStaplingFakeTryLater")
        assert httpd.start(), httpd.log
        without_ocsp(httpd)
        done = fix(httpd, tmp_path)
        text = (httpd.root / AVAILABLE).read_text()
        assert [line.split()[0] for line in text.splitlines() if "SSL" in line] == [
            "SSLStaplingCache"
        ]
        assert "SSLStaplingCache stays" in done.stdout
        for how in (signal.SIGUSR1, signal.SIGHUP):
            assert httpd.reload(how)
        assert handshake(httpd.port, "a.example.com").connected


def test_our_own_file_goes_where_the_cache_is_elsewhere(lab: Lab, tmp_path: Path) -> None:
    with server(lab, {"sites-enabled/a.conf": IN_A}) as httpd:
        fix(httpd, tmp_path)
        (httpd.root / "conf-enabled/zz.conf").write_text(CACHE)
        assert httpd.start(), httpd.log
        without_ocsp(httpd)
        done = fix(httpd, tmp_path)
        assert not (httpd.root / AVAILABLE).exists()
        assert not (httpd.root / ENABLED).is_symlink()
        assert "stays" not in done.stdout
        for how in (signal.SIGUSR1, signal.SIGHUP):
            assert httpd.reload(how)
        assert handshake(httpd.port, "a.example.com").connected
        again = fix(httpd, tmp_path, "--undo")
        assert again.returncode == 0
        assert (httpd.root / ENABLED).read_text() == (httpd.root / AVAILABLE).read_text()


def test_a_file_of_that_name_that_fix_has_not_made_stays(lab: Lab, tmp_path: Path) -> None:
    own = f"# For the auditor.\n{CACHE}"
    with server(lab, {"sites-enabled/a.conf": IN_A, ENABLED: own}) as httpd:
        without_ocsp(httpd)
        fix(httpd, tmp_path)
        assert (httpd.root / ENABLED).read_text() == own


HEADINGS = {
    "a heading": (("# OCSP Stapling", ON), ()),
    "a heading of two lines": (("# OCSP", "# Stapling, see RFC 6066", ON), ()),
    "only the part about stapling": (
        ("# Managed by OPS", "# OCSP stapling", ON),
        ("# Managed by OPS",),
    ),
    "above a condition": (
        ("# OCSP stapling", "<IfModule mod_ssl.c>", ON, "</IfModule>", "", "# End"),
        ("", "# End"),
    ),
    "in a condition": (("<IfModule mod_ssl.c>", "# OCSP stapling", ON, "</IfModule>"), ()),
    "a line is left below it": (
        ("# OCSP stapling", ON, "SSLVerifyDepth 2"),
        ("# OCSP stapling", "SSLVerifyDepth 2"),
    ),
    "a line that is not about TLS is left below it": (
        ("# SSL/TLS stapling.", ON, "ServerSignature off"),
        ("ServerSignature off",),
    ),
    "Mozilla's heading": (
        ("# OCSP Stapling, only in httpd 2.3.3 and later", ON, "UseCanonicalName off", "", "#"),
        ("UseCanonicalName off", "", "#"),
    ),
    "a section is left below it": (
        ("# Enable OCSP stapling:", ON, '<Location "/">', "Options None", "</Location>"),
        ('<Location "/">', "Options None", "</Location>"),
    ),
    "two headings, and the upper one is about more": (
        ("# Hardening, OCSP stapling", "# OCSP stapling", ON, "ServerSignature off"),
        ("# Hardening, OCSP stapling", "ServerSignature off"),
    ),
    "it may be about more": (
        ("# SSL, OCSP stapling", ON, "ServerSignature off"),
        ("# SSL, OCSP stapling", "ServerSignature off"),
    ),
    "it may be about a line further below": (
        ("# OCSP stapling", ON, "ServerSignature off", "SSLVerifyDepth 2", ""),
        ("# OCSP stapling", "ServerSignature off", "SSLVerifyDepth 2", ""),
    ),
    "it may be about a condition below it": (
        ("# OCSP stapling", ON, "<IfModule mime_module>", "</IfModule>"),
        ("# OCSP stapling", "<IfModule mime_module>", "</IfModule>"),
    ),
    "a directive that is commented out": (
        ("# OCSP stapling", ON, "#SSLStaplingForceURL http://ocsp.example.com"),
        ("# OCSP stapling", "#SSLStaplingForceURL http://ocsp.example.com"),
    ),
    "another heading": (("# TLS", ON), ("# TLS",)),
    # The blank line belongs to the line below it.
    "not directly above": (("# OCSP stapling", "", ON), ("# OCSP stapling",)),
    "a block of a program": (
        ("# BEGIN ANSIBLE MANAGED BLOCK ocsp", ON, "# END ANSIBLE MANAGED BLOCK ocsp"),
        ("# BEGIN ANSIBLE MANAGED BLOCK ocsp", "# END ANSIBLE MANAGED BLOCK ocsp"),
    ),
}


@pytest.mark.parametrize("case", HEADINGS)
def test_a_heading_goes_with_its_lines(lab: Lab, tmp_path: Path, case: str) -> None:
    before, after = HEADINGS[case]
    old, new = (
        CACHE + tls_host(*(line.strip() for line in lines), certificate="no-ocsp")
        for lines in (before, after)
    )
    with lab.httpd(old) as httpd:
        done = fix(httpd, tmp_path)
        text = (httpd.root / "site.conf").read_text()
        expected = [line.strip() for line in new.splitlines()]
        shown = [line.strip().replace(str(httpd.port), "443") for line in text.splitlines()]
        assert shown[-len(expected) :] == expected
        has_block = "BEGIN" in before[0]
        assert ("Ansible writes this block again" in done.stdout) is has_block
        assert "Nothing to repair" in fix(httpd, tmp_path).stdout
        assert httpd.configtest().accepted


def test_of_a_fragment_only_lines_that_no_other_host_can_include_are_removed(
    lab: Lab, tmp_path: Path
) -> None:
    included, fragment = tmp_path / "staple.conf", tmp_path / "site.conf"
    included.write_text("SSLStaplingErrorCacheTimeout 60\n")
    own = ("SSLUseStapling on", "SSLStaplingResponderTimeout 4", "Include staple.conf")
    host = tls_host(*own, certificate="no-ocsp")
    fragment.write_text(host.replace("certs/", f"{lab.certificates_folder}/"))
    run("fix", fragment, env={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert "SSLUseStapling off\n    Include staple.conf\n" in fragment.read_text()
    assert included.read_text() == "SSLStaplingErrorCacheTimeout 60\n"


@pytest.mark.parametrize(
    ("lines", "removed", "found"),
    [
        (["# OCSP stapling", "A", "B", "", "# Stapling", "C"], [(2, 3), (6, 6)], [1, 5]),
        (["# Ciphers, stapling", "A", "B", "C"], [(2, 3)], []),
        (["SSLCipherSuite A: \\", "# OCSP stapling", "A"], [(3, 3)], []),
        (["Header set Info stapling", "A"], [(2, 2)], []),
    ],
    ids=["two blocks", "another line below", "part of a continued line", "no comment"],
)
def test_the_headings_of_removed_lines(
    lines: list[str], removed: list[tuple[int, int]], found: list[int]
) -> None:
    assert list(headings(lines, removed)) == found


def test_the_blocks_of_programs() -> None:
    text = "A\n# BEGIN ANSIBLE MANAGED BLOCK\nB\nC\n# END ANSIBLE MANAGED BLOCK\nD\n# BEGIN x\nE\n"
    found = list(blocks(text))
    assert found == [(2, "# BEGIN ANSIBLE MANAGED BLOCK", ("B", "C"))]
    text = "#-- start managed zone x --\nA\n#-- end managed zone x --\n# BEGIN y\n# END y\n"
    found += blocks(text)
    assert [block.writer for block in found] == ["Ansible", "Salt", "another program"]
