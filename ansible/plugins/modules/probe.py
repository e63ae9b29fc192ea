#!/usr/bin/python
# Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""Checks the staples and certificates that running servers send."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: probe
version_added: 0.1.0
short_description: Check the OCSP staples and certificates of running servers
description:
  - Runs C(apachestaple probe) on the target, which connects to servers as a client that requests a staple.
  - Nothing is changed. A verdict does not fail the task, unless O(fail_on) says so.
author:
  - The developers of apachestaple (@apachestaple)
extends_documentation_fragment:
  - apachestaple.httpd.options
  - apachestaple.httpd.attributes
attributes:
  check_mode:
    support: full
    details: The module never changes anything, so it connects to the servers in check mode, too.
  diff_mode:
    support: none
    details: The module never changes anything.
options:
  targets:
    description: Servers, each as C(HOST) or C(HOST:PORT).
    type: list
    elements: str
    default: []
  configurations:
    description:
      - Main files or folders whose TLS hosts are probed, and compared with the configuration.
      - At least one of O(targets) and O(configurations) is required.
    type: list
    elements: path
    default: []
  allow_private:
    description:
      - With O(configurations), also connect to loopback, private and other special addresses.
      - Such addresses are always allowed in O(targets) and O(address).
    type: bool
    default: false
  servername:
    description: Name to send to the servers; by default, that of the target.
    type: str
  address:
    description: Connect to this address instead of that of the target.
    type: str
  cafile:
    description: File on the target with trusted authorities in PEM; by default, those of the system.
    type: path
  warning:
    description: Warn if a certificate expires in fewer days.
    type: float
  critical:
    description: Critical if a certificate expires in fewer days.
    type: float
  ocsp_warning:
    description: Warn if a staple expires in fewer hours.
    type: float
  ocsp_critical:
    description: Critical if a staple expires in fewer hours.
    type: float
  require_staple:
    description: Critical if a server sends no staple.
    type: bool
    default: false
  repeat:
    description:
      - Probe each server this number of times. The last probe counts.
      - httpd fetches a staple when the first client requests it, so V(2) or more is useful after a start.
    type: int
    default: 1
  interval:
    description: Pause between the probes of O(repeat), in seconds.
    type: float
    default: 1
  timeout:
    description: Time limit of each handshake, in seconds.
    type: float
    default: 15
  fail_on:
    description:
      - The best verdict that makes the module fail, in the order V(ok), V(unknown), V(warning), V(critical).
      - A server that cannot be reached is V(critical). V(unknown) means that nothing can be said about a server,
        for example because its configuration names no address.
      - With V(never), the verdicts are only returned.
    type: str
    choices: [never, unknown, warning, critical]
    default: never
seealso:
  - module: apachestaple.httpd.lint
  - module: apachestaple.httpd.fix
"""

EXAMPLES = r"""
- name: Check that a server staples
  apachestaple.httpd.probe:
    targets:
      - "{{ inventory_hostname }}:443"
    require_staple: true
    repeat: 3
    fail_on: critical

- name: Compare all hosts with the configuration
  apachestaple.httpd.probe:
    configurations:
      - /etc/apache2/apache2.conf
    address: 127.0.0.1
  register: probed
"""

RETURN = r"""
results:
  description: The result for each server, as in C(apachestaple probe --format json).
  returned: always, unless nothing could be probed
  type: list
  elements: dict
  sample:
    - target: www.example.com:443
      verdict: critical
      problems: ["no staple was sent"]
verdict:
  description: The worst verdict of all servers, in the order V(ok), V(unknown), V(warning), V(critical).
  returned: always, unless nothing could be probed
  type: str
  sample: ok
notes:
  description: What the program has printed to standard error.
  returned: if the program was run
  type: list
  elements: str
"""

from typing import TYPE_CHECKING

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.apachestaple.httpd.plugins.module_utils.documents import (
    checked,
    fail,
    parsed,
)
from ansible_collections.apachestaple.httpd.plugins.module_utils.program import (
    OPTIONS,
    ProgramError,
    absolute,
    option,
    run_program,
)
from ansible_collections.apachestaple.httpd.plugins.module_utils.texts import listed, printable

if TYPE_CHECKING:
    from ansible_collections.apachestaple.httpd.plugins.module_utils.documents import Document

RESULT = {"target": str, "verdict": str, "problems": list, "staple": dict}
# From the best one to the worst.
VERDICTS = ("ok", "unknown", "warning", "critical")
VALUES = {
    "servername": {"type": "str"},
    "address": {"type": "str"},
    "warning": {"type": "float"},
    "critical": {"type": "float"},
    "ocsp_warning": {"type": "float"},
    "ocsp_critical": {"type": "float"},
    "require_staple": {"type": "bool", "default": False},
    "allow_private": {"type": "bool", "default": False},
    "repeat": {"type": "int", "default": 1},
    "interval": {"type": "float", "default": 1.0},
    "timeout": {"type": "float", "default": 15.0},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **OPTIONS,
            **VALUES,
            "targets": {"type": "list", "elements": "str", "default": []},
            "configurations": {"type": "list", "elements": "path", "default": []},
            "cafile": {"type": "path"},
            "fail_on": {"type": "str", "choices": ["never", *VERDICTS[1:]], "default": "never"},
        },
        supports_check_mode=True,
    )
    try:
        _probe(module)
    except ProgramError as error:
        fail(module, str(error))


def _probe(module: AnsibleModule) -> None:
    given = module.params
    if not given["targets"] and not given["configurations"]:
        raise ProgramError("one of targets and configurations is required, and must not be empty")
    run = run_program(
        module,
        "probe",
        "--format=json",
        *(word for name in VALUES for word in option(name.replace("_", "-"), given[name])),
        *option("cafile", absolute(given["cafile"])),
        *option("from", [absolute(path) for path in given["configurations"]]),
        "--",
        *given["targets"],
    )
    results = parsed(run, "probe")
    # The exit code is not needed: every server that could not be reached has a verdict.
    if not isinstance(results, list) or not results:
        raise ProgramError("the report of probe has no results: " + run.reason)
    for each in results:
        checked(each, RESULT, "a result of probe")
        if each["verdict"] not in VERDICTS:
            raise ProgramError("a result of probe has an unknown verdict: " + each["verdict"])
    verdict = max((each["verdict"] for each in results), key=VERDICTS.index)
    bad = [_line(each) for each in results if _is_as_bad(each["verdict"], given["fail_on"])]
    if bad:
        fail(module, listed(bad), results=results, verdict=verdict, notes=run.messages)
    module.exit_json(changed=False, results=results, verdict=verdict, notes=run.messages)


def _is_as_bad(verdict: str, fail_on: str) -> bool:
    return fail_on != "never" and VERDICTS.index(verdict) >= VERDICTS.index(fail_on)


def _line(result: Document) -> str:
    problems = ", ".join(map(str, result["problems"])) or "no reason is given"
    line: str = printable(f"{result['target']}: {result['verdict']}: {problems}")
    return line


if __name__ == "__main__":
    main()
