"""TLS handshakes with a status request, by ``openssl s_client`` and ``curl``."""

import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TlsVersion = Literal["1.2", "1.3"]

# CURLE_SSL_INVALIDCERTSTATUS.
_INVALID_STATUS = 91

# RFC 6960, section 4.2.1, by the number that openssl prints.
_RESPONSE_STATUS = {
    "1": "malformedRequest",
    "2": "internalError",
    "3": "tryLater",
    "5": "sigRequired",
    "6": "unauthorized",
}


@dataclass(frozen=True)
class Handshake:
    """The result of a handshake.

    ``staple`` is the status of the certificate ("good", "revoked", "unknown"), or of a response
    without one ("tryLater", ...), "unreadable", or None without staple. ``alert`` is the
    description of a fatal alert, ``seconds`` the duration, ``raw`` the output of the client.
    """

    connected: bool
    alert: str | None
    staple: str | None
    raw: str
    seconds: float

    @property
    def good(self) -> bool:
        """Whether clients accept the staple."""
        return self.connected and self.staple == "good"


def handshake(
    port: int,
    servername: str | None = None,
    *,
    status: bool = True,
    tls: TlsVersion | None = None,
    timeout: float = 5,
    address: str = "127.0.0.1",
    signatures: str | None = None,
    inside: Sequence[str] = (),
) -> Handshake:
    """Make a handshake with ``address``:``port``; after ``timeout`` seconds it has failed.

    ``signatures`` are the client's algorithms, which select a certificate. ``inside`` is the start
    of the command for another network namespace.
    """
    place = f"[{address}]" if ":" in address else address
    command = [*inside, "openssl", "s_client", "-connect", f"{place}:{port}"]
    command += ["-noservername"] if servername is None else ["-servername", servername]
    # Loading the machine's CA certificates would take most of the time.
    command += ["-no-CAfile", "-no-CApath", "-no-CAstore"]
    if status:
        command.append("-status")
    if tls is not None:
        command.append(f"-tls{tls.replace('.', '_')}")
    if signatures is not None:
        command += ["-sigalgs", signatures]
    begin = time.monotonic()
    try:
        raw = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as expired:
        raw = (expired.stdout or b"") + b"\n(no end of the handshake)\n"
    return read_output(raw.decode(errors="replace"), time.monotonic() - begin)


def takes_staple(port: int, servername: str, root: Path) -> bool:
    """Whether curl accepts the staple, which it verifies (--cert-status).

    Raises RuntimeError if curl fails for another reason.
    """
    command = ["curl", "--silent", "--show-error", "--cert-status", "--cacert", str(root)]
    command += ["--noproxy", "*", "--resolve", f"{servername}:{port}:127.0.0.1"]
    command += ["--output", "/dev/null", f"https://{servername}:{port}/"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode not in (0, _INVALID_STATUS):
        raise RuntimeError(done.stderr)
    return done.returncode == 0


def read_output(text: str, seconds: float) -> Handshake:
    """Parse the output of ``openssl s_client``."""
    is_negotiated = re.search(r"^New, .*Cipher is (?!\(NONE\))", text, re.MULTILINE) is not None
    alert = re.search(r":(?:tlsv1|sslv3|tlsv13)? ?alert ([^:\n]+):", text)
    return Handshake(
        # With TLS 1.3, a server can choose a cipher and abort before it sends its certificate.
        connected=is_negotiated and "no peer certificate available" not in text,
        alert=alert and alert[1],
        staple=_staple(text),
        raw=text,
        seconds=seconds,
    )


def _staple(text: str) -> str | None:
    start = text.find("OCSP response:")
    if start < 0 or "no response sent" in text[start : start + 80]:
        return None
    status = re.search(r"OCSP Response Status: \S+ \(0x([0-9a-f])\)", text)
    if status is None:
        return "unreadable"
    if status[1] != "0":
        return _RESPONSE_STATUS.get(status[1], f"0x{status[1]}")
    certificate = re.search(r"Cert Status: (\w+)", text)
    return certificate[1] if certificate else "unreadable"
