"""Wheel and sdist: built twice, and installed with uv and pipx."""
