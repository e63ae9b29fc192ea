"""Limits for users' templates."""

# Seconds of processor time for one template.
SECONDS = 1
# Bytes of memory for the process, and characters of text for one template.
MEMORY = 512 * 1024 * 1024
TEXT = 16 * 1024 * 1024
