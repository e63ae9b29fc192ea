"""Configurations drawn at random, working and broken, against what the real httpd does.

`draw` draws a configuration that works, `faults` puts one fault into it, `dress` and `spelling`
write it down in one of many ways, `case` asks lint and httpd, and `verdict` compares.
"""
