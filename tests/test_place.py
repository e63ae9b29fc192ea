"""Into which file fix writes a line, where several would do for a reader and one does for httpd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apachestaple.rules.rule import tls_host
from tests.command.run import run
from tests.lab.handshake import handshake

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.play import Lab

SHARED = {"tls.conf": "SSLSessionTickets off\n"}
HOST = tls_host("SSLUseStapling on", "Include tls.conf")


@pytest.mark.parametrize(
    "main_server",
    [
        # The file's lines are the main server's and the host's.
        "Include tls.conf\n",
        # A macro's are of whoever uses it.
        "LoadModule macro_module modules/mod_macro.so\n"
        "<Macro TLS>\nSSLSessionTickets off\n</Macro>\nUse TLS\n",
    ],
    ids=["file", "macro"],
)
def test_a_cache_is_not_set_where_a_host_would_set_it_too(
    lab: Lab, tmp_path: Path, main_server: str
) -> None:
    host = HOST.replace("Include tls.conf", "Use TLS") if "Macro" in main_server else HOST
    with lab.httpd(main_server + host, files=SHARED) as httpd:
        assert not httpd.start(), "there is no cache"
        state = {"XDG_STATE_HOME": str(tmp_path)}
        done = run("fix", httpd.root / "httpd.conf", "--configtest", "never", env=state)
        assert done.returncode == 0, done.stderr
        assert httpd.configtest().accepted
        assert httpd.start()
        assert handshake(httpd.port).staple == "good"
        assert (httpd.root / "tls.conf").read_text() == SHARED["tls.conf"]
