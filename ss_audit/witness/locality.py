"""Where an upstream lies: on this machine, in a private network, or in the world. Pure."""

import ipaddress
from typing import Literal
from urllib.parse import urlsplit

Locality = Literal["loopback", "private", "global"]
_NEAREST_FIRST: tuple[Locality, ...] = ("loopback", "private", "global")
_PRIVATE_SUFFIXES = (".local", ".internal", ".lan", ".home.arpa", ".localdomain")


def is_loopback(host: str) -> bool:
    """Whether this host name or address can only mean this machine (RFC 6761 6.3; 0.0.0.0 and :: reach it too)."""
    return _of_host(host) == "loopback"


def upstream_locality(url: str, address: str | None) -> Locality:
    """The nearest place that the URL's host and the connected peer's address point to.

    In: `address` as the relay saw it, None if no connection came about or a proxy stood in between. A listed name that
    resolves to this machine is loopback. A name of which nothing else is known counts as global, unless it is a single word or
    ends as names of private networks do. An address that is neither loopback nor globally reachable (RFC 6890) is private.
    """
    seen = [_of_host(urlsplit(url).hostname or "")]
    if address is not None:
        by_address = _of_host(address)
        # What a name looks like matters only as long as no address is known; loopback by name stays loopback.
        seen = [by_address] if seen[0] != "loopback" else [*seen, by_address]
    return min(seen, key=_NEAREST_FIRST.index)


def _of_host(host: str) -> Locality:
    name = host.strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        if name == "localhost" or name.endswith(".localhost"):
            return "loopback"
        return "private" if "." not in name or name.endswith(_PRIVATE_SUFFIXES) else "global"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback or address.is_unspecified:
        return "loopback"
    return "global" if address.is_global else "private"
