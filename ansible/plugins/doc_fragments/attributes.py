# Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""What all modules of the collection support."""

from __future__ import annotations


class ModuleDocFragment:
    """The attributes of modules."""

    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/apachestaple.httpd.all) in C(module_defaults) to set options of all modules.
    support: full
    membership:
      - apachestaple.httpd.all
  check_mode:
    description: Can run in C(check_mode), and return the changed status without changing anything.
  diff_mode:
    description: Returns the lines that are changed, or would be in C(check_mode), when in diff mode.
  platform:
    description: Systems on which the module runs.
    platforms: posix
    support: full
"""
