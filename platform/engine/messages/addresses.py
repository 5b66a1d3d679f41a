"""Which addresses of the network may be called: those of the world, or of it those that the settings list, and those
within the house that they allow.

An address that a definition or a stranger gives must not lead into the house: to loopback, to private or link-local
networks, to the metadata of a cloud. What a name stands for is looked up once, and that very address is called.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from customary.engine.messages.undelivered import NotNow, Undeliverable
from customary.engine.words import Reason

Address = IPv4Address | IPv6Address

_NAT64 = ip_network("64:ff9b::/96")
_GIVEN_OUT = ip_network("2000::/3")
"""All of IPv6 that is given out to the world."""


_LEADS_INSIDE = "{host} is {address}, which does not lie in the open internet; customary.yaml does not allow it"
_INSIDE = "{host} does not lie in the open internet; customary.yaml does not allow it"
_UNLISTED = "{host} is not among the hosts that customary.yaml lists in calls_only_to"


@dataclass(frozen=True)
class Allowed:
    """What the settings allow beside the world: networks (`10.0.0.0/8`), and hosts with or without a port."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[tuple[str, int | None]] = frozenset()
    only: frozenset[tuple[str, int | None]] | None = None
    """The hosts of the world that are called; all where it is None."""

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, all of which may be called. Raises Undeliverable, NotNow."""
        names = {(host.lower(), None), (host.lower(), port)}
        listed = self.only is None or not names.isdisjoint(self.only | self.hosts)
        if not listed and not self.networks:
            raise Undeliverable(Reason(_UNLISTED, {"host": host}))
        found = _looked_up(host, port)
        if not names.isdisjoint(self.hosts):
            return found
        for each in found:
            address = ip_address(each.partition("%")[0])
            if not (is_public(address) or self._allows(address)):
                raise Undeliverable(Reason(_INSIDE if each == host else _LEADS_INSIDE, {"host": host, "address": each}))
            if not (listed or self._allows(address)):
                raise Undeliverable(Reason(_UNLISTED, {"host": host}))
        return found

    def _allows(self, address: Address) -> bool:
        forms = {address, _inner(address) or address} if isinstance(address, IPv6Address) else {address}
        return any(each in network for each in forms for network in self.networks)


def allowed(entries: Iterable[str], only: Iterable[str] | None = None) -> Allowed:
    """The allowed networks and hosts, and the `only` hosts of the world, as the settings say them.

    Raises ValueError with the one that is neither.
    """
    networks, hosts = [], set()
    for entry in entries:
        try:
            networks.append(ip_network(entry))
        except ValueError:
            hosts.add(_host(entry))
    return Allowed(tuple(networks), frozenset(hosts), None if only is None else frozenset(map(_host, only)))


def is_public(address: Address) -> bool:
    """Whether an address lies in the open internet, whatever form of IPv6 an IPv4 address is written in."""
    if isinstance(address, IPv6Address) and (inner := _inner(address)) is not None:
        return is_public(inner)
    given_out = address.version == 4 or address in _GIVEN_OUT
    return given_out and address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is written inside an IPv6 one: mapped, compatible, 6to4, Teredo or NAT64."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or int(address) >> 32 == 0:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _looked_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NotNow(Reason("there is no host {host}", {"host": host})) from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _host(entry: str) -> tuple[str, int | None]:
    host, colon, port = entry.rpartition(":") if entry.count(":") == 1 else (entry, "", "")
    host = (host or entry).strip().lower().strip("[]")
    if not host or any(each in host for each in " /@?#") or (colon and not port.isdigit()):
        raise ValueError(entry)
    return host, int(port) if port else None
