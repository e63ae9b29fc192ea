"""Apache's configuration language, exactly as httpd reads it; nothing here knows of TLS."""
