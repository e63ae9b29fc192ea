"""What certbot's stapling enhancement writes, beside what fix writes."""
