"""What the language server keeps between updates, without the protocol."""

from __future__ import annotations

import gc
import shutil
import weakref
from typing import TYPE_CHECKING

from lsprotocol import types

from apachestaple.language_server.documents import OpenDocuments
from apachestaple.language_server.workspace import Workspace
from tests.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_the_memory_of_an_update_is_free_without_a_garbage_collection(tmp_path: Path) -> None:
    apache2 = shutil.copytree(ROOT / "examples/apache2", tmp_path / "apache2", symlinks=True)
    documents, workspace = OpenDocuments(), Workspace()

    def open_with(path: Path, addition: str) -> None:
        text = path.read_text() + addition
        documents.open(types.TextDocumentItem(path.as_uri(), "apache", 1, text))

    wiki = apache2 / "sites-available/wiki.example.net.conf"
    open_with(wiki, "")
    before = workspace.update(documents.now())
    site, configuration = (
        weakref.ref(before.analyses[0].site),
        weakref.ref(before.analyses[0].site.configuration),
    )
    open_with(wiki, "# more\n")
    gc.disable()
    try:
        state = workspace.update(documents.now())
        state.discard_replaced(before)
        del before
        assert (site(), configuration()) == (None, None)
    finally:
        gc.enable()
    # Nothing has changed, so the same analysis is in the new state.
    again = workspace.update(documents.now())
    again.discard_replaced(state)
    assert again.analyses == state.analyses
    (host,) = (each for each in again.analyses[0].site.hosts if each.name.startswith("wiki"))
    assert [certificate.leaf is not None for certificate in host.certificates] == [True]
