"""Fuzz targets of what is more than text: a settings file, a template, and a whole fix."""

from __future__ import annotations

import tempfile
from pathlib import Path

from apachestaple.fix.editing.diff import diffs
from apachestaple.fix.outcome import FixError, FixRequest
from apachestaple.fix.run import run_fix
from apachestaple.httpd.modules import DEBIAN_BUILT_IN
from apachestaple.httpd.paths import Paths
from apachestaple.httpd.start import Start, Starts
from apachestaple.rules.catalogue import all_rules
from apachestaple.settings import SettingsError, load_settings
from apachestaple.templating import TemplateProblemError, Templates

_TEXT_LIMIT = 16 * 1024 * 1024


def fuzz_settings(data: bytes) -> None:
    """Whatever a settings file holds, it gives settings or one error."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "apachestaple.toml")
        path.write_bytes(data)
        try:
            settings = load_settings({}, config=str(path))
        except SettingsError:
            return
        assert settings.format in {"text", "json", "github"}


def fuzz_template(data: bytes) -> None:
    """Whatever a template holds, it gives a text of limited length or one error."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "page.j2").write_bytes(data)
        try:
            text = Templates(folder).render("page.j2", {"name": "value", "numbers": [1, 2]})
        except TemplateProblemError:
            return
        assert len(text) <= _TEXT_LIMIT


def fuzz_fix(data: bytes) -> None:
    """Whatever a main file holds, fix gives a diff or one error, and writes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        main = Path(folder, "httpd.conf")
        main.write_bytes(data)
        start = Start(
            str(main),
            folder,
            Paths(),
            version=lambda: (2, 4, 71),
            defines={},
            environment={},
            built_in=DEBIAN_BUILT_IN | {"macro_module", "ssl_module", "socache_shmcb_module"},
        )
        try:
            outcome = run_fix(Starts((start,)), _REQUEST)
        except FixError:
            return
        "".join(diffs(outcome.files)).encode("utf-8", "surrogateescape")
        assert main.read_bytes() == data
        assert not outcome.written


_REQUEST = FixRequest(
    diff=True,
    output=None,
    templates=None,
    backup=False,
    outside=False,
    generated=False,
    configtest="never",
    rules=all_rules(),
)
