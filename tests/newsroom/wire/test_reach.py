"""Which addresses may be reached: the table, against every trick that is known."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsroom.wire.reach import GLOBAL_UNICAST, REFUSED_IPV4, REFUSED_IPV6, may_reach

REFUSED = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "100.100.100.200", "100.127.255.255", "169.254.169.254", "169.254.170.2", "168.63.129.16",
    "192.0.0.8", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
    "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
    "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::",
    "2002:808:808::", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1",
    "2001:db8::1", "3fff::1", "fec0::1", "fe80::1", "fc00::1", "fd00:ec2::254", "5f00::1", "ff02::1", "ff0e::1",
    "100::1", "4000::1", "2606:4700::1%eth0", "fe80::1%lo",
]  # fmt: skip
SPELLINGS = [
    "2130706433",
    "127.1",
    "0x7f.1",
    "0177.0.0.1",
    "①②⑦.⓪.⓪.①",
    "",
    "localhost",
    "1.2.3.4 ",
    "[::1]",
    "1.2.3.4/0",
]


@pytest.mark.parametrize("address", REFUSED)
def test_it_refuses_what_is_not_public(address):
    assert not may_reach(address)


@pytest.mark.parametrize("address", SPELLINGS)
def test_it_refuses_what_is_no_address(address):
    assert not may_reach(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "168.63.129.17", "172.32.0.1", "223.255.255.255",
     "2606:4700:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "2003::1"],
)  # fmt: skip
def test_it_lets_the_public_internet_be(address):
    assert may_reach(address)


def addresses() -> st.SearchStrategy[str]:
    """Addresses from everywhere, and more of them from the edges of the networks that matter."""
    edges = [
        ip_address(int(edge) + step)
        for net in (*REFUSED_IPV4, *REFUSED_IPV6, GLOBAL_UNICAST)
        for edge in (net[0], net[-1])
        for step in (-1, 0, 1)
        if 0 <= int(edge) + step < 2**net.max_prefixlen
    ]
    return st.one_of(st.ip_addresses(), st.sampled_from(edges)).map(str)


@given(addresses())
@example("64:ff9b::7f00:1")
@example("168.63.129.16")
def test_what_may_be_reached_is_global_unicast_and_carries_no_other_address(address):
    if not may_reach(address):
        return
    ip = ip_address(address)
    assert ip.is_global and not (
        ip.is_multicast or ip.is_reserved or ip.is_private or ip.is_loopback or ip.is_link_local
    )
    if isinstance(ip, IPv6Address):
        assert ip in GLOBAL_UNICAST and not any(ip in net for net in REFUSED_IPV6)
        assert ip.sixtofour is None and ip.teredo is None and ip.ipv4_mapped is None and not ip.is_site_local
    else:
        assert isinstance(ip, IPv4Address) and not any(ip in net for net in REFUSED_IPV4)
