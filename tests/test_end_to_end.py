"""The main job on a real server: rejected, linted, repaired, stapling."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from apachestaple.rules.rule import tls_host
from tests.command.run import run
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.lab.play import Lab
    from tests.lab.server import Httpd


def apachestaple(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {"XDG_STATE_HOME": str(home / "state"), "NO_COLOR": "1"}
    return run(*arguments, cwd=home, env=environment)


def name(host: str) -> str:
    return f"{host}.example.com"


HOSTS = {
    "good": tls_host(
        "SSLUseStapling on", "SSLCertificateChainFile certs/chain.pem", name=name("good")
    ),
    "no-uri": tls_host("SSLUseStapling on", name=name("no-uri"), certificate="no-ocsp"),
    "no-issuer": tls_host("SSLUseStapling on", name=name("no-issuer"), certificate="leaf-only"),
    "https": tls_host("SSLUseStapling on", name=name("https"), certificate="https-responder"),
    "must-staple": tls_host(name=name("must-staple"), certificate="must-staple"),
    "two": tls_host(
        "SSLCertificateFile certs/rsa.pem",
        "SSLCertificateKeyFile certs/rsa.key",
        "SSLUseStapling on",
        name=name("two"),
    ),
    "curly": tls_host("SSLUseStapling “on”", name=name("curly"), certificate="other"),
    "inside": tls_host(
        "SSLUseStapling on",
        "SSLStaplingCache shmcb:logs/inside(128000)",
        name=name("inside"),
        certificate="third",
    ),
}
STAPLING = ["good", "no-issuer", "must-staple", "two", "curly", "inside"]
SERVING = ["no-uri", "https"]


def tree(lab: Lab) -> Httpd:
    files = {f"sites/{host}.conf": text for host, text in HOSTS.items()}
    return lab.httpd("# the hosts\nInclude sites/*.conf\n", files=files)


def rules(report: str) -> dict[str, set[str]]:
    """From file name to the rules found in it."""
    found: dict[str, set[str]] = {}
    for finding in json.loads(report)["findings"]:
        if finding["severity"] != "info":
            found.setdefault(os.path.basename(finding["file"]), set()).add(finding["rule"])
    return found


def test_eight_hosts_are_repaired_and_staple(lab: Lab, tmp_path: Path) -> None:
    httpd = tree(lab)
    assert not httpd.configtest().accepted
    main = str(httpd.root / "httpd.conf")

    before = apachestaple("lint", main, "--format", "json", home=tmp_path)
    assert before.returncode == 1
    assert rules(before.stdout) == {
        "no-uri.conf": {"AS304"},
        "no-issuer.conf": {"AS305"},
        "https.conf": {"AS401"},
        "must-staple.conf": {"AS306"},
        "curly.conf": {"AS106"},
        "inside.conf": {"AS202"},
    }

    shown = apachestaple("fix", "--diff", main, home=tmp_path)
    assert shown.returncode == 1, "there is something to change"
    assert not httpd.configtest().accepted, "and --diff changes nothing"
    fixed = apachestaple("fix", main, "--configtest", "always", home=tmp_path)
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr

    assert httpd.start(), httpd.log
    for host in STAPLING:
        made = handshake(httpd.port, name(host))
        assert made.staple == "good", (host, made.raw)
        assert "OCSP Response Status: successful" in made.raw
    for host in SERVING:
        made = handshake(httpd.port, name(host))
        assert made.connected, host
        assert made.staple is None, host
    httpd.stop()
    assert not httpd.log_ids() & {"AH02217", "AH02218", "AH02604", "AH01940"}

    after = apachestaple("lint", main, "--format", "json", home=tmp_path)
    assert after.returncode == 0
    assert rules(after.stdout) == {}

    texts = {path: path.read_bytes() for path in httpd.root.glob("**/*.conf")}
    again = apachestaple("fix", main, "--configtest", "always", home=tmp_path)
    assert again.returncode == 0
    assert "Nothing to repair" in again.stdout
    assert {path: path.read_bytes() for path in texts} == texts


def test_what_fix_leaves_alone_stays_byte_for_byte(lab: Lab, tmp_path: Path) -> None:
    httpd = tree(lab)
    sites = {path: path.read_text() for path in (httpd.root / "sites").iterdir()}
    apachestaple("fix", str(httpd.root / "httpd.conf"), home=tmp_path)
    for path, old in sites.items():
        assert others(path.read_text()) == others(old)


def others(text: str) -> list[str]:
    """The lines that are not about stapling; fix gives a host the chain of another one."""
    about = ("Stapling", "SSLCertificateChainFile", "# apachestaple: ")
    return [line for line in text.splitlines() if not any(word in line for word in about)]


def test_fix_heeds_select_and_comments(lab: Lab, tmp_path: Path) -> None:
    files = {f"sites/{host}.conf": text for host, text in HOSTS.items()}
    note = "    # apachestaple: ignore[AS304]\n    SSLCertificateFile"
    files["sites/no-uri.conf"] = HOSTS["no-uri"].replace("    SSLCertificateFile", note)
    httpd = lab.httpd("Include sites/*.conf\n", files=files)
    main = str(httpd.root / "httpd.conf")
    apachestaple("fix", main, "--select", "AS304,AS401", home=tmp_path)
    changed = {
        name
        for name, text in files.items()
        if "SSLUseStapling" in text and "SSLUseStapling" not in (httpd.root / name).read_text()
    }
    assert changed == {"sites/https.conf"}


def test_a_fragment_is_not_switched_on(tmp_path: Path, lab: Lab) -> None:
    fragment = tmp_path / "site.conf"
    text = tls_host().replace("certs/", f"{lab.certificates_folder}/")
    fragment.write_text(text)
    assert apachestaple("fix", str(fragment), home=tmp_path).returncode == 0
    assert fragment.read_text() == text
