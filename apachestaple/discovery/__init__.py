"""What the paths of a command line mean."""
