"""Every other server in the world, on two ports of this machine: one for http, one for https.

A page is the bytes of a whole answer, or a function that gets the socket and may do worse. The network that our code
sees is settings' doing (DNS_SERVER and FETCH_STAND_IN); see the fixture `outside` in tests/conftest.py.
"""

import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import pytest

from tests import dns

PUBLIC = "1.2.3.4"  # an address that may be reached; nothing ever does
Page = bytes | Callable[[socket.socket], None]


class Seen(NamedTuple):
    """A request, as it came."""

    url: str
    headers: dict[str, str]


class Outside:
    """`pages` by URL, `zone` for the names (every host leads to PUBLIC unless it says otherwise), `seen` requests."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.pages: dict[str, Page] = {}
        self.seen: list[Seen] = []
        self.zone = _Everywhere()
        self.dns = dns.Server(self.zone)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        self.http, self.https = _Server("http", self, None), _Server("https", self, context)

    @property
    def ports(self) -> dict[int, int]:
        """What settings.FETCH_STAND_IN must be."""
        return {80: self.http.server_address[1], 443: self.https.server_address[1]}

    @property
    def environment(self) -> dict[str, str]:
        """The same for a server's process, less SSL_CERT_FILE."""
        host, port = self.dns.address
        return {"DNS_SERVER": f"{host}:{port}", "FETCH_STAND_IN": ",".join(map(str, self.ports.values()))}

    def __enter__(self) -> "Outside":
        self.dns.__enter__()
        for server in (self.http, self.https):
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        self.dns.__exit__(kind, error, trace)
        for server in (self.http, self.https):
            server.shutdown()
            server.server_close()


class _Everywhere(dns.Zone):
    """A zone in which a host of which nothing is said has an address that may be reached."""

    def find(self, name: str, kind: str) -> dns.Entry | None:
        found = super().find(name, kind)
        return [PUBLIC] if found is None and kind == "A" and not super().exists(name) else found

    def exists(self, name: str) -> bool:
        return True


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, scheme: str, outside: Outside, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme, self.outside, self.tls = scheme, outside, tls


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.request.settimeout(20)
        with suppress(OSError):  # the other side hangs up when it has had enough
            sock = self.request
            if self.server.tls:
                sock = self.server.tls.wrap_socket(sock, server_side=True)
            with sock:
                head = b""
                while b"\r\n\r\n" not in head and (piece := sock.recv(65536)):
                    head += piece
                if head:
                    self.answer(sock, head.decode("latin-1"))

    def answer(self, sock: socket.socket, head: str) -> None:
        line, *lines = head.split("\r\n\r\n")[0].split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        url = f"{self.server.scheme}://{headers['host']}{line.split(' ')[1]}"
        self.server.outside.seen.append(Seen(url, headers))
        page = self.server.outside.pages.get(url, page_of(b"not here", status=404))
        if callable(page):
            page(sock)
        else:
            sock.sendall(page)


def page_of(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """A whole answer. Headers by keyword, with _ for -."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def certificate(directory: Path, *names: str) -> tuple[Path, Path]:
    """A certificate that signs itself, for these names, and its key. Made by openssl; a test without it is skipped."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl here")
    directory.mkdir(parents=True, exist_ok=True)
    paths = directory / "certificate.pem", directory / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-days", "2", "-subj", "/CN=outside", "-addext", "basicConstraints=critical,CA:FALSE"]
    words += ["-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)]
    words += ["-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    return paths


def trickle(head: bytes, drop: bytes = b"x", drops: int = 400, pause: float = 0.05) -> Callable[[socket.socket], None]:
    """A page that comes a drop at a time and never ends within a fetch's patience, though it ends by itself."""

    def serve(sock: socket.socket) -> None:
        sock.sendall(head)
        for _ in range(drops):
            sock.sendall(drop)
            threading.Event().wait(pause)

    return serve


def pour(head: bytes, pieces: Iterator[bytes]) -> Callable[[socket.socket], None]:
    """A page that comes as fast as it is taken."""

    def serve(sock: socket.socket) -> None:
        sock.sendall(head)
        for piece in pieces:
            sock.sendall(piece)

    return serve
