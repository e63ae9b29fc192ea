"""The command line: one file per command, which reads arguments, calls the rooms and prints."""
