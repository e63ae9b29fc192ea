"""Compares certbot's stapling enhancement with fix."""
