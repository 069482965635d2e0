"""Connections to public addresses only, wherever a name of somebody else's leads: for URLs that people write down.

A name is resolved once and what it leads to is looked at before anything is connected, and that very address is then
connected to: a name that leads elsewhere a moment later changes nothing. Certificates are still checked for the name.
"""

import socket
import ssl
from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Any

import httpcore
import httpx


def public_address(host: str, port: int) -> str:
    """Return an address of a host, as text.

    In IPv4 alone, which is what a function outside a VPC has: an IPv6 address may hide an IPv4 one in several ways.
    Raises `httpcore.ConnectError` when there is none, or any that is not public.
    """
    try:
        found = [str(address[0]) for *_, address in socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("there is no such host") from error
    if not found or not all(_is_public(address) for address in found):
        raise httpcore.ConnectError("the host is not a public one")
    return found[0]


def _is_public(address: str) -> bool:
    read = IPv4Address(address)
    return read.is_global and not read.is_multicast


class _PublicNetwork(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = public_address(host, port)
        return self._network.connect_tcp(address, port, timeout, local_address, socket_options)


class PublicTransport(httpx.HTTPTransport):
    """Connects over TLS to public addresses and to no others, trusting these authorities."""

    def __init__(self, limits: httpx.Limits, trust: ssl.SSLContext) -> None:
        super().__init__(verify=trust, trust_env=False, limits=limits)
        # httpx hands its pool everything but this, which httpcore documents.
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_PublicNetwork(),
        )
