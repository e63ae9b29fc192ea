"""OCSP requests, responses and responders."""
