"""Serves a page's files, and nothing else, to browsers on this machine."""

import errno
from pathlib import PurePosixPath
from urllib.parse import unquote

from zoo.errors import UserError
from zoo.web.bounded_server import BoundedServer, OneAnswer
from zoo.web.site import TYPES, Site

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; "
    "img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'"
)
"""What the page may load and run; the page repeats it, for other servers."""

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


def open_server(site: Site, port: int) -> BoundedServer:
    """A server of ``site`` that listens on this machine's own address, but does not answer yet.

    Args:
        site: the only files that it serves; nothing is read from disk for an answer.
        port: 1 to 65535, or 0 for any that is free.

    Raises:
        UserError: the port is taken, or this user may not listen on it.
    """
    handler = type("Handler", (_Handler,), {"site": site})
    try:
        return BoundedServer(port, handler)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "is taken" if taken else f"cannot be used ({error.strerror})"
        raise UserError(f"`port` {port} {reason}: choose another; 0 takes any that is free") from error


class _Handler(OneAnswer):
    """Answers from a table of paths, so that no path leads anywhere else."""

    site: Site
    headers_sent = HEADERS

    def content_of(self, path: str) -> tuple[str, bytes] | None:
        name = unquote(path).removeprefix("/") or "index.html"
        if name not in self.site:
            return None
        return TYPES[PurePosixPath(name).suffix], self.site[name]
