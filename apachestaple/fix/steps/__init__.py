"""From remedies to edits."""
