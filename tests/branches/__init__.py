"""The branches of httpd's source that decide about stapling, as a page: ``docs/branches.md``."""
