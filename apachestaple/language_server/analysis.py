"""What is read and found for one server, or for the fragments of one folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apachestaple.lint.fingerprints import fingerprints
from apachestaple.lint.lint import lint
from apachestaple.lint.path_ignores import without_paths
from apachestaple.mod_ssl.lookups import end_lookups
from apachestaple.mod_ssl.reading import SiteReader
from apachestaple.rules.catalogue import select_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from apachestaple.httpd.source_file import SourceFile
    from apachestaple.httpd.start import Start
    from apachestaple.language_server.kept import Kept, KeptCertificates
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding
    from apachestaple.settings import Settings


class OutdatedError(Exception):
    """The texts have changed since, so the result is not needed."""


@dataclass(frozen=True)
class Analysis:
    """What was read and found for one server, or for the fragments of one folder.

    Attributes:
        start: where reading starts.
        settings: the settings in effect.
        kept: what is kept for the next time.
        site: the hosts and settings of mod_ssl.
        findings: what lint reports.
        files: the files that were read, by their real paths.

    """

    start: Start
    settings: Settings
    kept: Kept
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

    def discard(self) -> None:
        """End the use of the site, and free its memory."""
        for site in self.site.variants:
            end_lookups(site.hosts)
        self.site.release()


def analyse(
    start: Start,
    settings: Settings,
    texts: Mapping[str, str],
    kept: Kept,
    certificates: KeptCertificates,
    end_if_outdated: Callable[[], None],
) -> Analysis:
    """Read and lint what begins at ``start``.

    Args:
        start: where reading starts.
        settings: the settings in effect.
        texts: texts that replace those of files, by real path.
        kept: what is kept of the files, which is added to.
        certificates: what is kept of certificate files, likewise.
        end_if_outdated: may raise OutdatedError; called between the steps.

    Raises:
        OSError: the main file cannot be read.
        UnknownRuleError: the settings name a rule that does not exist.

    """
    rules = select_rules(settings.select, settings.ignore)
    paths = replace(
        start.paths, texts=dict(texts), real_paths=kept.real_paths, keep=kept.texts.text
    )
    reader = SiteReader(settings.certificates_required, certificates)
    end_if_outdated()
    site = reader.read(start._replace(paths=paths))
    end_if_outdated()
    found = lint([site], rules).findings
    reported = without_paths(found, settings.exclude, settings.per_path_ignores).findings
    files = {file.real_path: file for file in site.configuration.files.values()}
    return Analysis(start, settings, kept, site, reported, files)
