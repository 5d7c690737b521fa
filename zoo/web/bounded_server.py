"""HTTP for this machine alone: what a client sends, and how long and how many stay, is bounded."""

import io
import re
import socket
import sys
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

ADDRESS = "127.0.0.1"
CONNECTIONS = 32
"""Most clients at a time; a browser opens six. Those beyond are turned away."""
HEAD_BYTES = 16 << 10
"""Longest request line and headers together."""
HEAD_SECONDS = 10.0
"""Time for a request to arrive as a whole."""
LINGER_SECONDS = 1.0
"""How long a client may take to close its side after the answer."""
PIECE_BYTES, PIECE_SECONDS = 1 << 20, 30.0
"""An answer goes out in pieces, and each must be taken within this time."""

_HOST = re.compile(r"(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?", re.IGNORECASE)


class BoundedServer(ThreadingHTTPServer):
    """Serves each connection in a separate thread, ``CONNECTIONS`` at a time."""

    request_queue_size = CONNECTIONS  # more at once than the system keeps would wait a second

    def __init__(self, port: int, handler: type["OneAnswer"]) -> None:
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((ADDRESS, port), handler)

    def process_request(self, request: socket.socket, client_address: object) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no further thread can be started
            self._free.release()
            raise

    def process_request_thread(self, request: socket.socket, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Show faults of the server; a client that left, or takes too long, is none."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class OneAnswer(BaseHTTPRequestHandler):
    """Reads one request within its bounds, gives one answer, and ends the connection.

    A subclass has ``content_of``. Only GET and HEAD, without a body, of this machine by its own names.
    """

    protocol_version = "HTTP/1.1"
    headers_sent: ClassVar[dict[str, str]] = {}
    """Sent with every answer."""

    def content_of(self, path: str) -> tuple[str, bytes] | None:
        """Content type and content of a path, which begins with ``/``; None if there is none."""
        raise NotImplementedError

    def handle(self) -> None:
        head = self._head()
        if head is None:
            return
        self.rfile = io.BytesIO(head)
        self.raw_requestline = self.rfile.readline()
        if not self.parse_request():  # which has answered
            return
        fault = self._fault()
        if fault is not None:
            return self.send_error(fault)
        answer = self.content_of(self.path.partition("?")[0])
        if answer is None:
            return self.send_error(HTTPStatus.NOT_FOUND)
        kind, content = answer
        self._begin(HTTPStatus.OK, kind, len(content))
        if self.command == "GET":
            self._send(content)

    def finish(self) -> None:
        """Wait for the client to close its side, and drop what it still sends.

        Closed earlier, the system would reset the connection and the client lose its answer.
        """
        super().finish()
        deadline = time.monotonic() + LINGER_SECONDS
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while self._receive(HEAD_BYTES, deadline):
                pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Give an empty answer: the inherited one quotes the request."""
        self._begin(HTTPStatus(code), "text/plain; charset=utf-8", 0)

    def handle_expect_100(self) -> bool:
        """Refuse: it would be a second answer, and there is no body to wait for."""
        self.send_error(HTTPStatus.EXPECTATION_FAILED)
        return False

    def version_string(self) -> str:
        """Keep the version of Python from clients."""
        return "demo"

    def log_request(self, *_: object) -> None:
        """Log nothing: the page itself says what is wrong."""

    def _head(self) -> bytes | None:
        """Request line and headers; what comes behind them is dropped. None if they do not arrive."""
        deadline = time.monotonic() + HEAD_SECONDS
        read = b""
        while b"\r\n\r\n" not in read:
            if len(read) >= HEAD_BYTES:
                self.send_error(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
                return None
            try:
                piece = self._receive(HEAD_BYTES - len(read), deadline)
            except TimeoutError:
                self.send_error(HTTPStatus.REQUEST_TIMEOUT)
                return None
            if not piece:
                return None
            read += piece
        return read.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    def _receive(self, most: int, deadline: float) -> bytes:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.connection.settimeout(left)
        return self.connection.recv(most)

    def _fault(self) -> HTTPStatus | None:
        if self.command not in ("GET", "HEAD"):
            return HTTPStatus.METHOD_NOT_ALLOWED
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or not self.path.startswith("/"):
            return HTTPStatus.BAD_REQUEST
        # A site elsewhere whose name was made to lead here would otherwise read the model.
        if not _HOST.fullmatch(hosts[0].strip(" \t")):
            return HTTPStatus.MISDIRECTED_REQUEST
        if "Transfer-Encoding" in self.headers or self.headers.get("Content-Length", "0").strip() != "0":
            return HTTPStatus.BAD_REQUEST
        return None

    def _begin(self, status: HTTPStatus, kind: str, length: int) -> None:
        self.request_version = self.protocol_version  # of an answer, also where the request had none
        self.connection.settimeout(PIECE_SECONDS)
        self.send_response(status)
        more = {"Content-Type": kind, "Content-Length": str(length), "Connection": "close"}
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            more["Allow"] = "GET, HEAD"
        for name, value in {**self.headers_sent, **more}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            self.wfile.write(rest[:PIECE_BYTES])
            rest = rest[PIECE_BYTES:]
