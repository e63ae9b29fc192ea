"""The servers and folders of fragments that the open documents belong to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apachestaple.discovery.around import starts_around
from apachestaple.errors import ApachestapleError
from apachestaple.language_server.analysis import Analysis, OutdatedError, analyse
from apachestaple.language_server.kept import Clock, Kept, KeptCertificates, nothing_kept
from apachestaple.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apachestaple.httpd.start import Start
    from apachestaple.language_server.documents import Document, Documents


@dataclass(frozen=True)
class State:
    """The result for all open documents.

    Attributes:
        documents: the documents that were read.
        analyses: one for each server or folder of fragments.
        problems: why documents could not be read.

    """

    documents: Documents
    analyses: tuple[Analysis, ...] = ()
    problems: tuple[str, ...] = ()

    def analysis_of(self, real_path: str) -> Analysis | None:
        """The first analysis of a file, if it was read."""
        return next((each for each in self.analyses if real_path in each.files), None)

    def discard_replaced(self, before: State) -> None:
        """Discard the analyses of the state before this one that are not in this one."""
        kept = set(map(id, self.analyses))
        for analysis in before.analyses:
            if id(analysis) not in kept:
                analysis.discard()


class Workspace:
    """Reads and lints what the open documents belong to.

    What did not change since the last time is kept. It is used in one thread at a time.
    """

    def __init__(self) -> None:
        self._last: State | None = None
        self._certificates = KeptCertificates()
        self._clock = Clock()
        self._files_changed = False

    def update(
        self,
        documents: Documents,
        *,
        files_changed: bool = False,
        is_outdated: Callable[[], bool] = lambda: False,
    ) -> State:
        """The state with these documents.

        ``files_changed`` is whether the editor has reported changes of files on the disk.

        Raises:
            OutdatedError: ``is_outdated`` has returned true.

        """
        # This is kept until an update is complete.
        self._files_changed |= files_changed
        if self._files_changed or self._clock.is_due():
            self._files_changed |= self._forget_changed()
        update = _Update(documents, self._certificates, is_outdated)
        if self._last is not None:
            update.keep(self._last, files_changed=self._files_changed)
        update.read_others()
        self._last = update.state()
        self._files_changed = False
        return self._last

    def _forget_changed(self) -> bool:
        """Forget files that have changed on the disk; returns whether any has."""
        has_changed = self._certificates.forget_changed()
        for analysis in self._last.analyses if self._last else ():
            has_changed |= analysis.kept.texts.forget_changed()
        return has_changed


class _Update:
    """One update of the state."""

    def __init__(
        self,
        documents: Documents,
        certificates: KeptCertificates,
        is_outdated: Callable[[], bool],
    ) -> None:
        self._documents = documents
        self._texts = documents.texts
        self._certificates = certificates
        self._is_outdated = is_outdated
        self._analyses: list[Analysis] = []
        self._problems: dict[str, None] = {}
        self._settings = dict(self._all_settings())

    def keep(self, last: State, *, files_changed: bool) -> None:
        """Keep what is still needed of the last state; read again what has changed."""
        before = last.documents.texts
        changed = {
            path for path in {**before, **self._texts} if before.get(path) != self._texts.get(path)
        }
        for analysis in last.analyses:
            settings = self._settings_for(analysis)
            if settings != analysis.settings:
                continue
            kept = analysis.kept
            if files_changed:
                # Links may lead to other files.
                kept = nothing_kept()._replace(texts=kept.texts)
            if files_changed or _is_other_start(analysis.start, changed, self._texts):
                self._read_around(analysis.start.main_file, settings, kept)
            elif changed.isdisjoint(analysis.files):
                self._analyses.append(analysis)
            else:
                self._read(analysis.start, settings, kept)

    def read_others(self) -> None:
        """Read what the documents belong to that were not read yet."""
        for path, settings in self._settings.items():
            if not any(path in each.files for each in self._analyses):
                self._read_around(self._documents.by_path[path].path, settings, nothing_kept())

    def state(self) -> State:
        """The state. A fragment that a server reads is not read alone."""
        of_servers = {
            path for each in self._analyses if each.start.whole for path in self._opened(each)
        }
        needed = (
            each
            for each in self._analyses
            if (each.start.whole and self._opened(each)) or not of_servers >= self._opened(each)
        )
        return State(self._documents, tuple(needed), tuple(self._problems))

    def _opened(self, analysis: Analysis) -> set[str]:
        """The documents among the files of an analysis."""
        return {path for path in self._settings if path in analysis.files}

    def _settings_for(self, analysis: Analysis) -> Settings | None:
        """The settings of its documents, which may have different ones; ``None`` without any."""
        found = [self._settings[path] for path in self._settings if path in analysis.files]
        return analysis.settings if analysis.settings in found else next(iter(found), None)

    def _all_settings(self) -> Iterator[tuple[str, Settings]]:
        """The settings for each document that can be read."""
        for path, document in self._documents.by_path.items():
            settings = self._settings_of(document)
            if settings is not None:
                yield path, settings

    def _settings_of(self, document: Document) -> Settings | None:
        try:
            return load_settings({}, near=document.path)
        except (ApachestapleError, OSError) as error:
            self._problems[str(error)] = None
            return None

    def _read_around(self, path: str, settings: Settings, kept: Kept) -> None:
        """Find the server that reads a file, or the fragments of its folder, and read them."""
        real_path = os.path.realpath(path)

        def is_read() -> bool:
            last = self._analyses[-1:]
            return any(each.start.whole and real_path in each.files for each in last)

        try:
            for start in starts_around(path, settings, self._texts, is_read):
                self._read(start, settings, kept)
                kept = nothing_kept()
        except (ApachestapleError, OSError) as error:
            self._problems[str(error)] = None

    def _read(self, start: Start, settings: Settings, kept: Kept) -> None:
        try:
            self._analyses.append(
                analyse(
                    start, settings, self._texts, kept, self._certificates, self._end_if_outdated
                )
            )
        except (ApachestapleError, OSError) as error:
            self._problems[str(error)] = None

    def _end_if_outdated(self) -> None:
        if self._is_outdated():
            raise OutdatedError


def _is_other_start(start: Start, changed: set[str], texts: dict[str, str]) -> bool:
    """Whether reading may start elsewhere, because the texts of some documents have changed.

    The main file decides about the server's folders, and a fragment may have become a main file.
    """
    if start.variants or start.main_file in changed:
        return True
    return not start.whole and any("serverroot" in texts.get(path, "").lower() for path in changed)
