"""Reads each file of a folder with apacheconfig's own loader.

``python benchmarks/stock.py FOLDER`` uses apacheconfig's options for native Apache files except
``preservewhitespace``, with which this loader fails on every block. ``--as-is`` keeps that option.
"""

import os
import sys

from apacheconfig import make_loader
from apacheconfig.flavors import NATIVE_APACHE

hosts = files = 0
failures = []
options = {**NATIVE_APACHE, "preservewhitespace": "--as-is" in sys.argv}
with make_loader(**options) as loader:
    for folder, _, names in os.walk(sys.argv[1]):
        for name in names:
            if not name.endswith((".conf", ".load")):
                continue
            files += 1
            try:
                contents = loader.load(os.path.join(folder, name))
            except Exception as error:  # noqa: BLE001  (it also raises what it does not document)
                failures.append(f"{type(error).__name__}: {error}".strip())
                continue
            # One block is a dictionary, several are a list of dictionaries.
            found = contents.get("VirtualHost", [])
            hosts += len(found) if isinstance(found, list) else 1
print(hosts, "hosts")
if failures:
    print(f"note: cannot read {len(failures)} of {files} files ({failures[0]})")
