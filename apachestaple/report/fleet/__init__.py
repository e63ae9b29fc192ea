"""Views of ``report``, one file for each format."""
