"""Posting to an address that a customer named, without becoming their way into our network.

What counts is the address that is connected to: the name is resolved here, every answer is looked
at, and the connection goes to the very address that was looked at, so a name that changes its mind
(DNS rebinding) changes nothing. No redirect is followed, no proxy and no .netrc is asked, the
answer's body is cut, and one deadline bounds it all, however slowly the other side drips.

After OWASP's SSRF prevention cheat sheet, and IANA's special-purpose address registries as
`ipaddress` knows them.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpcore
import httpx
from django.conf import settings
from typing_extensions import override

MAX_URL = 500
HTTPS = 443
# Below it stand mail, shells and other services that a message could be mistaken for input to.
FIRST_FREE_PORT = 1024
ADDRESSES_TRIED = 3
NAT64 = IPv6Network("64:ff9b::/96")
# Both carry an IPv4 address, by way of a relay of somebody's: nobody serves webhooks there.
TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))

Address = IPv4Address | IPv6Address


class RefusedUrlError(ValueError):
    """The address may not be posted to; the sentence says why."""


class OutboundError(Exception):
    """Nothing was answered. `code` is one of a short list, fit for a log and a screen."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def checked_url(url: str) -> SplitResult:
    """The parts of an address that looks fit to be posted to. Raises RefusedUrlError."""
    if len(url) > MAX_URL:
        raise RefusedUrlError(f"Use at most {MAX_URL} characters.")
    if not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>^`{|}'):
        raise RefusedUrlError("Use ASCII only: xn-- for the host's name, %… for the rest.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedUrlError("This is no address.") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise RefusedUrlError("Begin with https:// and name the host.")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise RefusedUrlError("Leave out the user and password: verify the signature instead.")
    if parts.fragment:
        raise RefusedUrlError("Leave out what follows #: it is never sent.")
    if port is not None and port != HTTPS and port < FIRST_FREE_PORT:
        raise RefusedUrlError(f"Use port {HTTPS}, or one from {FIRST_FREE_PORT} on.")
    named = literal(parts.hostname)
    if parts.scheme == "http" and not _may_be_plain(parts.hostname, named):
        raise RefusedUrlError("Begin with https://: what is sent must not be read on the way.")
    if named is not None and not may_connect(named, plain=parts.scheme == "http"):
        raise RefusedUrlError("This address lies in a private network.")
    return parts


def post(url: str, *, body: bytes, headers: Mapping[str, str], seconds: float, cut: int) -> Answer:
    """At most `cut` bytes of the answer's body are read. Raises OutboundError."""
    try:
        parts = checked_url(url)
    except RefusedUrlError:
        raise OutboundError("address_refused") from None
    backend = _Guarded(plain=parts.scheme == "http", deadline=time.monotonic() + seconds)
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    with httpcore.ConnectionPool(ssl_context=trusted_tls(), network_backend=backend) as pool:
        try:
            with pool.stream(
                "POST", url.encode(), headers=[(b"Host", _host(parts)), *sent], content=body
            ) as response:
                return Answer(response.status, _beginning(response, cut), _text(response.headers))
        except httpcore.TimeoutException:
            raise OutboundError("timeout") from None
        except httpcore.ConnectError:
            raise OutboundError("no_connection") from None
        except (httpcore.NetworkError, httpcore.ProtocolError):
            raise OutboundError("broken_answer") from None


class _Guarded(httpcore.NetworkBackend):
    """Connects only where it may, and gives every step what is left of the time."""

    def __init__(self, *, plain: bool, deadline: float) -> None:
        self._plain = plain
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = resolved(host, port)
        if not all(may_connect(address, plain=self._plain) for address in addresses):
            raise OutboundError("address_refused")
        failed: httpcore.ConnectError | None = None
        for address in addresses[:ADDRESSES_TRIED]:
            try:
                stream = self._inner.connect_tcp(str(address), port, _left(self._deadline))
            except httpcore.ConnectError as error:
                failed = error
            else:
                return _Bounded(stream, self._deadline)
        raise failed or OutboundError("name_not_found")


class _Bounded(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline))

    @override
    def close(self) -> None:
        self._stream.close()

    @override
    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline))
        except httpcore.ConnectError as error:
            is_tls = isinstance(error.__cause__, ssl.SSLError)
            raise OutboundError("tls" if is_tls else "no_connection") from None
        return _Bounded(stream, self._deadline)

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def resolved(host: str, port: int) -> list[Address]:
    """Raises OutboundError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutboundError("name_not_found") from None
    names = dict.fromkeys(str(info[4][0]) for info in found)
    return [ip_address(name) for name in names]


def may_connect(address: Address, *, plain: bool) -> bool:
    if plain:
        return bool(settings.WEBHOOK_ALLOW_PRIVATE) and address.is_loopback
    return bool(settings.WEBHOOK_ALLOW_PRIVATE) or is_public(address)


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could reach it anyway, so that nothing is gained by us."""
    if isinstance(address, IPv6Address):
        if any(address in tunnel for tunnel in TUNNELS) or address.is_site_local:
            return False
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(IPv4Address(address.packed[-4:]))
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _may_be_plain(host: str, named: Address | None) -> bool:
    if not settings.WEBHOOK_ALLOW_PRIVATE:
        return False
    return host == "localhost" or (named is not None and named.is_loopback)


def literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _host(parts: SplitResult) -> bytes:
    return parts.netloc.encode()


def _beginning(response: httpcore.Response, cut: int) -> bytes:
    """As it came: nothing is decompressed, so a small answer stays small."""
    read = b""
    for chunk in response.iter_stream():
        read += chunk
        if len(read) >= cut:
            break
    return read[:cut]


def _text(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


@cache
def trusted_tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
