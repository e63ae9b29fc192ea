"""Which files and folders of a repository are looked at, by their names."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from apachestaple.lazy import pattern

# Names of main files; of two in a folder, the first one is the server's.
MAIN_FILES = ("apache2.conf", "httpd.conf")

_NOT_ENTERED = frozenset(
    {
        *(".git", ".hg", ".svn", ".bzr", "_darcs", "CVS"),
        *("node_modules", "bower_components", "__pycache__", "site-packages"),
        *(".venv", ".tox", ".nox", ".eggs", ".cache", ".mypy_cache", ".terraform"),
    }
)
# A folder with this file is a virtual environment.
_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"

# Of templates of configuration management, and of YAML.
_TEMPLATES = frozenset(
    {
        *("j2", "jinja", "jinja2", "erb", "epp", "tmpl", "tpl", "tftpl", "in", "dist"),
        *("template", "ctmpl", "mustache", "gotmpl"),
    }
)
# Of Salt: .sls.
_YAML = (".yml", ".yaml", ".sls")
# Templates of YAML have another suffix behind it.
_YAML_NAME = re.compile(r"\.(ya?ml|sls)(\.\w+)?$", re.IGNORECASE)

# In lower case.
_SUFFIXES = (".conf", ".vhost", ".inc", ".include", ".site", ".apache", ".apache2", ".httpd")
_CONFIGURATION = (*_SUFFIXES, *_YAML)
# Folders whose files need no suffix.
_FOLDERS = re.compile(
    r"(sites|conf|vhosts?)-(available|enabled)|(conf|vhosts?|httpd|apache2?)\.d|v(irtual)?-?hosts?|"
    r"apache[0-9]*|httpd|templates",
    re.IGNORECASE,
)
_OTHER_SUFFIXES = pattern(
    r"\.(md|txt|rst|html?|php|py|rb|pl|sh|js|css|json|xml|ya?ml|toml|ini|pp|tf|pem|crt|cer|key|csr"
    r"|p12|log|png|jpe?g|gif|svg|ico|gz|zip|bak|orig|rej|swp|old|save|conf[-_].*|load|rpmsave|rpmnew|pacnew|pacsave|dpkg-\w+)|.*~",
    re.IGNORECASE,
)
_AVAILABLE, _ENABLED = "-available", "-enabled"


def is_entered(folder: str, names: set[str]) -> bool:
    """Whether a folder with these ``names`` in it is searched."""
    return os.path.basename(folder) not in _NOT_ENTERED and _VIRTUAL_ENVIRONMENT not in names


def may_be_configuration(folder: str, name: str) -> bool:
    """Whether a file in a folder may be a configuration of httpd, by its name."""
    if name.endswith(_CONFIGURATION):
        return True
    if is_named_template(name):
        name = name.rpartition(".")[0] or name
    if name.lower().endswith(_CONFIGURATION):
        return True
    if not _is_for_configurations(folder):
        return False
    suffix = os.path.splitext(name)[1]
    return not name.startswith(".") and not _OTHER_SUFFIXES().fullmatch(suffix or name)


def is_likely(folder: str, name: str) -> bool:
    """Whether a file is probably a configuration of httpd, by its name and that of its folder."""
    return name.lower().endswith(_SUFFIXES) and _is_for_configurations(folder)


# Cached, because a folder may have ten thousand files.
@lru_cache(maxsize=16)
def _is_for_configurations(folder: str) -> bool:
    return _FOLDERS.fullmatch(os.path.basename(folder)) is not None


def is_named_template(path: str) -> bool:
    """Whether a file is a template, by its name."""
    _, dot, suffix = path.rpartition(".")
    return bool(dot) and suffix.lower() in _TEMPLATES


def is_yaml(path: str) -> bool:
    """Whether a file is YAML, by its name."""
    return _YAML_NAME.search(path) is not None


def enabled_counterpart(folder: str) -> str | None:
    """The folder of the enabled files, for a folder such as ``sites-available``."""
    if not folder.endswith(_AVAILABLE):
        return None
    return folder.removesuffix(_AVAILABLE) + _ENABLED
