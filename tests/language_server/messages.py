"""Sends wrong messages to the language server: ``python -m tests.language_server.messages``.

No message may end the server, or make it show a traceback. At the end, it answers a request.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from tests.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 300
# The number of messages between pauses, and seconds.
_AT_ONCE = 10
_PAUSE = 0.04
# These end a session, as they should.
_ENDING = {types.EXIT, types.SHUTDOWN, types.INITIALIZE}
_METHODS = sorted(types.METHOD_TO_TYPES.keys() - _ENDING)
_USED = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.TEXT_DOCUMENT_DID_SAVE,
    types.TEXT_DOCUMENT_CODE_ACTION,
    types.TEXT_DOCUMENT_HOVER,
    types.TEXT_DOCUMENT_DEFINITION,
    types.TEXT_DOCUMENT_COMPLETION,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
    types.WORKSPACE_EXECUTE_COMMAND,
    types.CANCEL_REQUEST,
)
_TEXTS = (
    "",
    "\0",
    "\ud800 \udcff\n",
    "SSLUseStaplin on\r<VirtualHost *:443>\r\n\fSSLEngine on\u2028",
    "Include loop.conf\nInclude folder\nInclude /etc/passwd\nInclude ../*\nInclude /dev/zero\n",
    "<Macro m $a>\nUse m $a\n</Macro>\nUse m m\nSSLStaplingCache shmcb:x(1)\n",
    "SSLUseStapling \\\n" * 500,
    "<VirtualHost *:443>\n" * 300,
    "Define A ${A}${A}\n" * 100,
    "ServerRoot /\nSSLCertificateFile /proc/self/environ\nSSLUseStapling on\nSSLEngine on\n",
    "{% if x %}\nSSLUseStapling on\n{% else %}\n</VirtualHost>\n{% endif %}\n",
)
_URIS = (
    "file:///etc/passwd",
    "file:///etc/apache2/apache2.conf",
    "file://elsewhere.example.com/etc/passwd",
    "file:///tmp/%00.conf",
    "file:///%ff%fe.conf",
    "file:///tmp/../../../dev/zero",
    "file:///proc/self/mem",
    "file:relative.conf",
    "file:",
    "untitled:Untitled-1",
    "https://example.com/httpd.conf",
    "//[",
    "file://[/x",
    "\ud800",
    "",
    "file:///" + "a/" * 5000,
)


class _Random:
    """Random messages about files in a folder."""

    def __init__(self, chance: random.Random, folder: Path) -> None:
        self._chance = chance
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        self._uris = [path.as_uri() for path in files] * 3 + list(_URIS)

    def frame(self) -> bytes:
        """A message, or what is none."""
        chance = self._chance
        body = self._body()
        length = len(body)
        kind = chance.randrange(12)
        if kind == 0:
            return chance.randbytes(chance.randrange(200)) + b"\r\n"
        if kind == 1:
            return b"Content-Length: %d\r\n\r\n%b\r\n" % (chance.randrange(length + 1), body)
        if kind == 2:
            more = chance.randrange(1, 100)
            return b"Content-Length: %d\r\n\r\n%b%b" % (length + more, body, b" " * more)
        if kind == 3:
            number = chance.choice([b"", b"-1", b"0", b"x", b"9" * 5000, b"1e3", b"\xff"])
            return b"Content-Length: %b\r\n\r\n" % number
        headers = chance.choice([b"", b"", b"X-Unknown: 1\r\n", b"content-type: utf-16\r\n"])
        return b"Content-Length: %d\r\n%b\r\n%b" % (length, headers, body)

    def _body(self) -> bytes:
        chance = self._chance
        kind = chance.randrange(20)
        if kind == 0:
            return chance.randbytes(chance.randrange(1, 300))
        if kind == 1:
            return b"[" * chance.randrange(1, 100_000)
        if kind == 2:
            return json.dumps([self._message()] * 2).encode()
        if kind == 3:
            text = json.dumps(self._message())
            return text[: chance.randrange(1, len(text))].encode()
        return json.dumps(self._message()).encode()

    def _message(self) -> dict[str, Any]:
        chance = self._chance
        message: dict[str, Any] = {"jsonrpc": "2.0"}
        if chance.random() < 0.1:
            message |= {"id": self._any(1), chance.choice(["result", "error"]): self._any(2)}
            return message
        method = chance.choice(_USED if chance.random() < 0.8 else _METHODS)
        message |= {"method": method, "params": self._parameters()}
        is_notification = method.startswith(("textDocument/did", "$"))
        if chance.random() < (0.1 if is_notification else 0.9):
            message["id"] = chance.choice([1, "a", chance.randrange(10**6)])
        if chance.random() < 0.1:
            message[chance.choice(["jsonrpc", "id", "method", "params"])] = self._any(1)
        return message

    def _parameters(self) -> dict[str, Any]:
        """Parameters that are right for most methods, except for some of them."""
        chance = self._chance
        found: dict[str, Any] = {
            "textDocument": {
                "uri": chance.choice(self._uris),
                "languageId": "apacheconf",
                "version": chance.choice([1, 2, 3, -1, 2**31 - 1]),
                "text": chance.choice(_TEXTS),
            },
            "position": self._position(),
            "range": self._range(),
            "context": {"diagnostics": [], "only": chance.choice([None, ["quickfix"], ["source"]])},
            "contentChanges": [
                {"text": chance.choice(_TEXTS), **self._place()} for _ in range(chance.randrange(3))
            ],
            "changes": [{"uri": chance.choice(self._uris), "type": chance.randrange(5)}],
            "command": "apachestaple.fix",
            "id": chance.choice([1, "a"]),
        }
        while chance.random() < 0.2:
            found[chance.choice(list(found))] = self._any(2)
        return found

    def _place(self) -> dict[str, Any]:
        return {"range": self._range()} if self._chance.random() < 0.7 else {}

    def _range(self) -> dict[str, Any]:
        return {"start": self._position(), "end": self._position()}

    def _position(self) -> dict[str, Any]:
        numbers = [0, 1, 2, 5, 10, 1000, 2**31 - 1, -1, 1.5, None]
        chosen = self._chance.choices(numbers, [9, 9, 9, 9, 9, 3, 3, 1, 1, 1], k=2)
        return dict(zip(("line", "character"), chosen, strict=True))

    def _any(self, depth: int) -> Any:
        chance = self._chance
        kind = chance.randrange(8 if depth else 6)
        if kind < 6:
            return [None, True, -(2**70), 1e308, "\ud800\0", chance.choice(_URIS)][kind]
        if kind == 6:
            return [self._any(depth - 1) for _ in range(chance.randrange(4))]
        return {chance.choice(["uri", "id", "start"]): self._any(depth - 1) for _ in range(3)}


def send(number: int, seed: str) -> None:
    """Send so many messages; raises AssertionError if the server has ended."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make_tree(folder)
        chance = random.Random(seed)
        frames = [_Random(chance, folder).frame() for _ in range(number)]
        _check(frames, folder)


