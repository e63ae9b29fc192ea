"""Commands with which an administrator sees the effect of a rule on a server.

The commands name the host and the files of the rule's first bad example. Its paths are relative to
the ServerRoot, where the commands are run. The test suite runs all of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from apachestaple.rules.finding import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apachestaple.rules.rule import Rule

LOG = "/var/log/apache2/error.log"
_STAPLE = "OCSP response: no|Response Status|Cert Status|no peer certificate"
_STAPLES = {
    Effect.ABORTS_HANDSHAKES: "Request a staple. httpd aborts the handshake before it sends its "
    "certificate.",
    Effect.NO_STAPLE: "Request a staple. httpd sends none.",
    Effect.BAD_STAPLE: "Request a staple. httpd sends one that does not prove that the certificate "
    "is good.",
}


class Check(NamedTuple):
    """One step of a check by hand.

    Attributes:
        text: what to do, and what the output means.
        command: a command for the shell; ``""`` if no command shows it.

    """

    text: str
    command: str = ""


def checks(rule: Rule) -> tuple[Check, ...]:
    """The checks of a rule: its own ones, then those of its effect."""
    return (*rule.by_hand, *_of_effect(rule))


def _of_effect(rule: Rule) -> Iterator[Check]:
    effect = rule.effect
    host = client(rule)
    if effect is Effect.REJECTED:
        yield Check("Test the configuration. httpd prints the error.", CONFIGTEST)
    if effect is Effect.DOES_NOT_START:
        yield Check("Test the configuration. httpd accepts it.", CONFIGTEST)
    if effect in _STAPLES:
        yield Check(_STAPLES[effect], staple(host))
    if effect is Effect.ABORTS_HANDSHAKES and rule.log_id is not None:
        yield Check("Do not request a staple. The handshake succeeds.", plain(host))
    if rule.log_id is not None and effect is not Effect.ADVICE:
        yield Check(_logged(effect, host), log(rule.log_id))


def _logged(effect: Effect, host: str) -> str:
    if effect is Effect.DOES_NOT_START:
        return "Start httpd. It exits, and the error log has the reason."
    if effect is Effect.STALLS_HANDSHAKES:
        return (
            f"Restart httpd, and request a staple: `time {_client(host)} -status < /dev/null`. "
            "Then search the error log."
        )
    return "Search the error log."


CONFIGTEST = "apachectl configtest"


def client(rule: Rule) -> str:
    """The name of the host in the first bad example to which clients connect."""
    example = rule.bad[0]
    names = re.findall(r"ServerName ([^\s:]+)", "".join((example.text, *example.files.values())))
    first: str = names[0] if names else "www.example.com"
    return example.clients[-1] if example.clients else first


def log(log_id: str) -> str:
    """Print the last message with this number, without the time and the process."""
    return f"grep -o '{log_id}: .*' {LOG} | tail -n 1"


def staple(host: str = "www.example.com") -> str:
    """Print what a client gets that requests a staple."""
    return f"{_client(host)} -status < /dev/null 2>&1 | grep -E '{_STAPLE}'"


def plain(host: str = "www.example.com") -> str:
    """Print whether a client is connected that does not request a staple."""
    return f"{_client(host)} < /dev/null 2>&1 | grep -E '^subject=|no peer certificate'"


def _client(host: str) -> str:
    return f"openssl s_client -connect {host}:443 -servername {host}"


def in_effect(pattern: str) -> str:
    """Print the directives in effect whose lines match."""
    return f"apachectl -t -D DUMP_CONFIG | grep -iE '{pattern}'"


def x509(name: str, *options: str) -> str:
    """Print properties of a certificate file of the example."""
    return " ".join((f"openssl x509 -in certs/{name}.pem -noout", *options))


def query(name: str) -> str:
    """Query the OCSP responder of a certificate, as httpd does."""
    return (
        f"openssl ocsp -issuer certs/chain.pem -cert certs/{name}.pem -noverify "
        f'-url "$({x509(name, "-ocsp_uri")})" 2>&1 '
        f"| grep -E '^(certs/|Error|Responder Error|WARNING)'"
    )


# With mod_info, httpd lists the directives in effect.
DUMP = "List the directives in effect (this needs mod_info: `a2enmod info`)."
DEBUG = (
    "Set `LogLevel ssl:debug`, restart httpd, and connect two times as a client that requests a "
    "staple."
)
QUERIES = Check(
    f"{DEBUG} httpd queries the responder more than once for the certificate.",
    f"grep -c 'querying responder' {LOG}",
)
VERIFY = Check(
    "Connect with curl, which verifies the staple.",
    "curl --silent --show-error --output /dev/null --cert-status https://www.example.com/",
)
