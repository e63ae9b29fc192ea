"""A real httpd, a certificate authority and an OCSP responder on loopback.

Nothing here is a mock: Debian's ``apache2``, ``openssl ocsp`` and ``openssl s_client`` do the
talking. :class:`tests.lab.play.Lab` puts the parts together.
"""