def _check(frames: list[bytes], folder: Path) -> None:
    command = [sys.executable, "-m", "apachestaple", "server", "--stdio"]
    first: dict[str, Any] = {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        printed: list[bytes] = []
        told: list[bytes] = []
        readers = [
            threading.Thread(target=lambda: printed.append(process.stdout.read())),  # type: ignore[union-attr]
            threading.Thread(target=lambda: told.append(process.stderr.read())),  # type: ignore[union-attr]
        ]
        timer = threading.Timer(_SECONDS, process.kill)
        for thread in (*readers, timer):
            thread.start()
        process.stdin.write(_frame({"id": "first", "method": "initialize", "params": first}))
        for number, frame in enumerate(frames):
            process.stdin.write(frame)
            if number % _AT_ONCE == 0:
                # In a pause, the server lints.
                process.stdin.flush()
                time.sleep(_PAUSE)
        # What a frame has begun ends here.
        process.stdin.write(b"\r\n\r\n")
        process.stdin.write(_frame({"id": "last", "method": "shutdown"}))
        process.stdin.write(_frame({"method": "exit"}))
        process.stdin.close()
        code = process.wait()
        timer.cancel()
        for thread in readers:
            thread.join()
    assert b"Traceback" not in told[0], told[0].decode()
    assert code == 0, (code, told[0].decode())
    assert b'"id": "last"' in printed[0] or b'"id":"last"' in printed[0]
    assert b"root:x:" not in printed[0]


def _frame(message: dict[str, Any]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def _make_tree(folder: Path) -> None:
    """A server with loops."""
    (folder / "httpd.conf").write_text("ServerRoot .\nInclude loop.conf\nInclude folder\n")
    (folder / "loop.conf").write_text("Include loop.conf\nSSLUseStaplin on\n")
    (folder / "folder").mkdir()
    (folder / "folder/self").symlink_to("..")
    (folder / "folder/site.conf").write_text(
        "<VirtualHost *:443>\nSSLEngine on\nSSLUseStapling of\nSSLCertificateFile a.pem\n"
        "</VirtualHost>\n"
    )
    (folder / "templates").mkdir()
    (folder / "templates/site.conf.j2").write_text(_TEXTS[-1])
    os.mkfifo(folder / "folder/pipe.conf")


def main() -> int:
    """Send messages with several seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int, nargs="?", default=20000)
    parser.add_argument("seed", nargs="?", default="")
    given = parser.parse_args()
    seed = given.seed or str(random.SystemRandom().randrange(10**9))
    for part in _parts(given.number):
        print(f"seed {seed}-{part}", flush=True)  # noqa: T201
        send(min(given.number, 1000), f"{seed}-{part}")
    return 0


def _parts(number: int) -> Iterator[int]:
    yield from range(max(number // 1000, 1))


if __name__ == "__main__":
    sys.exit(main())
