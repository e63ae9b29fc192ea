"""Lines in trees."""
