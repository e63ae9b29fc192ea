"""Runs certbot-apache's enhancement staple-ocsp; needs a Python with certbot-apache.

``python3 drive.py STATE SERVER_ROOT CTL HOST…`` prepares certbot's own plugin as ``certbot
enhance`` does, but does not ask for the hosts.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Enhance each host, and save."""
    from certbot import configuration  # noqa: PLC0415  (not in the project's own environment)
    from certbot._internal import cli  # noqa: PLC0415
    from certbot._internal.plugins import disco  # noqa: PLC0415

    state, root, ctl, *hosts = sys.argv[1:]
    plugins = disco.PluginsRegistry.find_all()
    arguments = ["enhance", "--apache", "--non-interactive"]
    arguments += ["--apache-server-root", root, "--apache-vhost-root", f"{root}/sites-available"]
    arguments += ["--apache-ctl", ctl]
    for kind in ("config", "work", "logs"):
        os.makedirs(f"{state}/{kind}")
        arguments += [f"--{kind}-dir", f"{state}/{kind}"]
    parsed = cli.prepare_and_parse_args(plugins, arguments)
    is_ready = isinstance(parsed, configuration.NamespaceConfig)
    config = parsed if is_ready else configuration.NamespaceConfig(parsed)
    plugin = plugins["apache"].init(config)
    plugin.prepare()
    for host in hosts:
        plugin.enhance(host, "staple-ocsp")
    plugin.save("staple-ocsp")
    sys.stdout.write(".".join(map(str, plugin.version)) + "\n")


if __name__ == "__main__":
    main()
