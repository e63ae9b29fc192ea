"""Trust in files and folders, and safe ways to write them."""
