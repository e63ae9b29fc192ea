"""Makes the edits of a code action, as an editor does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lsprotocol import types

if TYPE_CHECKING:
    from collections.abc import Mapping


def edited(before: Mapping[str, str], action: types.CodeAction) -> dict[Path, str]:
    """The new texts of the files that an action changes; ``before`` are texts by path."""
    assert action.edit is not None
    texts: dict[Path, str] = {}
    for change in action.edit.document_changes or ():
        assert isinstance(change, types.TextDocumentEdit)
        path = Path(unquote(urlsplit(change.text_document.uri).path))
        text = before[str(path)]
        lines = re.findall(r"[^\n]*\n|[^\n]+", text)
        for edit in sorted(change.edits, key=lambda edit: edit.range.start, reverse=True):
            assert isinstance(edit, types.TextEdit)
            assert (edit.range.start.character, edit.range.end.character) == (0, 0)
            lines[edit.range.start.line : edit.range.end.line] = [edit.new_text]
        texts[path] = "".join(lines)
    return texts
