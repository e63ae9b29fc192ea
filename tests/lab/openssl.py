"""The versions of the lab's httpd and of its OpenSSL."""

import re


def httpd_of(log: str) -> tuple[int, ...]:
    """The version of httpd, such as (2, 4, 68), as it logs it when it has started."""
    found = re.search(r" Apache/(\d+)\.(\d+)\.(\d+) .* configured", log)
    assert found is not None
    return tuple(map(int, found.groups()))


def openssl_of(log: str) -> tuple[int, ...]:
    """Its version, such as (3, 0), as httpd logs it when it has started."""
    found = re.search(r" OpenSSL/(\d+)\.(\d+)\.\d+.* configured", log)
    assert found is not None
    return tuple(map(int, found.groups()))
