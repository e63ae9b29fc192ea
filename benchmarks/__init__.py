"""Time and memory of httpd and apachestaple for the same configurations."""
