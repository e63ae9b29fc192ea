"""The command line: one file per command, which reads arguments and prints results."""
