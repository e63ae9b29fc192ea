"""Writing all files or none, undo and recovery."""
