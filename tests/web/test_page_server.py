"""The page's server answers what a browser asks, once, and nothing holds it up."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from zoo.web import bounded_server
from zoo.web.page_server import HEADERS, open_server

PAGE = b"page" * 1000


@pytest.fixture
def port() -> Iterator[int]:
    with open_server({"index.html": PAGE}, 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


def ask(port: int, request: bytes) -> tuple[bytes, bytes]:
    """The status of the answer to these bytes, and all that comes behind its headers."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return b" ".join(head.split(b" ", 2)[1:2]), body


def get(*lines: str, method: str = "GET", path: str = "/", version: str = "HTTP/1.1") -> bytes:
    return "\r\n".join([f"{method} {path} {version}", *(lines or ("Host: localhost",)), "", ""]).encode()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost:1", "127.0.0.1:65535 "])
def test_this_machine_by_its_own_names(port: int, host: str) -> None:
    assert ask(port, get(f"Host: {host}")) == (b"200", PAGE)
    assert ask(port, get(f"Host: {host}", method="HEAD")) == (b"200", b"")


FOREIGN = (
    "evil.example", "127.0.0.1.evil.example", "localhost.", "localhost:", "localhost:x", "127.1", "[::1]", "",
    "localhost@evil.example", "localhost, evil.example", "127.0.0.1:80:80",
)  # fmt: skip
METHODS = ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "X")


def test_what_no_browser_asks_is_refused(port: int) -> None:
    requests = {
        **{get(f"Host: {host}"): b"421" for host in FOREIGN},
        get("X: y"): b"400",  # no Host
        get("Host: localhost", "Host: evil.example"): b"400",
        get("Host : localhost"): b"400",
        get("Host: localhost\r\n .evil.example"): b"421",
        get(path="http://localhost/"): b"400",
        get(path="*"): b"400",
        get("Host: localhost", "Content-Length: 5") + b"hello": b"400",
        get("Host: localhost", "Content-Length: -1"): b"400",
        get("Host: localhost", "Transfer-Encoding: chunked") + b"0\r\n\r\n": b"400",
        get("Host: localhost", "Expect: 100-continue"): b"417",
        **{get(method=method): b"405" for method in METHODS},
        get(version="HTTP/2.0"): b"505",
        get(version="HTTP/x"): b"400",
        b"GET /\r\n\r\n": b"400",  # HTTP/0.9
        b"\x16\x03\x01\r\n\r\n": b"400",
        get(path="/none"): b"404",
        get(path="/" + "a" * 20_000): b"431",
        get("Host: localhost", *(f"X-{i}: y" for i in range(200))): b"431",
        get("Host: localhost", "X: " + "y" * 20_000): b"431",
    }
    for request, status in requests.items():
        assert ask(port, request) == (status, b""), request[:80]


@pytest.mark.parametrize("path", ["/", "/index.html?x", "//index.html", "/%69ndex.html"])
def test_each_connection_gets_one_answer(port: int, path: str) -> None:
    """However many requests come along it, and whatever it says of itself."""
    assert ask(port, get("Host: localhost", "Connection: keep-alive", path=path) * 3) == (b"200", PAGE)


def test_every_answer_has_the_headers(port: int) -> None:
    for request in (get(), get(path="/none"), get(method="POST"), b"nonsense\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(request)
            head = b"".join(iter(lambda: connection.recv(1 << 16), b"")).partition(b"\r\n\r\n")[0].decode()
        for name, value in {**HEADERS, "Connection": "close"}.items():
            assert f"\r\n{name}: {value}" in head, request
        assert "Python" not in head


def test_who_is_slow_or_many_holds_up_nobody(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then would keep a connection forever, and enough of those all of the server."""
    monkeypatch.setattr(bounded_server, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(bounded_server, "LINGER_SECONDS", 0.1)
    slow = [
        socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(bounded_server.CONNECTIONS)
    ]
    for connection in slow:
        connection.sendall(b"GET / HTTP/1.1\r\n")
    answers = b""
    deadline = time.monotonic() + 20
    while not answers.endswith(PAGE):
        assert time.monotonic() < deadline
        for connection in slow:
            with suppress(OSError):  # it was given up
                connection.sendall(b"X")
        try:
            answers = ask(port, get())[1]
        except ConnectionError:  # turned away
            answers = b""
    assert slow[0].recv(12) in (b"HTTP/1.1 408", b"")
    for connection in slow:
        connection.close()


def test_who_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_server, "PIECE_SECONDS", 0.2)
    with open_server({"index.html": bytes(64 << 20)}, 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as connection:
            connection.sendall(get())
            assert connection.recv(12) == b"HTTP/1.1 200"
            free, deadline = server._free, time.monotonic() + 20
            while free._value < bounded_server.CONNECTIONS:
                assert time.monotonic() < deadline
                time.sleep(0.02)
        server.shutdown()
