"""The kinds of rules: each knows which objects of a site its rules are handed, one by one."""
