"""Writes configurations of any size: ``python -m benchmarks.trees FOLDER --hosts N``."""

import argparse
import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

_MODULES = "/usr/lib/apache2/modules"
_LOADED = ("authz_core", "mpm_event", "socache_shmcb", "ssl")

_MAIN = """\
DefaultRuntimeDir ${{APACHE_RUN_DIR}}
PidFile ${{APACHE_PID_FILE}}
ErrorLog ${{APACHE_LOG_DIR}}/error.log
ServerName www.example.com
DocumentRoot /
IncludeOptional mods-enabled/*.load
Listen 443
SSLStaplingCache shmcb:${{APACHE_RUN_DIR}}/stapling({cache})
LogFormat "%h %l %u %t \\"%r\\" %>s %O" common
"""

_HOST = """\
<VirtualHost *:443>
    ServerName {name}
    ServerAdmin webmaster@example.com
    DocumentRoot /
    SSLEngine on
    SSLCertificateFile certs/{number:05}.pem
    SSLCertificateKeyFile certs/all.key
    SSLUseStapling on
    CustomLog ${{APACHE_LOG_DIR}}/access.log common
    <Directory />
        Options FollowSymLinks
        AllowOverride None
        Require all granted
    </Directory>
</VirtualHost>
"""


def make_tree(
    folder: Path, hosts: int, *, one_file: bool = False, without_ocsp: bool = False
) -> Path:
    """Write a Debian-like server root with this number of virtual hosts; returns the main file.

    Each host has its own file and certificate; all have the same key. With ``one_file``, all hosts
    are in the main file. With ``without_ocsp``, the certificates have no OCSP URI, so that ``fix``
    changes each host. ``httpd -t`` accepts the configuration, and httpd starts with it.
    """
    for name in ("certs", "mods-enabled", "sites-enabled"):
        (folder / name).mkdir(parents=True)
    for name in _LOADED:
        load = f"LoadModule {name}_module {_MODULES}/mod_{name}.so\n"
        (folder / "mods-enabled" / f"{name}.load").write_text(load)
    texts = [_HOST.format(name=_name(number), number=number) for number in range(hosts)]
    main = _MAIN.format(cache=max(131072, 8192 * hosts))
    if one_file:
        main += "".join(texts)
    else:
        main += "IncludeOptional sites-enabled/*.conf\n"
        for number, text in enumerate(texts):
            (folder / "sites-enabled" / f"{_name(number)}.conf").write_text(text)
    main_file = folder / "apache2.conf"
    main_file.write_text(main)
    # httpd needs them in its environment. apachestaple reads this file, as apache2ctl does.
    variables = ("APACHE_RUN_DIR", "APACHE_LOG_DIR")
    lines = [f"export {name}={folder.parent}\n" for name in variables]
    lines.append(f"export APACHE_PID_FILE={folder.parent}/apache2.pid\n")
    (folder / "envvars").write_text("".join(lines))
    for name, content in _certificates(hosts, without_ocsp=without_ocsp):
        (folder / "certs" / name).write_bytes(content)
    return main_file


def make_repository(folder: Path, servers: int, hosts: int) -> None:
    """Write a repository of servers, each with this number of virtual hosts."""
    for number in range(servers):
        make_tree(folder / f"server{number:04}" / "etc/apache2", hosts)


def _name(number: int) -> str:
    return f"host{number:05}.example.com"


def _certificates(hosts: int, *, without_ocsp: bool) -> Iterator[tuple[str, bytes]]:
    key, issuer_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer_name = _common_name("Benchmark CA")
    issuer = (
        _builder("Benchmark CA", issuer_name, issuer_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
    chain = issuer.public_bytes(serialization.Encoding.PEM)
    methods = AuthorityInformationAccessOID
    method = methods.CA_ISSUERS if without_ocsp else methods.OCSP
    access = x509.AuthorityInformationAccess(
        [x509.AccessDescription(method, x509.UniformResourceIdentifier("http://ocsp.example.com"))]
    )
    yield (
        "all.key",
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    for number in range(hosts):
        name = _name(number)
        leaf = (
            _builder(name, issuer_name, key.public_key())
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(access, critical=False)
            .sign(issuer_key, hashes.SHA256())
        )
        yield f"{number:05}.pem", leaf.public_bytes(serialization.Encoding.PEM) + chain


def _builder(
    subject: str, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_common_name(subject))
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=90))
    )


def _common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the configuration that the command line describes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trees", description=__doc__)
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="that is not there yet")
    parser.add_argument("--hosts", metavar="N", type=int, default=1000, help="[1000]")
    parser.add_argument("--servers", metavar="N", type=int, help="a repository of so many servers")
    parser.add_argument("--one-file", action="store_true", help="all hosts in the main file")
    parser.add_argument("--without-ocsp", action="store_true", help="certificates have no OCSP URI")
    given = parser.parse_args(arguments)
    try:
        if given.servers is not None:
            make_repository(given.folder, given.servers, given.hosts)
            print(given.folder)
            return 0
        options = {"one_file": given.one_file, "without_ocsp": given.without_ocsp}
        print(make_tree(given.folder, given.hosts, **options))
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
