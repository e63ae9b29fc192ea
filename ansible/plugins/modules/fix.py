#!/usr/bin/python
# Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""Repairs a server's configuration, or undoes the latest repair."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: fix
version_added: 0.1.0
short_description: Repair OCSP stapling in the configuration of an Apache httpd
description:
  - Runs C(apachestaple fix) on the target, which repairs the configuration and keeps a backup of the old files.
  - A second run changes nothing.
  - httpd is not reloaded. RV(reload) is the command that makes it use the new files.
author:
  - The developers of apachestaple (@apachestaple)
extends_documentation_fragment:
  - apachestaple.httpd.options
  - apachestaple.httpd.options.rules
  - apachestaple.httpd.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
options:
  paths:
    description:
      - Main files, folders or fragments.
      - By default, the configuration of the httpd that is installed on the target.
      - With O(state=undone), main files of the configurations whose latest repair is undone; by default, those of the
        latest repair.
    type: list
    elements: path
    default: []
  state:
    description:
      - With V(repaired), the configuration is repaired.
      - With V(undone), the files from before the latest repair are restored, and the backup is removed. If there
        were several repairs, the next run undoes the one before. The options O(select), O(ignore), O(fail_on),
        O(unsafe), O(disable), O(use_mod_md), O(proxy), O(outside), O(generated) and O(templates) have no effect.
    type: str
    choices: [repaired, undone]
    default: repaired
  unsafe:
    description:
      - Also apply unsafe repairs, which turn stapling on where C(SSLUseStapling) is off, and use the file of
        another certificate as chain.
    type: bool
    default: false
  disable:
    description: Remove stapling everywhere.
    type: bool
    default: false
  use_mod_md:
    description: Let mod_md staple instead of mod_ssl.
    type: bool
    default: false
  proxy:
    description: Query responders through this proxy, such as C(http://proxy.example.com:3128).
    type: str
  outside:
    description: Also edit included files outside of the server's own folders.
    type: bool
    default: false
  generated:
    description: Also edit files that a program generates, such as Puppet or a hosting panel.
    type: bool
    default: false
  templates:
    description: Folder on the target with templates of your own.
    type: path
  configtest:
    description:
      - When to run C(httpd -t). If it fails after the change, the change is reverted, and the module fails.
      - With V(auto), for the configuration of the httpd that is installed on the target.
    type: str
    choices: [auto, always, never]
    default: auto
seealso:
  - module: apachestaple.httpd.lint
  - module: apachestaple.httpd.probe
notes:
  - A diff shows lines of the configuration. To keep them out of Ansible's output and logs, set C(diff) to V(false)
    and C(no_log) to V(true) for the task.
"""

EXAMPLES = r"""
- name: Repair the configuration of the installed httpd
  apachestaple.httpd.fix:
  become: true
  register: repair

- name: Make httpd use the new files
  ansible.builtin.service:
    name: apache2
    state: "{{ 'restarted' if repair.restart else 'reloaded' }}"
  become: true
  when: repair is changed

- name: Undo the latest repair
  apachestaple.httpd.fix:
    state: undone
  become: true

- name: Remove stapling everywhere
  apachestaple.httpd.fix:
    disable: true
  become: true
"""

RETURN = r"""
files:
  description: The files that are changed, or would be in check mode.
  returned: always, unless the configuration could not be read or written
  type: list
  elements: dict
  contains:
    path:
      description: The path.
      type: str
      returned: always
      sample: /etc/apache2/sites-available/shop.conf
    diff:
      description: The change as a unified diff.
      type: str
      returned: always
repairs:
  description: The findings that are repaired, each with its rule, hosts and reason.
  returned: always, unless the configuration could not be read or written
  type: list
  elements: dict
  sample:
    - rule: AS201
      hosts: ["shop.example.com:443"]
      reason: SSLUseStapling is on, but SSLStaplingCache is missing, so httpd does not start
refusals:
  description: What is not changed, with the reason.
  returned: always, unless the configuration could not be read or written
  type: list
  elements: str
findings:
  description: The findings that stay, as in the module M(apachestaple.httpd.lint).
  returned: always, unless the configuration could not be read or written
  type: list
  elements: dict
hosts:
  description: Whether the clients of a host get a staple, before and after the change; null if that is not known.
  returned: always, unless the configuration could not be read or written
  type: list
  elements: dict
  sample:
    - name: shop.example.com:443
      before: false
      after: true
reload:
  description: The command that makes httpd use the changed files; null if nothing is changed.
  returned: always, unless the configuration could not be read or written
  type: str
  sample: systemctl reload apache2
restart:
  description: Whether httpd must be stopped and started, because a reload would end it or would not be enough.
  returned: always, unless the configuration could not be read or written
  type: bool
configtest:
  description: The result of C(httpd -t).
  returned: always, unless the configuration could not be read or written
  type: str
  sample: passed
notes:
  description: What the program has printed to standard error, such as why a reload is not enough.
  returned: if the program was run
  type: list
  elements: str
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
from ansible_collections.apachestaple.httpd.plugins.module_utils.texts import listed, printable

REPORT = {
    "changed": bool,
    "files": list,
    "repairs": list,
    "refusals": list,
    "findings": list,
    "hosts": list,
    "configtest": str,
}
SWITCHES = ("unsafe", "disable", "use_mod_md", "outside", "generated")


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **OPTIONS,
            **RULE_OPTIONS,
            "paths": {"type": "list", "elements": "path", "default": []},
            "state": {"type": "str", "choices": ["repaired", "undone"], "default": "repaired"},
            **{name: {"type": "bool", "default": False} for name in SWITCHES},
            "proxy": {"type": "str"},
            "templates": {"type": "path"},
            "configtest": {
                "type": "str",
                "choices": ["auto", "always", "never"],
                "default": "auto",
            },
        },
        supports_check_mode=True,
    )
    try:
        _fix(module)
    except ProgramError as error:
        fail(module, str(error))


