"""Reads a configuration as every command does, and does nothing else.

``python benchmarks/reading.py PATH`` measures `locate` and `read`, with the settings of the garbage
collector and the exit of the command.
"""

import gc
import sys

gc.set_threshold(1_000_000)

from apachestaple.__main__ import leave  # noqa: E402  (loading is collected, too)
from apachestaple.discovery.locate import locate  # noqa: E402
from apachestaple.httpd.layout import Options  # noqa: E402
from apachestaple.httpd.reader import read  # noqa: E402

configuration = read(locate(sys.argv[1], Options()))
if configuration.errors:
    sys.exit(str(configuration.errors[0]))
print(sum(1 for _ in configuration.named("<VirtualHost")), "hosts")
leave(SystemExit(0))
