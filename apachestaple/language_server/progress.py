"""Shows long updates as progress."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lsprotocol import types

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

# Seconds after which an update is shown.
_LONG = 0.5


async def show_progress(server: LanguageServer, update: asyncio.Future[Any]) -> None:
    """Wait for an update, and show a long one if the client can show progress."""
    await asyncio.wait([update], timeout=_LONG)
    window = server.client_capabilities.window
    if update.done() or not (window and window.work_done_progress):
        return
    token = str(uuid4())
    created = asyncio.ensure_future(
        server.window_work_done_progress_create_async(types.WorkDoneProgressCreateParams(token))
    )
    # A client may never answer.
    either: list[asyncio.Future[Any]] = [created, update]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not created.done() or created.cancelled() or created.exception() is not None:
        created.cancel()
        return
    title = "apachestaple: reading the configuration"
    server.work_done_progress.begin(token, types.WorkDoneProgressBegin(title))
    await asyncio.wait([update])
    server.work_done_progress.end(token, types.WorkDoneProgressEnd())
