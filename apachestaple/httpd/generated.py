"""Recognises configuration files that a program generates, and overwrites again.

Sources: the templates of the programs and panels, and their documentation about changes that last.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from apachestaple.lazy import pattern


class Generator(NamedTuple):
    """A program that generates configuration files.

    Attributes:
        name: its name.
        advice: where to change the configuration instead.

    """

    name: str
    advice: str


_UNKNOWN = Generator("another program", "change the source of the file")

# By what their files say, in lower case.
_GENERATORS = (
    (
        r"\bpuppet\b",
        Generator("Puppet", "set the parameter ssl_stapling of the module puppetlabs-apache"),
    ),
    (r"\bansible\b", Generator("Ansible", "change the template or the variables of the role")),
    (r"\bchef\b", Generator("Chef", "change the template or the attributes of the cookbook")),
    (r"\bsalt(stack)?\b", Generator("Salt", "change the template or the pillar of the state")),
    (r"\bcfengine\b", Generator("CFEngine", "change the template of the policy")),
    (
        r"use( the)? include files|/(usr/local|var)/cpanel/",
        Generator(
            "cPanel",
            "write the lines of the server to conf.d/includes/pre_main_global.conf and those of a "
            "host to a file in conf.d/userdata/ssl/2_4/USER/DOMAIN, then run "
            "/usr/local/cpanel/scripts/rebuildhttpdconf",
        ),
    ),
    (
        r"because it was generated automatically",
        Generator(
            "Plesk",
            "use the additional Apache directives of the domain (vhost_ssl.conf), or a template in "
            "/usr/local/psa/admin/conf/templates/custom",
        ),
    ),
    (
        r"\bdirectadmin\b",
        Generator("DirectAdmin", "use Custom HTTPD Configurations of the domain or the user"),
    ),
    (
        r"next \S+( \S+)? change at the panel|\bfroxlor\b",
        Generator("Froxlor", "use the own vHost settings of the domain or the IP address"),
    ),
    (
        r"lost when rebuilding domains|\bhestiacp\b|\bvesta\b",
        Generator(
            "Hestia",
            "write a file /home/USER/conf/web/DOMAIN/apache2.ssl.conf_NAME, or use a web template",
        ),
    ),
    (
        r"\bunivention\b",
        Generator("Univention", "change the template in /etc/univention/templates/files"),
    ),
    (
        r"\be-smith\b|\bnethserver\b",
        Generator("e-smith", "change the template in /etc/e-smith/templates-custom"),
    ),
)
# Its files have no such comment, but the folders and users of its websites.
_ISPCONFIG = Generator(
    "ISPConfig",
    "use the Apache directives of the website, or a template in "
    "/usr/local/ispconfig/server/conf-custom",
)
_OF_ISPCONFIG = pattern(r"/var/www/clients/client\d+/web\d+")
_IS_GENERATED = pattern(
    r"\bdo(n't| not) (manually |directly )?(edit|modify|change)\b"
    r"|\bauto(matically)?[- ]?generated\b|\bgenerated automatically\b"
    r"|\b(managed|maintained|controlled|generated) by "
    r"(puppet|ansible|chef|salt|cfengine|univention|froxlor|directadmin)"
    # Not "BEGIN ANSIBLE MANAGED BLOCK", which is about a part of the file.
    r"|(?<!begin )\bansible managed\b"
    r"|\b(changes|modifications)\b[^.]{0,80}\b(will|may) be (lost|overwritten|deleted|discarded)\b"
)
# The longest known comments have about thirty lines.
_HEADER = 8192


def generator(text: str) -> Generator | None:
    """The program that generates a file, by its first comments; ``None`` if it is not generated."""
    said = _first_comments(text[:_HEADER])
    if _IS_GENERATED().search(said) is None:
        return _ISPCONFIG if _OF_ISPCONFIG().search(text) else None
    return next((found for says, found in _GENERATORS if re.search(says, said)), _UNKNOWN)


def _first_comments(text: str) -> str:
    """The comments before the first directive, in lower case on one line."""
    comments = []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            break
        comments.append(stripped.strip("#*!=- \t"))
    return " ".join(" ".join(comments).lower().split())
