"""A relay for ``openssl ocsp`` that passes only complete requests.

``openssl ocsp`` serves one connection at a time, and loops forever if one ends before its request
is complete. httpd does this when SSLStaplingResponderTimeout is reached.
"""

import contextlib
import http.client
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from typing import ClassVar
from urllib.parse import urlsplit

from .ports import ReservedPort


class Relay:
    """Listens on a port of 127.0.0.1 and passes requests on to another one, one at a time.

    It can also listen on a given socket.
    """

    def __init__(self, port: ReservedPort | socket.socket, behind: int) -> None:
        handler = type("Handler", (_Handler,), {"behind": behind, "turn": threading.Lock()})
        if isinstance(port, ReservedPort):
            self._server = _Server(("127.0.0.1", port.number), handler)
        else:
            self._server = _Server(port.getsockname(), handler, bind_and_activate=False)
            self._server.socket.close()
            self._server.socket = port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def start(self) -> None:
        """Start to answer."""
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
                # A request to a proxy has the whole URL.
                path = urlsplit(self.path).path or "/"
                connection.request("POST", path, request, headers)
                answer = connection.getresponse()
                body = answer.read()
            finally:
                connection.close()
        # The client may have given up.
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
        """Do not log; the responder has its own log."""
