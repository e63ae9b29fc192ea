"""PEM files, certificates and private keys."""
