"""PEM files and keys: leaf, chain, issuer, OCSP URIs, must-staple."""
