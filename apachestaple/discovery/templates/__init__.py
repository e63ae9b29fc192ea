"""Reads templates of configuration management as the configurations that they can become."""
