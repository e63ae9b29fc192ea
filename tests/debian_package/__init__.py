"""The Debian package: built, checked and installed in a system of each release."""
