"""Hosts that share certificates, drawn at random: the program's predictions against httpd."""
