"""Which addresses of the network we may connect to. Pure: no name is resolved here.

`ipaddress.is_global` is no guard: it is true for addresses that carry a private one inside (NAT64, 6to4,
IPv4-compatible), for multicast, and for some that a cloud answers on. So IPv4 is everything less the table, and IPv6 is
the one block that is allocated as global unicast (RFC 4291 section 2.4; IANA, "Internet Protocol Version 6 Address
Space") less the table.
"""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

# IANA, "IPv4 Special-Purpose Address Registry", with multicast, the reserved blocks, and one address of a cloud.
REFUSED_IPV4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT; some clouds keep their metadata here
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # the host of a virtual machine on Azure
            "169.254.0.0/16",  # link-local; most clouds keep their metadata here
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # automatic multicast tunnelling
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
GLOBAL_UNICAST = IPv6Network("2000::/3")
# What lies outside it needs no line: loopback, unspecified, IPv4-mapped and -compatible, NAT64 (64:ff9b::/96 and
# 64:ff9b:1::/48), segment routing (5f00::/16), unique local, link-local, site-local (fec0::/10), multicast.
REFUSED_IPV6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address inside
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)


def may_reach(address: str) -> bool:
    """Whether an IP address, as text, belongs to a host on the public internet. What cannot be read does not."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        return ip.scope_id is None and ip in GLOBAL_UNICAST and not any(ip in net for net in REFUSED_IPV6)
    return not any(ip in net for net in REFUSED_IPV4)
