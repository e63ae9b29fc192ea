"""Finds the configurations that the paths of a command line stand for."""
