"""The manual pages, which are made from the commands and from ``texts.toml``."""
