"""Runs the command as a process of its own, without loading its modules anew for each run."""
