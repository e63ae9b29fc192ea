"""Prints the findings about a configuration."""

import os
import sys

from apachestaple import lint

for finding in lint(*sys.argv[1:], ignore=["AS5"]):
    file = os.path.relpath(finding.place.file)
    print(f"{file}:{finding.place.line}: {finding.severity}: {finding.code} {finding.message}")
