"""Generated configurations, read by the real httpd and by us."""
