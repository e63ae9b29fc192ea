# Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""Options that the modules have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """How the program is run, and how it reads a configuration."""

    DOCUMENTATION = r"""
options:
  executable:
    description:
      - The program C(apachestaple) on the target.
      - A name without a slash is searched for in E(PATH).
    type: path
    default: apachestaple
  time_limit:
    description:
      - Time limit of the whole run, in seconds.
      - The program is ended by C(SIGTERM) when it is exceeded, and the module fails.
    type: int
    default: 600
  root:
    description: Folder that stands for the server's root folder C(/), such as a container's file system.
    type: path
  defines:
    description: Names that httpd defines by its option C(-D), as C(NAME) or C(NAME=VALUE).
    type: list
    elements: str
    default: []
  certificates:
    description:
      - Whether a missing certificate file is an error (V(required)), or only means that
        certificates are not checked (V(available)).
      - By default, it is an error if the configuration is in its C(ServerRoot).
    type: str
    choices: [required, available]
  config:
    description:
      - Settings file.
      - By default, C(apachestaple.toml) or C(pyproject.toml) in the folders of the first path and above.
    type: path
requirements:
  - apachestaple 0.1.0 or newer on the target, with a Python 3.11 or newer of its own
notes:
  - The program may have another Python than Ansible uses on the target, for example in a virtual environment.
"""

    RULES = r"""
options:
  select:
    description: Use only these rules, which are codes (C(AS201)), code prefixes (C(AS2)) or names.
    type: list
    elements: str
    default: []
  ignore:
    description: Do not use these rules.
    type: list
    elements: str
    default: []
  fail_on:
    description:
      - Lowest severity of a finding that makes the module fail.
      - With V(never), findings are only returned.
    type: str
    choices: [never, info, warning, error]
    default: never
"""
