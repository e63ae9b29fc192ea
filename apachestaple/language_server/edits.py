"""New texts of files as edits of the protocol."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from lsprotocol import types

from apachestaple.fix.single import replacements
from apachestaple.language_server.positions import lines_range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apachestaple.fix.single import Replacement
    from apachestaple.fix.transaction.write import NewText
    from apachestaple.language_server.documents import Documents


def workspace_edit(
    changes: Iterable[Replacement], documents: Documents
) -> types.WorkspaceEdit | None:
    """An edit of whole lines; ``None`` if there is none that an editor can make.

    An editor cannot write bytes that are not UTF-8, and it refuses the edit of a document that has
    changed since.
    """
    by_file: dict[str, list[types.TextEdit]] = {}
    for each in changes:
        if not _is_unicode(each.text):
            return None
        edit = types.TextEdit(lines_range(each.first, each.after), each.text)
        by_file.setdefault(each.file, []).append(edit)
    if not by_file:
        return None
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(
                    documents.uri(path), documents.version(path)
                ),
                edits,
            )
            for path, edits in by_file.items()
        ]
    )


def new_texts_edit(files: Iterable[NewText], documents: Documents) -> types.WorkspaceEdit | None:
    """An edit that gives files new texts, of the lines that change; ``None`` as above."""
    changes = (replacements(file.path, file.old or "", file.new or "") for file in files)
    return workspace_edit(chain.from_iterable(changes), documents)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
