"""Applies rules to sites."""
