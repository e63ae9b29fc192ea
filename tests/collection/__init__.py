"""Runs the Ansible collection."""
