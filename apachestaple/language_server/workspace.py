"""The servers and folders of fragments that the open documents belong to, and what lint finds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.discovery.around import starts_around
from apachestaple.errors import ApachestapleError
from apachestaple.filesystem.real_paths import RealPaths
from apachestaple.language_server.certificates import KeptCertificates
from apachestaple.lint.fingerprints import fingerprints
from apachestaple.lint.lint import lint
from apachestaple.lint.path_ignores import without_paths
from apachestaple.mod_ssl.reading import SiteReader
from apachestaple.rules.catalogue import select_rules
from apachestaple.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from apachestaple.httpd.source_file import SourceFile
    from apachestaple.httpd.start import Start
    from apachestaple.language_server.documents import Document, Documents
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


class OutdatedError(Exception):
    """The texts have changed since, so the result is not needed."""


class Analysis(NamedTuple):
    """What was read and found for one server, or for the fragments of one folder.

    Attributes:
        start: where reading starts.
        settings: the settings in effect.
        site: the hosts and settings of mod_ssl.
        findings: what lint reports.
        files: the files that were read, by their real paths.

    """

    start: Start
    settings: Settings
    site: Site
    findings: tuple[Finding, ...]
    files: Mapping[str, SourceFile]

    @property
    def known_findings(self) -> Iterator[tuple[Finding, str]]:
        """The findings with their fingerprints."""
        return zip(self.findings, fingerprints(self.findings), strict=True)

    def file(self, path: str) -> SourceFile | None:
        """The file that httpd names so."""
        return self.site.configuration.files.get(path)

    def real_path(self, path: str) -> str:
        """The path with links followed, for a path as httpd names it."""
        file = self.file(path)
        return file.real_path if file else path


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


@dataclass
class Workspace:
    """Reads and lints what the open documents belong to.

    What did not change since the last time is kept. It is used in one thread at a time.
    """

    _last: State | None = None
    _certificates: KeptCertificates = field(default_factory=KeptCertificates)

    def update(
        self,
        documents: Documents,
        *,
        files_changed: bool = False,
        is_outdated: Callable[[], bool] = lambda: False,
    ) -> State:
        """The state with these documents.

        ``files_changed`` is whether files on the disk may have changed since the last time.

        Raises:
            OutdatedError: ``is_outdated`` has returned true.

        """
        update = _Update(documents, self._certificates, is_outdated)
        if self._last is not None:
            update.keep(self._last, files_changed=files_changed)
        update.read_others()
        state = State(documents, tuple(update.analyses), tuple(dict.fromkeys(update.problems)))
        self._last = state
        return state


class _Update:
    """One update of the state."""

    def __init__(
        self,
        documents: Documents,
        certificates: KeptCertificates,
        is_outdated: Callable[[], bool],
    ) -> None:
        self.analyses: list[Analysis] = []
        self.problems: list[str] = []
        self._documents = documents
        self._texts = documents.texts
        self._certificates = certificates
        self._is_outdated = is_outdated
        self._settings = dict(self._all_settings())

    def keep(self, last: State, *, files_changed: bool) -> None:
        """Keep what is still needed of the last state; read again what has changed."""
        self._certificates.forget_changed()
        before = last.documents.texts
        changed = {
            path for path in {**before, **self._texts} if before.get(path) != self._texts.get(path)
        }
        for analysis in last.analyses:
            opened = [path for path in self._settings if path in analysis.files]
            if not opened or self._settings[opened[0]] != analysis.settings:
                continue
            start = analysis.start
            if files_changed or start.variants or start.main_file in changed:
                # It may have another ServerRoot, or other variables.
                continue
            if changed.isdisjoint(analysis.files):
                self.analyses.append(analysis)
            else:
                self._read(start, analysis.settings)

    def read_others(self) -> None:
        """Read what the documents belong to that were not read yet."""
        for path, settings in self._settings.items():
            if any(path in each.files for each in self.analyses):
                continue
            document = self._documents.by_path[path]
            try:
                starts = starts_around(document.path, settings, self._texts)
            except (ApachestapleError, OSError) as error:
                self.problems.append(str(error))
                continue
            for start in starts:
                self._read(start, settings)

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
            self.problems.append(str(error))
            return None

    def _read(self, start: Start, settings: Settings) -> None:
        self._end_if_outdated()
        paths = replace(start.paths, texts=self._texts, real_paths=RealPaths())
        reader = SiteReader(settings.certificates_required, self._certificates)
        try:
            rules = select_rules(settings.select, settings.ignore)
            site = reader.read(start._replace(paths=paths))
            self._end_if_outdated()
            found = lint([site], rules).findings
            kept = without_paths(found, settings.exclude, settings.per_path_ignores)
        except (ApachestapleError, OSError) as error:
            self.problems.append(str(error))
            return
        files = {file.real_path: file for file in site.configuration.files.values()}
        self.analyses.append(Analysis(start, settings, site, kept.findings, files))

    def _end_if_outdated(self) -> None:
        if self._is_outdated():
            raise OutdatedError