def _fix(module: AnsibleModule) -> None:
    given = module.params
    _hide_password(module, given["proxy"])
    undoes = given["state"] == "undone"
    run = run_program(
        module,
        "fix",
        "--format=json",
        *option("configtest", given["configtest"]),
        *option("diff", module.check_mode),
        *(["--undo"] if undoes else _repair_options(module)),
        *map(absolute, given["paths"]),
    )
    report = read_report(run, "fix", REPORT)
    result = {key: report[key] for key in REPORT}
    result.update(reload=report.get("reload"), restart=report.get("restart", False))
    result["notes"] = run.messages
    if module._diff:  # noqa: SLF001  (there is no public attribute)
        result["diff"] = [_shown(file) for file in report["files"]]
    # 1 means that there are findings, or with --diff that there is something to change.
    if run.code not in (0, 1):
        fail(module, "apachestaple fix failed: " + run.reason, **result)
    bad = [] if undoes else as_bad_as(report["findings"], given["fail_on"])
    if bad:
        fail(module, listed(bad), **result)
    module.exit_json(**result)


def _hide_password(module: AnsibleModule, proxy: str | None) -> None:
    """Keep the password of a proxy out of the output. httpd cannot use one, so it is an error."""
    credentials = (proxy or "").rpartition("@")[0]
    password = credentials.rpartition(":")[2]
    if password:
        module.no_log_values.add(password)


def _repair_options(module: AnsibleModule) -> list[str]:
    given = module.params
    return [
        *option("select", given["select"]),
        *option("ignore", given["ignore"]),
        *(word for name in SWITCHES for word in option(name.replace("_", "-"), given[name])),
        *option("proxy", given["proxy"]),
        *option("templates", absolute(given["templates"])),
    ]


def _shown(file: dict[str, str]) -> dict[str, str]:
    """A changed file in the form in which Ansible shows differences."""
    return {
        "before_header": file["path"],
        "after_header": file["path"],
        "prepared": printable(file["diff"], kept="\n\t"),
    }


if __name__ == "__main__":
    main()
