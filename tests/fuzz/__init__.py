"""A coverage-guided fuzzer for the reader: ``make fuzz SECONDS=600``."""
