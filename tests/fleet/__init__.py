"""Servers for Ansible: each has an httpd of its own, and its own problem."""
