"""A tree written by an attacker: no command shows a control character or a CI runner's command."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from typing import TYPE_CHECKING

import pytest

from tests.command.run import run, run_bytes
from tests.lab.ca import Authority
from tests.test_cli import on_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What a terminal, an editor or a CI runner would act on. A line of a configuration has no line end.
EVIL = (
    "\x1b[31m\x07\x9b2J\u202e\u2066\u200f\u061c\u200b\ufeff\u3164\U000e0041\x7f"
    "##vso[task.setvariable variable=a]b ##[error]c ##teamcity[d] ::set-output name=a::b ::error::c"
)
LINE = f"\r::error file=a::b\r{EVIL}"
NAME = f"::warning::a\n::error::b\r{EVIL}"
SITE = """\
# {line}
<VirtualHost *:443>
    ServerName "a{evil}"
    SSLEngine on
    SSLCertificateFile "certs/{evil}.pem"
    SSLUseStaplin "{evil}"
    SSLUseStapling on "{evil}"
    SSLStaplingResponderTimeout "{evil}"
    SSLStaplingForceURL "::error::{evil}"
    SSLOCSPProxyURL "http://proxy{evil}:3128"
</VirtualHost>
<VirtualHost *:443>
    ServerName b.example
    SSLEngine on
    SSLCertificateFile certs/named.pem
    SSLUseStapling on
