"""What httpd's error log says about stapling: which line means what, and what it comes from."""
