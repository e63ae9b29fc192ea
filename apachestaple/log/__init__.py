"""Explains httpd's error log: the stapling messages and their causes."""
