"""The texts of the example: a Debian-like ``apache2.conf`` and its included files.

They look like an administrator's files, and do not mention their problems.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Verdict(IntEnum):
    """How a real httpd reacts to the file."""

    STARTS = 0
    DOES_NOT_START = 1
    REJECTED = 2


@dataclass(frozen=True)
class Text:
    """A file in ``conf-available`` or ``sites-available``.

    ``enabled`` files have a link in ``conf-enabled`` or ``sites-enabled``.
    """

    text: str
    verdict: Verdict = Verdict.STARTS
    enabled: bool = True


# The .conf of each module, in the order in which Debian's links are read.
MODULES: Mapping[str, str | None] = {
    "alias": None,
    "authz_core": None,
    "authz_host": None,
    "headers": None,
    "mpm_event": """\
StartServers            2
MinSpareThreads         25
MaxSpareThreads         75
ThreadLimit             64
ThreadsPerChild         25
MaxRequestWorkers       150
MaxConnectionsPerChild  0
""",
    "socache_shmcb": None,
    "ssl": """\
SSLRandomSeed startup builtin
SSLRandomSeed startup file:/dev/urandom 512
SSLRandomSeed connect builtin
SSLRandomSeed connect file:/dev/urandom 512

#   Inter-process session cache
SSLSessionCache         shmcb:${APACHE_RUN_DIR}/ssl_scache(512000)
SSLSessionCacheTimeout  300

SSLCipherSuite HIGH:!aNULL
SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1
SSLHonorCipherOrder off
SSLSessionTickets off
""",
}

SERVER: Mapping[str, str] = {
    "apache2.conf": """\
# Main configuration of the web servers of example.com and example.net.
# The layout is Debian's: modules, then ports, then general settings, then sites.

#ServerRoot "/etc/apache2"
DefaultRuntimeDir ${APACHE_RUN_DIR}
PidFile ${APACHE_PID_FILE}

Timeout 300
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5

# These come from envvars.
User ${APACHE_RUN_USER}
Group ${APACHE_RUN_GROUP}

HostnameLookups Off
ErrorLog ${APACHE_LOG_DIR}/error.log
LogLevel warn

IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf

Include ports.conf

<Directory />
	Options FollowSymLinks
	AllowOverride None
	Require all denied
</Directory>

<Directory /var/www/>
	Options FollowSymLinks
	AllowOverride None
	Require all granted
</Directory>

AccessFileName .htaccess
<FilesMatch "^\\.ht">
	Require all denied
</FilesMatch>

LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O" vhost_common
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined

