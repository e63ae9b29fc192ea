"""Puts the rules to a site."""
