"""What each command does with its arguments: one file per command, none of them knows Typer."""
