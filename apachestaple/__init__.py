"""A linter and rewriter for OCSP stapling in Apache httpd configurations."""

__version__ = "0.1.0"
