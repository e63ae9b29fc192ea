"""Real editors that use the language server."""
