"""A real httpd, a certificate authority and an OCSP responder on loopback.

Nothing is mocked: the lab runs Debian's ``apache2``, ``openssl ocsp`` and ``openssl s_client``.
:class:`tests.lab.play.Lab` combines the parts.
"""
