"""One fault for each rule of the catalogue, put into a configuration that works."""

from tests.drawn.faults import cache, certificates, directives, language, managed, responders
from tests.drawn.faults.fault import FAULTS, Fault, Inject

# Rules without a fault here, and why.
NOT_INJECTED = {
    "AS010": "an information about a copy of a configuration; on the server, AS004 speaks",
    "AS012": "an advice about a file of the start script, which httpd itself does not read",
    "AS013": "an error of ours about a size that no server has; tests/test_bounds.py plays it",
    "AS014": "with two such links httpd does not come to an end; tests/test_bounds.py plays it",
    "AS018": "an advice about comments, which httpd does not read; tests/test_ignoring.py",
    "AS019": "likewise",
    "AS124": "an information about modules that Debian's httpd does not have",
    "AS131": "an advice about the ports 80 and 443, which are not the lab's; tests/test_rules.py",
    "AS210": "an advice about a folder's mode; a test of its own in tests/test_rules.py plays it",
    "AS211": "an advice about a site that is disabled later; tests/test_site_files.py plays it",
    "AS119": "clients wait until they give up; tests/test_vhosts.py plays it",
    "AS125": "only clients of a host without TLS notice; tests/test_rules.py plays it",
    "AS302": "an information that root, who may read every file, never gets",
    "AS309": "an information about a copy of a configuration; on the server, AS301 speaks",
    "AS317": "about hosts that share a certificate, which tests/shared draws and plays",
    "AS318": "likewise",
    "AS408": "likewise",
    "AS325": "no client at all is connected; tests/test_rules.py plays it",
    "AS506": "an advice about a certificate that mod_md obtains from an authority",
}

__all__ = [
    "FAULTS",
    "NOT_INJECTED",
    "Fault",
    "Inject",
    "cache",
    "certificates",
    "directives",
    "language",
    "managed",
    "responders",
]
