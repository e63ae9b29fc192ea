"""A door for ``openssl ocsp`` that lets whole requests in only.

``openssl ocsp`` serves one connection at a time, and goes round in circles for ever on one that
ends before its request does: what httpd leaves behind when SSLStaplingResponderTimeout runs out.
"""

import contextlib
import http.client
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from typing import ClassVar
from urllib.parse import urlsplit

from .ports import ReservedPort


class Relay:
    """Listens on one port of 127.0.0.1 and passes each request on to another, one at a time."""

    def __init__(self, port: ReservedPort, behind: ReservedPort) -> None:
        handler = type("Handler", (_Handler,), {"behind": behind.number, "turn": threading.Lock()})
        self._server = _Server(("127.0.0.1", port.number), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    behind: ClassVar[int]
    turn: ClassVar[threading.Lock]

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        request = self.rfile.read(length)
        if len(request) < length:
            return
        with self.turn:
            connection = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=10)
            try:
                headers = {"Content-Type": "application/ocsp-request"}
                # A proxy is asked with the whole URL.
                path = urlsplit(self.path).path or "/"
                connection.request("POST", path, request, headers)
                answer = connection.getresponse()
                body = answer.read()
            finally:
                connection.close()
        # The client may have lost its patience meanwhile.
        with contextlib.suppress(OSError):
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/ocsp-response")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base's name)
        """Say nothing: the responder has its own log."""
