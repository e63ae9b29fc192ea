"""A configuration with typical problems."""
