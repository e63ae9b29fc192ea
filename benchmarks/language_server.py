"""Measures the language server over its protocol: ``python -m benchmarks.language_server``.

For each size: the time from the start to the first diagnostics, the time from a key stroke to its
diagnostics (median), the processor time of the server for each, and its peak memory.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from benchmarks.compare import made

_TICKS = os.sysconf("SC_CLK_TCK")
# Key strokes before the measured ones.
_WARM = 3


class Measured(NamedTuple):
    """Seconds, and bytes."""

    first: float
    processor_first: float
    stroke: float
    processor: float
    memory: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a line for each size."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.language_server", description=__doc__
    )
    parser.add_argument("--hosts", metavar="N", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--without-ocsp", action="store_true", help="a finding in each file")
    parser.add_argument("--strokes", metavar="N", type=int, default=20, help="[20]")
    given = parser.parse_args(arguments)
    columns = ("hosts", "first", "processor", "key stroke", "processor", "memory")
    print(" ".join(f"{column:>10}" for column in columns))
    for hosts in given.hosts:
        with made(hosts, one_file=False, without_ocsp=given.without_ocsp) as (
            main_file,
            environment,
        ):
            found = asyncio.run(_measured(main_file, environment, given.strokes))
        row = (
            f"{hosts}",
            f"{found.first:.2f} s",
            f"{found.processor_first:.2f} s",
            f"{found.stroke * 1000:.0f} ms",
            f"{found.processor * 1000:.0f} ms",
            f"{found.memory / 1e6:.0f} MB",
        )
        print(" ".join(f"{cell:>10}" for cell in row), flush=True)
    return 0


async def _measured(main_file: Path, environment: Mapping[str, str], strokes: int) -> Measured:
    path = sorted((main_file.parent / "sites-enabled").iterdir())[5]
    client = LanguageClient("benchmark", "1")
    published: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
    def publish(params: types.PublishDiagnosticsParams) -> None:
        if params.uri == path.as_uri():
            published.put_nowait(params)

    begin = time.perf_counter()
    await client.start_io(sys.executable, "-m", "apachestaple", "server", env=dict(environment))
    await client.initialize_async(types.InitializeParams(types.ClientCapabilities()))
    client.initialized(types.InitializedParams())
    item = types.TextDocumentItem(path.as_uri(), "apacheconf", 1, path.read_text())
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    await published.get()
    first = time.perf_counter() - begin
    process = client._server.pid  # type: ignore[union-attr]  # noqa: SLF001  (there is no other way)
    processor_first = _processor(process)
    seconds = []
    for number in range(_WARM + strokes):
        if number == _WARM:
            used = _processor(process)
        begin = time.perf_counter()
        _type(client, path, number)
        await published.get()
        seconds.append(time.perf_counter() - begin)
    used = (_processor(process) - used) / strokes
    memory = _peak(process)
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]
    return Measured(first, processor_first, statistics.median(seconds[_WARM:]), used, memory)


def _type(client: LanguageClient, path: Path, number: int) -> None:
    """Write a misspelt directive into the first line, or remove it again."""
    wrong = "SSLUseStaplin on\n"
    old, new = (1, "") if number % 2 else (0, wrong)
    change = types.TextDocumentContentChangePartial(
        types.Range(types.Position(0, 0), types.Position(old, 0)), new
    )
    document = types.VersionedTextDocumentIdentifier(version=number + 2, uri=path.as_uri())
    client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))


def _processor(process: int) -> float:
    """The processor time of a process in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _peak(process: int) -> int:
    """The peak memory of a process in bytes."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    sys.exit(main())
