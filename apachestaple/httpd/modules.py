"""Names of modules in LoadModule and in <IfModule>."""

from __future__ import annotations

import re

# Modules that every build compiles in. RHEL, Fedora, Alpine, Arch and FreeBSD compile in no others.
BUILT_IN = frozenset({"so_module", "http_module", "core_module"})
DEBIAN_BUILT_IN = BUILT_IN | {
    "watchdog_module",
    "log_config_module",
    "logio_module",
    "version_module",
    "unixd_module",
}
SUSE_BUILT_IN = BUILT_IN | {"unixd_module", "systemd_module"}

# Modules whose source file is not mod_NAME.c: all of httpd's. php7_module, perl_module,
# security2_module and similar ones follow the rule.
_SOURCES = {
    "core_module": "core.c",
    "http_module": "http_core.c",
    "ldap_module": "util_ldap.c",
    "mpm_event_module": "event.c",
    "mpm_worker_module": "worker.c",
    "mpm_prefork_module": "prefork.c",
    "mpm_itk_module": "mpm_itk.c",
    "mpm_winnt_module": "mpm_winnt.c",
    "mpm_netware_module": "mpm_netware.c",
    "mpm_mpmt_os2_module": "mpmt_os2.c",
    "nwssl_module": "mod_nw_ssl.c",
}
_BY_SOURCE = {source: name for name, source in _SOURCES.items()}


def built_in_modules(listing: str) -> frozenset[str]:
    """The modules in the output of ``httpd -l``."""
    sources = re.findall(r"^\s+(\S+\.c)$", listing, re.MULTILINE)
    return frozenset(module_name(source) for source in sources)


def module_name(name: str) -> str:
    """The name for LoadModule, for this name or for the name of the source file."""
    if name in _BY_SOURCE:
        return _BY_SOURCE[name]
    source = re.fullmatch(r"mod_(.+)\.c", name)
    named = f"{source[1]}_module" if source else name
    # There is no module with the source file mod_ldap.c, although there is an ldap_module.
    return name if source and named in _SOURCES else named