IncludeOptional conf-enabled/*.conf
IncludeOptional sites-enabled/*.conf
""",
    "ports.conf": """\
Listen 80

<IfModule ssl_module>
	Listen 443
</IfModule>

<IfModule mod_gnutls.c>
	Listen 443
</IfModule>
""",
    "envvars": """\
# Default environment of apache2ctl

unset HOME

if [ "${APACHE_CONFDIR##/etc/apache2-}" != "${APACHE_CONFDIR}" ] ; then
	SUFFIX="-${APACHE_CONFDIR##/etc/apache2-}"
else
	SUFFIX=
fi

export APACHE_RUN_USER=www-data
export APACHE_RUN_GROUP=www-data
export APACHE_PID_FILE=/var/run/apache2$SUFFIX/apache2.pid
export APACHE_RUN_DIR=/var/run/apache2$SUFFIX
export APACHE_LOCK_DIR=/var/lock/apache2$SUFFIX
export APACHE_LOG_DIR=/var/log/apache2$SUFFIX

export LANG=C
""",
}

CONF: Mapping[str, Text] = {
    "ocsp-stapling.conf": Text(
        """\
# OCSP stapling for all sites (CIS benchmark, 7.11)
<IfModule mod_ssl.c>
    SSLUseStapling on
    SSLStaplingCache shmcb:${APACHE_RUN_DIR}/ssl_stapling(32768)
    SSLStaplingStandardCacheTimeout 1h
    SSLStaplingResponderTimeout 5
    SSLStaplingReturnResponderErrors off
</IfModule>
"""
    ),
    "security.conf": Text(
        """\
ServerTokens Prod
ServerSignature Off
TraceEnable Off
"""
    ),
    "zz-hardening.conf": Text(
        """\
# After the audit of last spring. Read last, so that it wins.
SSLCompression off
SSLStaplingCache "shmcb:${APACHE_RUN_DIR}/stapling_cache(12345)"
Header always set X-Content-Type-Options nosniff
""",
        Verdict.DOES_NOT_START,
    ),
}

SITES: Mapping[str, Text] = {
    "000-default.conf": Text(
        """\
# Everything that comes in without TLS
<VirtualHost *:80>
	ServerName www.example.com
	ServerAlias *.example.com *.example.net
	ServerAdmin webmaster@example.com
	Alias /.well-known/acme-challenge/ /var/www/acme/.well-known/acme-challenge/
	RedirectMatch permanent ^/(?!\\.well-known/acme-challenge/)(.*) https://www.example.com/$1
	ErrorLog ${APACHE_LOG_DIR}/error.log
	CustomLog ${APACHE_LOG_DIR}/access.log combined
</VirtualHost>
"""
    ),
    "api.example.com.conf": Text(
        """\
# Old clients get the RSA certificate, all others the ECDSA one
<VirtualHost *:443>
    ServerName api.example.com
    DocumentRoot /var/www/api

    SSLEngine on
    SSLCertificateFile    certs/api.example.com.pem
    SSLCertificateKeyFile certs/api.example.com.key
    SSLCertificateFile    certs/api.example.com-rsa.pem
    SSLCertificateKeyFile certs/api.example.com-rsa.key
    SSLUseStapling on

    CustomLog ${APACHE_LOG_DIR}/api.log combined
</VirtualHost>
"""
    ),
    "archive.example.net.conf": Text(
        """\
# Read-only since 2019
<VirtualHost *:443>
  ServerName archive.example.net
  DocumentRoot /var/www/archive
  SSLEngine on
  SSLCertificateFile certs/archive.example.net.pem
  SSLCertificateKeyFile certs/archive.example.net.key
  CustomLog ${APACHE_LOG_DIR}/archive.log combined
</VirtualHost>
""",
        Verdict.DOES_NOT_START,
    ),
    "blog.example.net.conf": Text(
        """\
# Certificate copied over from the old machine, where certbot had made it
<VirtualHost *:443>
	ServerName blog.example.net
	DocumentRoot /var/www/blog
	SSLEngine on
	SSLCertificateFile certs/blog.example.net.pem
	SSLCertificateKeyFile certs/blog.example.net.key
	SSLUseStapling on
	CustomLog ${APACHE_LOG_DIR}/blog.log combined
</VirtualHost>
"""
    ),
    "docs.example.com.conf": Text(
        """\
# Manuals, for customers
<VirtualHost *:443>
    ServerName docs.example.com
    DocumentRoot /var/www/docs
    SSLEngine on
    SSLCertificateFile certs/docs.example.com.pem
    SSLCertificateKeyFile certs/docs.example.com.key
    SSLUseStapling on   # asked for by the auditors
    CustomLog ${APACHE_LOG_DIR}/docs.log combined
</VirtualHost>
"""
    ),
    "download.example.com.conf": Text(
        """\
# Our own CA; its certificates do not say where the responder is
<VirtualHost *:443>
    ServerName download.example.com
    DocumentRoot /var/www/download
    SSLEngine on
    SSLCertificateFile certs/download.example.com.pem
    SSLCertificateKeyFile certs/download.example.com.key
    SSLUseStapling on
    SSLStaplingForceURL http://ocsp.example.com/
    CustomLog ${APACHE_LOG_DIR}/download.log combined
</VirtualHost>
"""
    ),
    "files.example.com.conf": Text(
        """\
# File exchange
<VirtualHost *:443>
    ServerName files.example.com
    DocumentRoot /var/www/files
    SSLEngine on
    SSLCertificateFile certs/files.example.com.pem
    SSLCertificateKeyFile certs/files.example.com.key
    SSLUseStapling \N{LEFT DOUBLE QUOTATION MARK}on\N{RIGHT DOUBLE QUOTATION MARK}
    CustomLog ${APACHE_LOG_DIR}/files.log combined
</VirtualHost>
""",
        Verdict.REJECTED,
    ),
    "forum.example.net.conf": Text(
        """\
# Discussion board
<VirtualHost *:443>
    ServerName forum.example.net
    ServerAlias boards.example.net
    DocumentRoot /var/www/forum

    SSLEngine on
    SSLCertificateFile certs/forum.example.net.pem
    SSLCertificateKeyFile certs/forum.example.net.key

    # OCSP stapling
    SSLUseStapling on
    SSLStaplingCache shmcb:/var/run/ocsp(128000)

    CustomLog ${APACHE_LOG_DIR}/forum.log combined
</VirtualHost>
""",
        Verdict.REJECTED,
    ),
    "intranet.example.net.conf": Text(
        """\
# Only reachable from the office
<VirtualHost *:443>
	ServerName intranet.example.net
	DocumentRoot /var/www/intranet
	<Directory /var/www/intranet>
		Require local
	</Directory>
	SSLEngine on
	SSLCertificateFile certs/intranet.example.net.pem
	SSLCertificateKeyFile certs/intranet.example.net.key
	CustomLog ${APACHE_LOG_DIR}/intranet.log combined
</VirtualHost>
"""
    ),
    "lists.example.net.conf": Text(
        """\
# Mailing list archives; certificate ordered, see ticket 4711
<VirtualHost *:443>
    ServerName lists.example.net
    DocumentRoot /var/www/lists
    SSLEngine on
    SSLCertificateFile certs/lists.example.net.pem
    SSLCertificateKeyFile certs/lists.example.net.key
    CustomLog ${APACHE_LOG_DIR}/lists.log combined
</VirtualHost>
""",
        Verdict.DOES_NOT_START,
    ),
    "mail.example.com.conf": Text(
        """\
# Web mail
<VirtualHost *:443>
    ServerName mail.example.com
    ServerAlias webmail.example.com
    DocumentRoot /var/www/webmail

    SSLEngine on
    SSLCertificateFile \\
        certs/mail.example.com.pem
    SSLCertificateKeyFile \\
        certs/mail.example.com.key
    SSLUseStapling on

    CustomLog ${APACHE_LOG_DIR}/mail.log combined
</VirtualHost>
"""
    ),
    "partner.example.net.conf": Text(
        """\
# Certificate comes from the partner's CA
<VirtualHost *:443>
    ServerName partner.example.net
    DocumentRoot /var/www/partner
    SSLEngine on
    SSLCertificateFile certs/partner.example.net.pem
    SSLCertificateKeyFile certs/partner.example.net.key
    SSLUseStapling on
    CustomLog ${APACHE_LOG_DIR}/partner.log combined
</VirtualHost>
"""
    ),
    "pay.example.com.conf": Text(
        """\
# Payment pages
<VirtualHost *:443>
    ServerName pay.example.com
    DocumentRoot /var/www/pay
    SSLEngine on
    SSLCertificateFile certs/pay.example.com.pem
    SSLCertificateKeyFile certs/pay.example.com.key
    SSLUseStapling off
    Header always set Strict-Transport-Security "max-age=63072000"
    CustomLog ${APACHE_LOG_DIR}/pay.log combined
</VirtualHost>
"""
    ),
    "shop.example.com.conf": Text(
        """\
# Web shop
<VirtualHost *:443>
    ServerName shop.example.com
    DocumentRoot /var/www/shop

    SSLEngine on
    SSLCertificateFile certs/shop.example.com.pem
    SSLCertificateKeyFile certs/shop.example.com.key
    SSLUseStapling on

    Header always set Strict-Transport-Security "max-age=63072000"
    CustomLog ${APACHE_LOG_DIR}/shop.log combined
</VirtualHost>
"""
    ),
    "staging.example.com.conf": Text(
        """\
# Not in use at the moment
<VirtualHost *:443>
    ServerName staging.example.com
    DocumentRoot /var/www/staging
    SSLEngine on
    SSLCertificateFile certs/staging.example.com.pem
    SSLCertificateKeyFile certs/staging.example.com.key
    SSLStaplingCache shmcb:logs/stapling-cache(150000)
</VirtualHost>
""",
        Verdict.REJECTED,
        enabled=False,
    ),
    "static.example.com.conf": Text(
        """\
# Pictures and style sheets
<VirtualHost *:443>
	ServerName static.example.com
	DocumentRoot /var/www/static
	SSLEngine on
	SSLCertificateFile certs/static.example.com.pem
	SSLCertificateKeyFile certs/static.example.com.key
	SSLUseStapling off
	CustomLog ${APACHE_LOG_DIR}/static.log combined
</VirtualHost>
"""
    ),
    "status.example.net.conf": Text(
        """\
# Status page
<VirtualHost *:443>
    ServerName status.example.net
    DocumentRoot /var/www/status
    SSLEngine on
    SSLCertificateFile certs/status.example.net.pem
    SSLCertificateKeyFile certs/status.example.net.key
    SSLUseStaplling on
    CustomLog ${APACHE_LOG_DIR}/status.log combined
</VirtualHost>
""",
        Verdict.REJECTED,
    ),
    "wiki.example.net.conf": Text(
        """\
# Certificate renewed by certbot
<VirtualHost *:443>
    ServerName wiki.example.net
    DocumentRoot /var/www/wiki
    SSLEngine on
    SSLCertificateFile certs/wiki.example.net.pem
    SSLCertificateKeyFile certs/wiki.example.net.key
    SSLUseStapling on
    CustomLog ${APACHE_LOG_DIR}/wiki.log combined
</VirtualHost>
"""
    ),
    "www.example.com.conf": Text(
        """\
# Main site
<VirtualHost *:443>
    ServerName www.example.com
    ServerAlias example.com
    DocumentRoot /var/www/html

    SSLEngine on
    SSLCertificateFile certs/www.example.com.pem
    SSLCertificateKeyFile certs/www.example.com.key

    CustomLog ${APACHE_LOG_DIR}/www.log combined
</VirtualHost>
"""
    ),
}
