"""Planners, which turn remedies into edits."""
