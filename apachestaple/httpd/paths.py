"""Where the files that a configuration names really are, and their text.

A configuration is often read away from the server that it is for: ``--root`` says where the
server's root folder is here, ``--map`` where a prefix of its paths is.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Paths:
    """Finds and reads the files of one configuration.

    Attributes:
        root: folder that stands for the server's ``/``; ``""`` for this machine's own.
        maps: pairs of a path prefix on the server and the folder that holds it here.
        texts: texts that stand for those on the disk, by real path: edits not yet written.

    """

    root: str = ""
    maps: tuple[tuple[str, str], ...] = ()
    texts: dict[str, str] = field(default_factory=dict)

    def real(self, path: str) -> str:
        """The path here of what the server calls ``path``, an absolute path.

        A path that lies inside the root folder or a mapped folder is already a path here, unless
        a map says that what would be there is elsewhere.
        """
        if not self.maps and not self.root:
            return path
        for server, here in self.maps:
            if is_inside(path, here) and not (is_inside(server, here) and is_inside(path, server)):
                return path
            if is_inside(path, server):
                return os.path.normpath(here + "/" + path[len(server) :].lstrip("/"))
        if self.root and not is_inside(path, self.root):
            return os.path.normpath(self.root + "/" + path.lstrip("/"))
        return path

    def text(self, path: str) -> str:
        """The text of a file, every byte of it kept.

        Raises:
            OSError: it cannot be read.

        """
        if self.texts:
            text = self.texts.get(os.path.realpath(path))
            if text is not None:
                return text
        return content(path).decode("utf-8", "surrogateescape")

    def exists(self, path: str) -> bool:
        return os.path.exists(self.real(path))


def is_inside(path: str, folder: str) -> bool:
    """Whether a path is that of a folder or of something in it."""
    folder = folder.rstrip("/")
    return path == folder or path.startswith(folder + "/")


def content(path: str) -> bytes:
    """The bytes of a regular file, or of /dev/null (ap_pcfg_openfile).

    By the system's own calls: Python's file objects take ten times as long to make as a file of
    this kind to read. Raises OSError where it cannot be read.
    """
    # Opening a pipe must not wait for somebody to write.
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) and path != os.devnull:
            raise PermissionError(errno.EACCES, "not a regular file", path)
        data = os.read(handle, status.st_size + 1)
        if len(data) != status.st_size:
            parts = [data]
            while part := os.read(handle, 1 << 20):
                parts.append(part)
            data = b"".join(parts)
    except OSError as error:
        # What was opened by a handle has no name in the error.
        error.filename = path
        raise
    finally:
        os.close(handle)
    return data
