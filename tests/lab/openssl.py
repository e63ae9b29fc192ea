"""The OpenSSL of the lab's httpd."""

import re


def openssl_of(log: str) -> tuple[int, ...]:
    """Its version, such as (3, 0), as httpd logs it when it has started."""
    found = re.search(r" OpenSSL/(\d+)\.(\d+)\.\d+.* configured", log)
    assert found is not None
    return tuple(map(int, found.groups()))
