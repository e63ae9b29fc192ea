"""Table of distributions: paths, compiled-in modules and start scripts of httpd."""

from __future__ import annotations

import posixpath
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.httpd.control import APACHECTL, Control, apachectl, openrc, systemd
from apachestaple.httpd.modules import BUILT_IN, DEBIAN_BUILT_IN, SUSE_BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Mapping


class Distribution(NamedTuple):
    """The paths of one distribution of httpd, and how its start script calls it.

    Attributes:
        main_file: path on the server.
        server_root: compiled-in server root; ServerRoot can override it.
        signs: a regular expression that only matches a ServerRoot, Define, LoadModule or Include of
            this distribution's main file; ``""`` if only the path identifies it.
        built_in: compiled-in modules.
        mpm: the compiled-in MPM, unless the main file loads one.
        options: a shell file and its variable with httpd's options.
        bare_options: whether these options are names for ``-D``, without ``-D``.
        defines: names that the start script defines.
        replaced: files that httpd reads instead of others, because of the start script.
        own_openssl: whether it brings an OpenSSL along instead of using the system's.
        control: the commands that reload, stop and start it.

    """

    main_file: str
    server_root: str
    signs: str = ""
    built_in: frozenset[str] = BUILT_IN
    mpm: str = ""
    options: tuple[str, str] | None = None
    bare_options: bool = False
    defines: tuple[str, ...] = ()
    replaced: Mapping[str, str] = MappingProxyType({})
    own_openssl: bool = False
    control: Control = APACHECTL

    @property
    def folder(self) -> str:
        """The folder of the main file on the server."""
        return posixpath.dirname(self.main_file)

    def is_signed(self, text: str) -> bool:
        """Whether lines of a main file identify this distribution."""
        return bool(self.signs) and re.search(self.signs, text, re.MULTILINE) is not None


def _server_root(path: str) -> str:
    return rf"(?i:^\s*ServerRoot)\s+[\"']?{path}/?[\"']?\s*$"


DEBIAN = Distribution(
    "/etc/apache2/apache2.conf",
    "/etc/apache2",
    built_in=DEBIAN_BUILT_IN,
    control=systemd("apache2"),
)

# If several have the same main file, one without signs, or the last of them, is the default.
DISTRIBUTIONS = (
    DEBIAN,
    # RHEL, Fedora and Arch.
    Distribution(
        "/etc/httpd/conf/httpd.conf",
        "/etc/httpd",
        signs=_server_root("/etc/httpd"),
        options=("/etc/sysconfig/httpd", "OPTIONS"),
        control=systemd("httpd"),
    ),
    # SUSE has one binary for each MPM. Its start script generates files from
    # /etc/sysconfig/apache2, and defines SYSCONFIG so that httpd.conf leaves out the defaults.
    Distribution(
        "/etc/apache2/httpd.conf",
        "/srv/www",
        signs=r"^\s*Include\s+/etc/apache2/(uid\.conf|default-server\.conf|sysconfig\.d/)",
        built_in=SUSE_BUILT_IN,
        mpm="mpm_prefork_module",
        options=("/etc/sysconfig/apache2", "APACHE_SERVER_FLAGS"),
        bare_options=True,
        replaced={
            "/etc/apache2/loadmodule.conf": "/etc/apache2/sysconfig.d/loadmodule.conf",
            "/etc/apache2/global.conf": "/etc/apache2/sysconfig.d/global.conf",
        },
        control=systemd("apache2"),
    ),
    # Gentoo.
    Distribution(
        "/etc/apache2/httpd.conf",
        "/usr",
        signs=_server_root(r"/usr/lib(64)?/apache2"),
        options=("/etc/conf.d/apache2", "APACHE2_OPTS"),
        control=openrc("apache2"),
    ),
    # macOS itself.
    Distribution(
        "/private/etc/apache2/httpd.conf", "/usr", signs=r"^\s*Include\s+/private/etc/apache2/"
    ),
    # Alpine.
    Distribution(
        "/etc/apache2/httpd.conf",
        "/var/www",
        signs=_server_root("/var/www"),
        control=openrc("apache2"),
    ),
    Distribution(
        "/usr/local/etc/apache24/httpd.conf",  # FreeBSD
        "/usr/local",
        signs=r"^\s*Include(Optional)?\s+[\"']?(/usr/local/)?etc/apache24/",
        control=Control(
            reload="service apache24 reload",
            stop="service apache24 stop",
            start="service apache24 start",
            restart="service apache24 restart",
        ),
    ),
    Distribution(
        "/opt/lampp/etc/httpd.conf",  # XAMPP
        "/opt/lampp",
        signs=_server_root("/opt/lampp"),
        mpm="mpm_prefork_module",
        defines=("SSL", "PHP"),
        own_openssl=True,
        control=Control(
            reload="/opt/lampp/lampp reloadapache",
            stop="/opt/lampp/lampp stopapache",
            start="/opt/lampp/lampp startapache",
        ),
    ),
    Distribution(
        "/opt/homebrew/etc/httpd/httpd.conf",  # Homebrew on Apple's processors
        "/opt/homebrew/opt/httpd",
        signs=_server_root("/opt/homebrew/opt/httpd"),
        control=Control(
            reload="/opt/homebrew/bin/apachectl graceful",
            stop="brew services stop httpd",
            start="brew services start httpd",
            restart="brew services restart httpd",
        ),
    ),
    Distribution(
        "/usr/local/etc/httpd/httpd.conf",  # Homebrew on Intel's
        "/usr/local/opt/httpd",
        signs=_server_root("/usr/local/opt/httpd"),
        control=Control(
            reload="/usr/local/bin/apachectl graceful",
            stop="brew services stop httpd",
            start="brew services start httpd",
            restart="brew services restart httpd",
        ),
    ),
    Distribution(
        "/opt/bitnami/apache/conf/httpd.conf",  # Bitnami
        "/opt/bitnami/apache",
        signs=_server_root("/opt/bitnami/apache2?"),
        mpm="mpm_event_module",
        own_openssl=True,
        control=Control(
            reload="/opt/bitnami/apache/bin/apachectl graceful",
            stop="/opt/bitnami/ctlscript.sh stop apache",
            start="/opt/bitnami/ctlscript.sh start apache",
        ),
    ),
    Distribution(
        "/usr/local/apache2/conf/httpd.conf",  # the defaults of httpd's configure
        "/usr/local/apache2",
        signs=_server_root("/usr/local/apache2"),
        mpm="mpm_event_module",
        control=apachectl("/usr/local/apache2/bin/apachectl"),
    ),
)

