"""Absolute paths for the paths of a configuration."""

from __future__ import annotations

import posixpath
import re


def windows_path(path: str) -> str:
    """``C:/Apache24`` as ``/c:/Apache24``; any other path is returned unchanged."""
    if _DRIVE.match(path) is None:
        return path
    return f"/{path[0].lower()}{path[1:]}".replace("\\", "/")


_DRIVE = re.compile(r"[A-Za-z]:[/\\]")


def server_root_relative(server_root: str, path: str) -> str:
    """``path`` without dots and double slashes, relative to ``server_root``.

    A slash at its end is kept, because only a folder can have that name.
    """
    joined = path
    if server_root and not path.startswith("/"):
        joined = f"{server_root.removesuffix('/')}/{path}"
    if "//" in joined or "/." in joined:
        slash = "/" if joined.endswith(("/", "/.", "/..")) else ""
        joined = posixpath.normpath(joined).rstrip("/") + slash
        joined = joined[1:] if joined.startswith("//") else joined or "/"
    return joined
