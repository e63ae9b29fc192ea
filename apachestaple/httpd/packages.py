"""Configuration files of distributions' packages, as a table.

A package upgrade asks about each of them that was changed. Source: the conffiles of Debian's
apache2, the %config files of the packages httpd and mod_ssl of RHEL and Fedora, apache2 of SUSE,
apache2 and apache2-ssl of Alpine, Bitnami's stacks, and what httpd's own make install writes.
"""

from __future__ import annotations

from apachestaple.lazy import pattern

_FILES = (
    # Every distribution's main file.
    r"apache2\.conf",
    r"httpd\.conf",
    # Debian. In a copy of a server, the links in the folders of enabled files can be files.
    r"ports\.conf",
    r"mods-(available|enabled)/[^/]+\.(load|conf)",
    r"conf-(available|enabled)/(charset|localized-error-pages|other-vhosts-access-log)\.conf",
    r"conf-(available|enabled)/(security|serve-cgi-bin|javascript-common)\.conf",
    r"sites-(available|enabled)/(000-default|default-ssl)\.conf",
    # RHEL, Fedora, Alpine.
    r"conf\.d/(ssl|autoindex|userdir|welcome|manual|default|info|languages|mpm|php)\.conf",
    r"conf\.modules\.d/0[^/]+\.conf",
    # SUSE.
    r"(default-server|errors|listen|mod_[a-z_]+|server-tuning|ssl-global|uid)\.conf",
    r"conf\.d/(apache2-manual|gitweb)\.conf",
    # httpd's own, Arch, FreeBSD, Homebrew.
    r"extra/(httpd-[^/]+|proxy-html)\.conf",
    # Bitnami.
    r"conf/(brotli|deflate|pagespeed|pagespeed_libraries|ssi)\.conf",
)
_ANY = pattern(rf"(?:^|.*/)(?:{'|'.join(_FILES)})")


def is_of_package(path: str) -> bool:
    """Whether the file at the real path ``path`` comes from a package."""
    return _ANY().fullmatch(path) is not None
