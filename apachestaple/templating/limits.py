"""What a user's template may use."""

# Of processor time, for one template.
SECONDS = 1
# Of memory, for the process; and of text, for one template.
MEMORY = 512 * 1024 * 1024
TEXT = 16 * 1024 * 1024
