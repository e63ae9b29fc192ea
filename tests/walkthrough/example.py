"""The server of the how-to pages: three sites, of which one cannot staple, and a small cache."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.ca import Authority

if TYPE_CHECKING:
    from tests.walkthrough.server import Server

# Addresses for documentation, which exist only on the loopback interface of the server.
_NAMES = {
    "192.0.2.10": "ocsp.example.com",
    "192.0.2.80": "www.example.com shop.example.com blog.example.com",
}
_SITE = """<VirtualHost *:443>
    ServerName {name}
    DocumentRoot /var/www/html
    SSLEngine on
    SSLCertificateFile /etc/ssl/certs/{name}.pem
    SSLCertificateKeyFile /etc/ssl/private/{name}.key
{stapling}</VirtualHost>
"""
_ON = "    SSLUseStapling on\n"
# For each site, its stapling directive, and its OCSP URIs if they are not that of the example.
_Sites = Mapping[str, tuple[str, Sequence[str] | None]]
_SITES: _Sites = {
    "www.example.com": ("", None),
    "shop.example.com": (_ON, None),
    "blog.example.com": (_ON, ()),
}
_SWITCHED_OFF: _Sites = {**_SITES, "www.example.com": (_ON, ("http://r10.o.lencr.org",))}
# As published for any number of sites.
_CACHE = "SSLStaplingCache shmcb:/var/run/ocsp(128000)\n"
_FIREWALL = """flush ruleset
table inet filter {
    chain output {
        type filter hook output priority 0; policy accept;
        ct state established accept
        ip daddr { 127.0.0.0/8, 192.0.2.80 } accept
        reject
    }
}
"""
_SCRIPT = """
a2dissite -q 000-default >/dev/null
a2enmod -q ssl >/dev/null
a2enconf -q ssl-hardening >/dev/null
a2ensite -q www.example.com shop.example.com blog.example.com >/dev/null
chmod 600 /etc/ssl/private/*.key
update-ca-certificates >/dev/null 2>&1
systemctl restart apache2
setsid openssl ocsp -port 80 -index /srv/ca/index.txt -CA /srv/ca/intermediate.pem \
  -rsigner /srv/ca/signer.pem -rkey /srv/ca/signer.key -nmin 1440 >/srv/ca/log 2>&1 &
"""


def prepare_repaired(server: Server) -> None:
    """Set up the sites, and repair them."""
    prepare(server)
    server.as_root("apachestaple fix --quiet && systemctl reload apache2")


def prepare_blocked(server: Server) -> None:
    """Set up the sites, and a firewall that rejects the connections to the OCSP responder."""
    prepare(server)
    server.write("/etc/nftables.conf", _FIREWALL)
    server.as_root("nft -f /etc/nftables.conf")


def prepare_switched_off(server: Server) -> None:
    """Set up the sites; the responder of one of them was switched off by its authority."""
    prepare(server, _SWITCHED_OFF)


def prepare_certbot(server: Server) -> None:
    """Set up the sites, one with a certificate in certbot's folders, and certbot's options."""
    prepare(server)
    live = "/etc/letsencrypt/live/www.example.com"
    site = "/etc/apache2/sites-available/www.example.com.conf"
    server.write("/etc/letsencrypt/options-ssl-apache.conf", _ON.strip() + "\n")
    server.as_root(f"""
mkdir -p {live}
openssl x509 -in /etc/ssl/certs/www.example.com.pem -out {live}/cert.pem
cp /srv/ca/intermediate.pem {live}/chain.pem
cat {live}/cert.pem {live}/chain.pem >{live}/fullchain.pem
mv /etc/ssl/private/www.example.com.key {live}/privkey.pem
sed -i 's#/etc/ssl/certs/www.example.com.pem#{live}/cert.pem#
  s#/etc/ssl/private/www.example.com.key#{live}/privkey.pem#
  /privkey/a\\    Include /etc/letsencrypt/options-ssl-apache.conf' {site}
systemctl restart apache2
""")


def prepare(server: Server, sites: _Sites = _SITES) -> None:
    """Set up the sites, and start httpd and the OCSP responder."""
    server.write("/etc/apache2/ports.conf", "Listen 443\n")
    server.write("/etc/apache2/conf-available/servername.conf", "ServerName server.example.com\n")
    server.as_root("a2enconf -q servername >/dev/null")
    server.write("/etc/apache2/conf-available/ssl-hardening.conf", _CACHE)
    hosts = "".join(f"{address} {names}\n" for address, names in _NAMES.items())
    server.write("/etc/hosts", f"127.0.0.1 localhost server\n{hosts}")
    for address in _NAMES:
        server.as_root(f"ip address add {address}/32 dev lo")
    with tempfile.TemporaryDirectory() as name:
        authority = Authority(Path(name), "http://ocsp.example.com")
        for site, (stapling, ocsp) in sites.items():
            issued = authority.issue(site, names=[site], ocsp=ocsp)
            assert issued.key
            server.write(f"/etc/ssl/certs/{site}.pem", issued.cert.read_text())
            server.write(f"/etc/ssl/private/{site}.key", issued.key.read_text())
            text = _SITE.format(name=site, stapling=stapling)
            server.write(f"/etc/apache2/sites-available/{site}.conf", text)
        root = authority.root_file.read_text()
        server.write("/usr/local/share/ca-certificates/example.crt", root)
        for file in authority.state.iterdir():
            server.write(f"/srv/ca/{file.name}", file.read_text())
    server.as_root(_SCRIPT)
