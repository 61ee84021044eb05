"""What the DNS says: addresses and texts, within a given time.

It is asked directly, not through getaddrinfo(), which cannot be given a deadline and reads /etc/hosts besides.
"""

import dns.exception
import dns.flags
import dns.name
import dns.resolver
from django.conf import settings


class UnansweredError(Exception):
    """No server gave an answer that could be used: in time, at all, or a chain of names without an end."""


def addresses(host: str, seconds: float) -> tuple[str, ...]:
    """Every address of a host, IPv4 before IPv6; none if there is no such name. Raises UnansweredError.

    IPv4 first: where IPv6 leads nowhere, it often fails by silence.
    """
    try:
        found = _resolver().resolve_name(_name(host), lifetime=seconds)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except dns.exception.DNSException as error:
        raise UnansweredError(str(error)) from error
    return tuple(sorted(found.addresses(), key=lambda address: ":" in address))


def texts(name: str, seconds: float) -> tuple[bytes, ...]:
    """The TXT records at a name, the strings of each joined; none if there is no such name. Raises UnansweredError.

    An answer cut short over UDP is asked for again over TCP. CNAMEs are followed by the server that we ask, and here
    through at most 16 names of one answer.
    """
    try:
        found = _resolver().resolve(_name(name), "TXT", lifetime=seconds, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return ()
    except dns.exception.DNSException as error:
        raise UnansweredError(str(error)) from error
    if found.response.flags & dns.flags.TC:
        raise UnansweredError("the answer was cut short over TCP too")
    return tuple(b"".join(record.strings) for record in found.rrset or ())


def _name(text: str) -> dns.name.Name:
    return dns.name.from_text(text)  # absolute, so no search list of this machine is tried


def _resolver() -> dns.resolver.Resolver:
    if settings.DNS_SERVER is None:
        resolver = dns.resolver.Resolver()
    else:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [settings.DNS_SERVER[0]], settings.DNS_SERVER[1]
    resolver.use_edns(0, 0, 1232)  # what passes everywhere in one piece (DNS flag day 2020)
    return resolver
