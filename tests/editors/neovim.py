"""Neovim without a terminal, with the settings in docs/how-to/editors.md."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.project import ROOT

_SCRIPT = Path(__file__).with_name("neovim.lua")


def settings(version: str) -> str:
    """The first lines of Lua behind the words of docs/how-to/editors.md that name a version."""
    page = (ROOT / "docs/how-to/editors.md").read_text()
    found = re.search(
        rf"^Neovim {re.escape(version)}[^\n]*:\n\n```lua\n(.*?)^```", page, re.MULTILINE | re.DOTALL
    )
    assert found, version
    return found[1]


def played(file: Path, folder: Path, *, program: str = "nvim", version: str) -> dict[str, Any]:
    """What happens in Neovim after a file is opened; see neovim.lua."""
    (folder / "init.lua").write_text(settings(version))
    result = folder / "result.json"
    commands = os.path.dirname(sys.executable)
    environment = {
        **os.environ,
        "PATH": f"{commands}:{os.environ['PATH']}",
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "AS_FILE": str(file),
        "AS_RESULT": str(result),
    }
    done = subprocess.run(
        [program, "--headless", "-n", "-u", folder / "init.lua", "-c", f"luafile {_SCRIPT}"],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.exists(), done.stderr
    found: dict[str, Any] = json.loads(result.read_text())
    assert "error" not in found, (found, done.stderr)
    return found
