"""Serves a page's files to browsers on this machine, and nothing else to nobody else."""

import errno
import io
import shutil
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from recipes._demo_site import TYPES, Site
from zoo.errors import UserError

ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost")

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; "
    "img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'"
)
"""What the page may load and run; it says so itself too, for other servers."""

HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    # Together they isolate the page, without which browsers give it one thread only.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def open_server(site: Site, port: int) -> ThreadingHTTPServer:
    """A server of ``site`` that listens on this machine's own address, but does not answer yet.

    Args:
        site: the only files that it serves.
        port: 1 to 65535, or 0 for any that is free.

    Raises:
        UserError: the port is taken, or not this user's to take.
    """
    handler = type("Handler", (_Handler,), {"site": site})
    try:
        return _Server((ADDRESS, port), handler)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "is taken" if taken else f"cannot be used ({error.strerror})"
        raise UserError(f"--port {port} {reason}: choose another; 0 takes any that is free") from error


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Show what is wrong here; a browser that left before its answer was whole is not."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers from a table of paths, so that no path leads anywhere else."""

    site: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, with_body: bool) -> None:
        # A site elsewhere whose name was made to lead here would otherwise read the model.
        if self.headers.get("Host", "").partition(":")[0] not in NAMES:
            return self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
        name = unquote(self.path.partition("?")[0]).removeprefix("/") or "index.html"
        if name not in self.site:
            return self._refuse(HTTPStatus.NOT_FOUND)
        content = self.site[name]
        if isinstance(content, Path) and not content.is_file():  # removed since
            return self._refuse(HTTPStatus.NOT_FOUND)
        opened = content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
        with opened as file:
            length = file.seek(0, io.SEEK_END)
            file.seek(0)
            self._begin(HTTPStatus.OK, TYPES[PurePosixPath(name).suffix], length)
            if with_body:
                shutil.copyfileobj(file, self.wfile)

    def _refuse(self, status: HTTPStatus) -> None:
        self._begin(status, "text/plain; charset=utf-8", 0)

    def _begin(self, status: HTTPStatus, kind: str, length: int) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the page itself says what is wrong."""
