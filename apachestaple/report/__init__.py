"""What was found, as people and programs read it; one file per format."""
