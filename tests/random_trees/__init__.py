"""Random trees with faults are repaired, and a real httpd says whether they are."""
