"""Selects the findings about the files that a user named, where their whole server was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apachestaple.mod_ssl.site import Site
    from apachestaple.rules.finding import Finding


def is_in_focus(finding: Finding, site: Site) -> bool:
    """Whether a finding is in a file in focus, or about a host in one; true without a focus."""
    configuration = site.configuration
    if not configuration.focus:
        return True
    places = (finding.place.file, *(finding.host_place(host).file for host in finding.hosts))
    files = (configuration.files.get(path) for path in places)
    return any(file.real_path in configuration.focus for file in files if file is not None)
