"""Rows of ``report``: documents that grow."""

from __future__ import annotations

import json
from pathlib import Path

from apachestaple.fleet.reading import read_one
from tests.documents import document, finding, host

from .configurations import FOLDER
from .row import Row


def written(text: str) -> str:
    """The path of a file with this text; it has documents, or parts of one."""
    path = Path(FOLDER.name, "results.json")
    path.write_text(text)
    return str(path)


def many_hosts(size: int) -> str:
    """One document, whose hosts are on one line."""
    hosts = ",".join([json.dumps(host())] * size)
    text = json.dumps(document(hosts=[]))
    return written(text.replace('"hosts": []', f'"hosts": [{hosts}]'))


def many_names(size: int) -> str:
    """One finding about many hosts."""
    return written(json.dumps(document(findings=[finding(hosts=[{"name": "a"}] * size)]), indent=1))


ROWS = [
    Row("results: many hosts of a server", many_hosts, read_one),
    Row("results: a finding about many hosts", many_names, read_one),
    Row("results: many documents", lambda n: written(json.dumps(document()) * n), read_one),
    Row(
        "results: many empty lines", lambda n: written("\n" * n + json.dumps(document())), read_one
    ),
    Row("results: a text without end", lambda n: written('{"server": "' + "a\\n" * n), read_one),
    Row("results: objects in objects", lambda n: written('{"a":' * n), read_one),
    Row("results: unknown arrays", lambda n: written('{"a": [' + "[1],\n" * n), read_one),
]
