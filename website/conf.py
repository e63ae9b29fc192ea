"""Configuration of Sphinx."""

from apachestaple import __version__

project = "apachestaple"
version = release = __version__
copyright = "the apachestaple authors"  # noqa: A001 - the name that Sphinx reads

extensions = ["myst_parser"]
nitpicky = True
# Examples of rules are wrong on purpose, so that the lexer of their language does not accept all.
suppress_warnings = ["misc.highlighting_failure"]
myst_heading_anchors = 4

html_theme = "furo"
html_title = f"apachestaple {version}"
html_show_sourcelink = False
html_copy_source = False
# Summaries need a web server.
html_show_search_summary = False
html_use_index = False
html_domain_indices = False
pygments_style = "default"
