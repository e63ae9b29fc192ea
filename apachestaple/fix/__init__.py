"""Repairs: plan, render with Jinja, edit the tree, write safely."""
