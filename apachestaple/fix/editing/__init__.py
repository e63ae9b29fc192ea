"""Edits on the tree of a file."""
