#!/usr/bin/python
# Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""Checks a server's configuration."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lint
version_added: 0.1.0
short_description: Check the configuration of an Apache httpd for OCSP stapling problems
description:
  - Runs C(apachestaple lint) on the target, and returns its findings.
  - Nothing is changed. A finding does not fail the task, unless O(fail_on) says so.
  - The facts C(apachestaple) have the findings and hosts of the latest run.
author:
  - The developers of apachestaple (@apachestaple)
extends_documentation_fragment:
  - apachestaple.httpd.options
  - apachestaple.httpd.options.rules
  - apachestaple.httpd.attributes
attributes:
  check_mode:
    support: full
    details: The module never changes anything, so it does the same in check mode.
  diff_mode:
    support: none
    details: The module never changes anything.
options:
  paths:
    description:
      - Main files, folders or fragments.
      - By default, the configuration of the httpd that is installed on the target.
    type: list
    elements: path
    default: []
  online:
    description:
      - Query the OCSP responders from the target, as httpd does.
      - Otherwise no connection is made.
    type: bool
    default: false
  allow_private:
    description: With O(online), also query responders with loopback, private and other special addresses.
    type: bool
    default: false
seealso:
  - module: apachestaple.httpd.fix
  - module: apachestaple.httpd.probe
  - module: apachestaple.httpd.save_report
"""

EXAMPLES = r"""
- name: Check the configuration of the installed httpd
  apachestaple.httpd.lint:
  register: checked

- name: Show the hosts that do not staple
  ansible.builtin.debug:
    msg: "{{ checked.hosts | rejectattr('staples', 'equalto', true) | list | items2dict('name', 'why') }}"

- name: Fail on errors of a configuration in a folder
  apachestaple.httpd.lint:
    executable: /opt/apachestaple/bin/apachestaple
    paths:
      - /srv/www/httpd.conf
    fail_on: error

- name: Write the report of each server to the controller, for "apachestaple report"
  apachestaple.httpd.save_report:
    folder: /var/tmp/findings
    report: "{{ checked.report }}"
"""

RETURN = r"""
findings:
  description: The findings, as in C(apachestaple lint --format json).
  returned: always, unless the configuration could not be read
  type: list
  elements: dict
  sample:
    - rule: AS304
      name: no-ocsp-uri
      severity: warning
      message: the certificate of wiki.example.net has no OCSP URI, so it cannot be stapled
      file: /etc/apache2/sites-enabled/wiki.example.net.conf
      line: 5
hosts:
  description: The hosts with TLS, each with its certificates, and whether its clients get a staple.
  returned: always, unless the configuration could not be read
  type: list
  elements: dict
summary:
  description: The numbers of files, hosts, certificates and findings.
  returned: always, unless the configuration could not be read
  type: dict
  sample: {"files": 12, "hosts": 3, "certificates": 3, "errors": 1, "warnings": 0, "infos": 0}
configurations:
  description: The configurations that were read.
  returned: always, unless the configuration could not be read
  type: list
  elements: dict
  sample:
    - path: /etc/apache2/apache2.conf
      kind: server
      files: 12
      hosts: 3
      certificates: 3
report:
  description:
    - The whole document, for C(apachestaple report).
    - If the configuration could not be read, it has only the name of the server and the error.
  returned: always
  type: dict
notes:
  description: What the program has printed to standard error, such as files that it has not read.
  returned: if the program was run
  type: list
  elements: str
ansible_facts:
  description: Facts about the server.
  returned: success
  type: dict
  contains:
    apachestaple:
      description: The result of the latest run.
      returned: success
      type: dict
      contains:
        version:
          description: The version of apachestaple.
          type: str
          returned: success
          sample: 0.1.0
        server:
          description: The name of the server.
          type: str
          returned: success
        findings:
          description: The same as RV(findings).
          type: list
          elements: dict
          returned: success
        hosts:
          description: The same as RV(hosts).
          type: list
          elements: dict
          returned: success
        summary:
          description: The same as RV(summary).
          type: dict
          returned: success
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.apachestaple.httpd.plugins.module_utils.documents import (
    RULE_OPTIONS,
    as_bad_as,
    fail,
    read_report,
)
from ansible_collections.apachestaple.httpd.plugins.module_utils.program import (
    OPTIONS,
    ProgramError,
    absolute,
    option,
    run_program,
)
from ansible_collections.apachestaple.httpd.plugins.module_utils.texts import listed

REPORT = {
    "apachestaple": str,
    "server": str,
    "configurations": list,
    "findings": list,
    "hosts": list,
    "summary": dict,
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **OPTIONS,
            **RULE_OPTIONS,
            "paths": {"type": "list", "elements": "path", "default": []},
            "online": {"type": "bool", "default": False},
            "allow_private": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    try:
        _lint(module)
    except ProgramError as error:
        fail(module, str(error))


def _lint(module: AnsibleModule) -> None:
    given = module.params
    run = run_program(
        module,
        "lint",
        "--format=json",
        "--exit-zero",
        *option("select", given["select"]),
        *option("ignore", given["ignore"]),
        *option("online", given["online"]),
        *option("allow-private", given["online"] and given["allow_private"]),
        *map(absolute, given["paths"]),
    )
    report = read_report(run, "lint", REPORT)
    result = {key: report[key] for key in ("configurations", "findings", "hosts", "summary")}
    result.update(report=report, notes=run.messages)
    if run.code != 0:
        # A part of the paths could be read.
        fail(module, "apachestaple lint failed: " + run.reason, **result)
    facts = {key: report[key] for key in ("server", "findings", "hosts", "summary")}
    facts["version"] = report["apachestaple"]
    result["ansible_facts"] = {"apachestaple": facts}
    bad = as_bad_as(report["findings"], given["fail_on"])
    if bad:
        fail(module, listed(bad), **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