</VirtualHost>
<VirtualHost "{evil}">
Include "{evil}"
</VirtualHost>
Include "gone{evil}.conf"
{line}
"""
LOG = """\
[Sun Nov 22 14:05:14.000000 2026] [ssl:error] [pid 1:tid 1] AH02218: {message}: no OCSP URI in \
certificate and no SSLStaplingForceURL set for server {evil}:443 \
[subject: CN={evil} / issuer: CN={evil} / serial: 01]
{line}
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree, whose names are hostile, too."""
    # httpd takes brackets in the path of an Include for a pattern.
    root = tmp_path_factory.mktemp("hostile") / "tree\x1b\u202e ::error::c"
    (root / "sites").mkdir(parents=True)
    text = [f"ServerRoot '{root}'", "LoadModule ssl_module modules/mod_ssl.so", "Listen 443"]
    text += ["SSLStaplingCache shmcb:x(1)", "Include sites/*.conf", LINE, ""]
    (root / "httpd.conf").write_text("\n".join(text), encoding="utf-8")
    site = SITE.format(line=LINE, evil=EVIL).encode()
    (root / f"sites/{NAME[:90]}.conf").write_bytes(site + b"# \xff\xfe\x80\n")
    authority = Authority(root / "certs", "http://192.0.2.7/", write_keys=False)
    uris = ["http://192.0.2.7/" + NAME.encode("ascii", "ignore").decode(), "::error::a", "=1"]
    authority.issue("named", subject="a\x1b[31m\u202e##vso[a]b ::error::c", ocsp=uris)
    shutil.copy(root / "certs/named.pem", root / f"certs/{NAME[:90]}.pem")
    (root / "error.log").write_text(
        LOG.format(message="ssl_stapling_init_cert", line=LINE, evil=EVIL), encoding="utf-8"
    )
    return root


def wrong(text: str) -> Iterator[str]:
    """What must not be in the output."""
    for character in text:
        if character != "\n" and unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Cs"}:
            yield f"{character!r} in {text[max(0, text.index(character) - 60) :][:120]!r}"
    for line in text.splitlines():
        # Annotations for GitHub are commands of our own, whose texts have none.
        inner = re.sub(r"^::(?:error|warning|notice) [^:]*::", "", line)
        if re.search(r"##\w*\[|::[A-Za-z][\w-]*(?: [^\n]*?)?::|^\s*::", inner):
            yield line


COMMANDS = {
    "lint": ["lint", "{tree}"],
    "lint of a fragment": ["lint", "{site}"],
    "lint as JSON": ["lint", "--format", "json", "{tree}"],
    "lint in one line each": ["lint", "--format", "concise", "{tree}"],
    "lint for GitLab": ["lint", "--format", "gitlab", "{tree}"],
    "lint as SARIF": ["lint", "--format", "sarif", "{tree}"],
    "lint as JUnit": ["lint", "--format", "junit", "{tree}"],
    "lint for GitHub": ["lint", "--format", "github", "{tree}"],
    "lint of nothing": ["lint", "{tree}/gone"],
    "settings that are gone": ["lint", "--config", "{tree}/gone.toml", "{tree}"],
    "a rule that is none": ["lint", "--select", EVIL.replace("\0", ""), "{tree}"],
    "online": ["lint", "--online", "{tree}"],
    "check": ["responders", "--check", "{tree}"],
    "check as JSON": ["responders", "--check", "--format", "json", "{tree}"],
    "fix": ["fix", "--output", "{out}", "--configtest", "never", "{tree}"],
    "dump as JSON": ["dump", "--format", "json", "{tree}"],
    "hosts": ["hosts", "{tree}"],
    "hosts as JSON": ["hosts", "--format", "json", "{tree}"],
    "responders": ["responders", "{tree}"],
    "responders as JSON": ["responders", "--format", "json", "{tree}"],
    "responders as CSV": ["responders", "--format", "csv", "{tree}"],
    "responders for squid": ["responders", "--format", "squid", "{tree}"],
    "responders of a certificate": ["responders", "{certificate}"],
    "explain": ["explain", "{tree}/error.log"],
    "explain by a configuration": ["explain", "--config", "{tree}", "{tree}/error.log"],
    "explain as JSON": ["explain", "--format", "json", "{tree}/error.log"],
    "a command that is none": [EVIL.replace("\0", "")],
    "an option that is none": ["lint", "--" + EVIL.replace("\0", "")],
    "too many arguments": ["dump", "{tree}", EVIL.replace("\0", "")],
    "an option without value": ["lint", "{tree}", "--no" + EVIL.replace("\0", "") + "=1"],
    "probe": ["probe", "--from", "{tree}", "--address", "127.0.0.1", "--timeout", "1"],
}
# For programs they are exact, so that patch and httpd's own dump can be compared with them.
ON_TERMINALS = {"dump": ["dump", "{tree}"], "diff": ["fix", "--diff", "{tree}"]}


def filled(words: list[str], tree: Path, tmp_path: Path) -> list[str]:
    places = {
        "{tree}": tree,
        "{out}": tmp_path / "out",
        "{site}": next((tree / "sites").iterdir()),
        "{certificate}": max((tree / "certs").glob("*.pem"), key=lambda path: len(path.name)),
    }
    for name, place in places.items():
        words = [word.replace(name, str(place)) for word in words]
    return words


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_that_is_piped_has_a_control_character_or_a_command(
    tree: Path, tmp_path: Path, command: str
) -> None:
    words = filled(COMMANDS[command], tree, tmp_path)
    done = run(*words, env={"XDG_STATE_HOME": str(tmp_path)})
    said = done.stdout + done.stderr
    assert "\\x1b" in said or "\\u001b" in said
    assert not list(wrong(done.stdout.replace("\r\n", "\n"))), done.stdout
    assert not list(wrong(done.stderr)), done.stderr


@pytest.mark.parametrize("terminal", ["colour", "NO_COLOR", "dumb"])
@pytest.mark.parametrize(
    "command", ["lint", "lint in one line each", "lint for GitHub", *ON_TERMINALS]
)
def test_nothing_on_a_terminal_has_one_either(
    tree: Path, tmp_path: Path, command: str, terminal: str
) -> None:
    words = filled((COMMANDS | ON_TERMINALS)[command], tree, tmp_path)
    variables = {"NO_COLOR": {"NO_COLOR": "1"}, "dumb": {"TERM": "dumb"}}.get(terminal, {})
    shown = on_terminal(*words, XDG_STATE_HOME=str(tmp_path), **variables).replace("\r\n", "\n")
    if terminal == "colour":
        # Colours, and links to the documentation of the rules.
        shown = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;;(file:///[!-~]*)?\x1b\\", "", shown)
    assert r"\x1b[31m" in shown
    if command in ON_TERMINALS:
        assert not {character for character in shown if not character.isprintable()} - {"\n"}
    else:
        assert not list(wrong(shown)), shown


def test_a_diff_for_patch_and_a_dump_for_programs_have_every_byte(
    tree: Path, tmp_path: Path
) -> None:
    for words in ON_TERMINALS.values():
        done = run_bytes(*filled(words, tree, tmp_path), env={"XDG_STATE_HOME": str(tmp_path)})
        assert os.fsencode(EVIL) in done.stdout
