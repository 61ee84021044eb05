"""A DNS server on this machine, over UDP and TCP, as honest or as hostile as a test wants it."""

import socketserver
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

# What a name and type lead to: records as in a zone file, a response code, or a function that makes the answer's bytes
# of the question (None: silence).
Hostile = Callable[[dns.message.Message], bytes | None]
Entry = list[str] | dns.rcode.Rcode | Hostile


class Zone(dict[str, Entry]):
    """Answers by "name TYPE", such as "example-wire.test A"; "*.example-wire.test A" for all names below it.

    A name with some other record has none of this type (NOERROR); any other name does not exist (NXDOMAIN). CNAMEs
    are followed, as by the resolver that a network provides.
    """

    def find(self, name: str, kind: str) -> Entry | None:
        above = "*." + name.partition(".")[2]
        return self.get(f"{name} {kind}", self.get(f"{above} {kind}"))

    def exists(self, name: str) -> bool:
        return any(key.partition(" ")[0] == name for key in self)

    def answer(self, query: dns.message.Message) -> bytes | None:
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        response = dns.message.make_response(query, recursion_available=True)
        for _step in range(20):
            entry = self.find(name, kind)
            if callable(entry):
                return entry(query)
            if isinstance(entry, dns.rcode.Rcode):
                response.set_rcode(entry)
                break
            owner = dns.name.from_text(name)
            if entry is not None:
                if entry:
                    response.answer.append(dns.rrset.from_text_list(owner, 60, "IN", kind, entry))
                break
            alias = self.find(name, "CNAME")
            if not isinstance(alias, list):
                response.set_rcode(dns.rcode.NOERROR if self.exists(name) else dns.rcode.NXDOMAIN)
                break
            response.answer.append(dns.rrset.from_text_list(owner, 60, "IN", "CNAME", alias))
            name = alias[0].rstrip(".")
        return response.to_wire(max_size=65535)


class Server:
    """Serves a zone while the with-block lasts. `asked` is every question: name, type, and "udp" or "tcp"."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.asked: list[tuple[str, str, str]] = []
        server = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, sock = self.request
                query, wire = server.respond(data, "udp")
                if wire and len(wire) > max(query.payload, 512):
                    cut = dns.message.make_response(query, recursion_available=True)
                    cut.flags |= dns.flags.TC
                    wire = cut.to_wire()
                if wire:
                    sock.sendto(wire, self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            timeout = 20

            def handle(self) -> None:
                length = int.from_bytes(self.rfile.read(2))
                _query, wire = server.respond(self.rfile.read(length), "tcp")
                if wire:
                    self.wfile.write(len(wire).to_bytes(2) + wire)

        while True:
            self.tcp = _Tcp(("127.0.0.1", 0), Tcp)
            self.address: tuple[str, int] = self.tcp.server_address  # type: ignore[assignment]
            try:
                self.udp = socketserver.ThreadingUDPServer(self.address, Udp)
                break
            except OSError:  # the same number is taken over UDP
                self.tcp.server_close()

    def respond(self, data: bytes, over: str) -> tuple[dns.message.Message, bytes | None]:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append((name, dns.rdatatype.to_text(question.rdtype), over))
        return query, self.zone.answer(query)

    def __enter__(self) -> "Server":
        for server in (self.udp, self.tcp):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        for server in (self.udp, self.tcp):
            server.shutdown()
            server.server_close()


class _Tcp(socketserver.ThreadingTCPServer):
    block_on_close = False


def txt(value: bytes) -> str:
    """A TXT record of one value, in strings of at most 255 bytes, as a zone file has it."""
    pieces = [value[i : i + 255] for i in range(0, len(value), 255)] or [b""]
    return " ".join('"' + "".join(f"\\{byte:03}" for byte in piece) + '"' for piece in pieces)
