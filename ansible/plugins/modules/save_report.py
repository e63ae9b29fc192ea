#!/usr/bin/python
# Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: save_report
version_added: 0.1.0
short_description: Write the report of a server to a folder of the controller
description:
  - Writes what M(apachestaple.httpd.lint) has found on a server, or why it has failed, to a file of the controller.
    C(apachestaple report) merges the files of a folder.
  - The name of the file and of the server in it is that of the inventory. In the name of the file, characters other
    than letters, digits and C(._-) are replaced by C(_), and a part of the name's SHA-256 follows.
  - It runs on the controller, without a connection to the server, so it can be used for a server that is down.
author:
  - The developers of apachestaple (@apachestaple)
options:
  folder:
    description: Folder of the controller. It is created if it is missing.
    type: path
    required: true
  report:
    description: The C(report) of M(apachestaple.httpd.lint).
    type: dict
  error:
    description: Why there is no report.
    type: str
attributes:
  check_mode:
    description: The file is also written in check mode, because it is no change of a server.
    support: full
  diff_mode:
    description: There is no diff.
    support: none
seealso:
  - module: apachestaple.httpd.lint
"""

EXAMPLES = r"""
- name: Lint the configuration
  apachestaple.httpd.lint:
  register: checked

- name: Write the findings to the controller
  apachestaple.httpd.save_report:
    folder: /var/tmp/findings
    report: "{{ checked.report }}"
"""

RETURN = r"""
path:
  description: The file on the controller.
  returned: success
  type: str
  sample: /var/tmp/findings/www1.example.com.json
"""
