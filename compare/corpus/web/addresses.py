"""Which IP addresses are on the public web.

`NOT_PUBLIC` holds the networks that the registries of special-purpose addresses at
<https://www.iana.org/assignments/iana-ipv4-special-registry> and
<https://www.iana.org/assignments/iana-ipv6-special-registry> do not call globally reachable, and
addresses at which providers of virtual machines answer their guests, some of them with secrets.
`python -m release.addresses` names what the registries list and this table lacks. Python's
`is_global` is asked too, but it knows the registries as they were at its own release.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

Address = IPv4Address | IPv6Address

NOT_PUBLIC = {
    ip_network(network): name
    for network, name in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private use"),
        ("100.64.0.0/10", "networks of carriers; Alibaba Cloud's metadata at 100.100.100.200"),
        ("127.0.0.0/8", "this machine"),
        ("168.63.129.16/32", "Azure's services for its virtual machines"),
        ("169.254.0.0/16", "link-local; most providers' metadata at 169.254.169.254"),
        ("172.16.0.0/12", "private use"),
        ("192.0.0.0/24", "protocol assignments; Oracle Cloud's metadata at 192.0.0.192"),
        ("192.0.2.0/24", "documentation"),
        ("192.80.8.124/32", "Equinix Metal's metadata"),
        ("192.88.99.0/24", "relays of 6to4"),
        ("192.168.0.0/16", "private use"),
        ("198.18.0.0/15", "benchmarks"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved; broadcast"),
        ("::/96", "this machine; IPv4-compatible addresses"),
        ("64:ff9b:1::/48", "NAT64 of a local network"),
        ("100::/64", "discarded"),
        ("100:0:0:1::/64", "dummy prefix"),
        ("2001::/23", "protocol assignments; Teredo"),
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "unique local; Amazon's and Google's metadata at fd00:ec2::254, fd20:ce::254"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
}
"""The networks that are not public, and what each is for."""

_UNICAST = ip_network("2000::/3")
"""All that IANA has given out of IPv6."""

_NAT64 = ip_network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Return whether an address is public; IPv4 embedded in IPv6 is checked as IPv4.

    >>> is_public(IPv4Address("8.8.8.8")), is_public(IPv4Address("192.0.0.192"))
    (True, False)
    """
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inside = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inside is not None:
            return is_public(inside)
        if address not in _UNICAST:
            return False
    return address.is_global and not any(address in network for network in NOT_PUBLIC)
