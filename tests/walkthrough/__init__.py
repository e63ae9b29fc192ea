"""Follows the tutorial and the how-to pages on fresh Debian servers."""
