"""Apache's configuration language, as httpd reads it. Nothing here depends on TLS."""
