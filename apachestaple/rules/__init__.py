"""One file per rule, ``asNNN_name.py``; adding a rule is adding a file."""
