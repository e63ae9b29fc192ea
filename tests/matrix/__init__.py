"""The same proofs, with the httpd and OpenSSL of several Debian releases as the referee."""
