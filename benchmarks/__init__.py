"""How long httpd and apachestaple take, on the same configurations."""
