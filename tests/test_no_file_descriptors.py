"""An error of the whole system ends the command, and is not taken for one about an input file."""

from __future__ import annotations

_HOST = """\
<VirtualHost *:443>
    ServerName x
    SSLEngine on
    SSLCertificateFile certs/x.pem
    SSLCertificateKeyFile certs/x.key
    SSLUseStapling on
</VirtualHost>
"""