# Apache Lounge, XAMPP and others on Windows, in any folder.
WINDOWS = Distribution(
    "/c:/Apache24/conf/httpd.conf",
    "/c:/Apache24",
    signs=r"(?i:^\s*(ServerRoot|Define\s+SRVROOT))\s+[\"']?([A-Za-z]:[/\\]|/xampp[^/]*/apache)",
    built_in=BUILT_IN | {"win32_module"},
    mpm="mpm_winnt_module",
    own_openssl=True,
    control=Control(
        reload="httpd.exe -k restart",
        stop="httpd.exe -k stop",
        start="httpd.exe -k start",
    ),
)

# An additional instance created by Debian's setup-instance.
_INSTANCE = re.compile(r"/etc/apache2-[^/]+(?=/apache2\.conf$)")


class Recognised(NamedTuple):
    """The distribution of a main file, and its place.

    Attributes:
        distribution: ``None`` if it is not known.
        folder: folder of the main file on the server; ``""`` if it is not known.
        root: the local folder that contains the server's files, ``""`` for ``/``, or ``None`` if
            the path of the main file does not show it.

    """

    distribution: Distribution | None
    folder: str
    root: str | None

    @property
    def control(self) -> Control:
        """The commands that reload, stop and start its httpd."""
        if self.distribution is None:
            return APACHECTL
        instance = self.folder.removeprefix(f"{DEBIAN.folder}-")
        if self.distribution is DEBIAN and instance != self.folder:
            return systemd(f"apache2@{instance}")
        return self.distribution.control


def recognise(main: str, text: str) -> Recognised:
    """Recognise the distribution of ``main`` by its path and its lines."""
    if posixpath.basename(main) == "apache2.conf":
        return _debian(main)
    if WINDOWS.is_signed(text):
        return Recognised(WINDOWS, "", None)
    placed = [each for each in DISTRIBUTIONS if main.endswith(each.main_file)]
    # On macOS, /etc is a link to /private/etc.
    beside = [each for each in DISTRIBUTIONS if main.endswith(_without_private(each.main_file))]
    for found in (*placed, *beside):
        if found.is_signed(text):
            return Recognised(found, found.folder, _root(main, found.main_file))
    if placed:
        found = placed[-1]
        return Recognised(found, found.folder, _root(main, found.main_file))
    for found in DISTRIBUTIONS:
        if found.is_signed(text):
            return Recognised(found, found.folder, None)
    return Recognised(None, "", None)


def _debian(main: str) -> Recognised:
    if main.endswith(DEBIAN.main_file):
        return Recognised(DEBIAN, DEBIAN.folder, main.removesuffix(DEBIAN.main_file))
    if instance := _INSTANCE.search(main):
        return Recognised(DEBIAN, instance[0], main[: instance.start()])
    name = posixpath.basename(posixpath.dirname(main))
    folder = f"/etc/{name}" if name.startswith("apache2-") else DEBIAN.folder
    return Recognised(DEBIAN, folder, None)


def _root(main: str, place: str) -> str:
    return main.removesuffix(place if main.endswith(place) else _without_private(place))


def _without_private(place: str) -> str:
    return place.removeprefix("/private")
