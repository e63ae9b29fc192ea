"""A client for the language server."""
