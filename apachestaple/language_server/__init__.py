"""The language server: diagnostics, and repairs of single findings, while a file is edited."""
