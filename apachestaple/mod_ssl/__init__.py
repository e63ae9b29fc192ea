"""The configuration as mod_ssl interprets it."""
