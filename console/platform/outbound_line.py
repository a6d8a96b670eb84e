"""Sending lines over a connection to an address that a customer named, until they are taken.

`tls://host:port` goes where a webhook may go; `tcp://host:port` is readable on the way and so
stays in a private network, where the operator lets anything go there at all. As for webhooks
(`console.platform.outbound`), the address that is looked at is the one that is connected to.

A line protocol has no answers. What stands for one: we say that nothing follows, and wait until
the other side has read to that end and closes too. A process that dies before leaves a reset.
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from console.platform.outbound import (
    ADDRESSES_TRIED,
    FIRST_FREE_PORT,
    MAX_URL,
    Address,
    OutboundError,
    RefusedUrlError,
    is_public,
    literal,
    may_connect,
    resolved,
    trusted_tls,
)

# 514 and 601 are syslog's over TCP, 6514 is its own over TLS.
SYSLOG_PORTS = frozenset({514, 601})
READ_BYTES = 4096
MOST_READ = 1 << 20


def checked_line_address(address: str) -> SplitResult:
    """The parts of an address that looks fit to be sent lines to. Raises RefusedUrlError."""
    if len(address) > MAX_URL or not address.isascii() or not address.isprintable():
        raise RefusedUrlError(f"Use at most {MAX_URL} characters of ASCII.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise RefusedUrlError("This is no address.") from None
    if parts.scheme not in {"tls", "tcp"} or not parts.hostname or port is None:
        raise RefusedUrlError("Write tls://host:6514, or tcp://host:601 in your own network.")
    if "@" in parts.netloc or parts.path or parts.query or parts.fragment or " " in address:
        raise RefusedUrlError("Write nothing but the host and its port.")
    if port not in SYSLOG_PORTS and port < FIRST_FREE_PORT:
        raise RefusedUrlError(f"Use port 514, 601, or one from {FIRST_FREE_PORT} on.")
    if parts.scheme == "tcp" and not settings.WEBHOOK_ALLOW_PRIVATE:
        raise RefusedUrlError("Begin with tls://: what is sent must not be read on the way.")
    address_named = literal(parts.hostname)
    if address_named is not None and not _may_send(address_named, scheme=parts.scheme):
        raise RefusedUrlError(_REFUSED[parts.scheme])
    return parts


_REFUSED = {
    "tls": "This address lies in a private network.",
    "tcp": "Begin with tls:// outside of your own network.",
}


def send_lines(address: str, *, body: bytes, seconds: float, roots: str = "") -> None:
    """Returns once the other side has read it all. `roots` in PEM, else the usual authorities.

    Raises OutboundError.
    """
    deadline = time.monotonic() + seconds
    try:
        parts = checked_line_address(address)
    except RefusedUrlError:
        raise OutboundError("address_refused") from None
    try:
        with _connected(parts, deadline) as connection:
            if parts.scheme == "tls":
                _send_by_tls(connection, str(parts.hostname), body, deadline, roots)
            else:
                _send(connection, body, deadline)
                connection.shutdown(socket.SHUT_WR)
                _read_to_end(connection, deadline)
    except TimeoutError:
        raise OutboundError("timeout") from None
    except ssl.SSLError:
        raise OutboundError("tls") from None
    except OSError:
        raise OutboundError("broken_connection") from None


def _may_send(address: Address, *, scheme: str) -> bool:
    if scheme == "tcp":
        return bool(settings.WEBHOOK_ALLOW_PRIVATE) and not is_public(address)
    return may_connect(address, plain=False)


@contextlib.contextmanager
def _connected(parts: SplitResult, deadline: float) -> Iterator[socket.socket]:
    host, port = str(parts.hostname), int(parts.port or 0)
    addresses = resolved(host, port)
    if not all(_may_send(address, scheme=parts.scheme) for address in addresses):
        raise OutboundError("address_refused")
    for address in addresses[:ADDRESSES_TRIED]:
        try:
            connection = socket.create_connection((str(address), port), _left(deadline))
        except TimeoutError:
            raise
        except OSError:
            continue
        with connection:
            yield connection
        return
    raise OutboundError("no_connection")


def _send_by_tls(
    connection: socket.socket, host: str, body: bytes, deadline: float, roots: str
) -> None:
    context = ssl.create_default_context(cadata=roots) if roots else trusted_tls()
    connection.settimeout(_left(deadline))
    with context.wrap_socket(connection, server_hostname=host) as secured:
        _send(secured, body, deadline)
        secured.settimeout(_left(deadline))
        try:
            secured.unwrap()  # says that nothing follows, and waits to be told the same
        except ssl.SSLEOFError:
            return  # closed without a word, as many do: read to the end all the same
        except OSError as error:
            if error.errno != 0:  # OpenSSL's way to say the same
                raise


def _send(connection: socket.socket, body: bytes, deadline: float) -> None:
    connection.settimeout(_left(deadline))
    connection.sendall(body)


def _read_to_end(connection: socket.socket, deadline: float) -> None:
    """What it says is nothing to us; that it ends is all."""
    read = 0
    while read < MOST_READ:
        connection.settimeout(_left(deadline))
        chunk = connection.recv(READ_BYTES)
        if not chunk:
            return
        read += len(chunk)
    raise OutboundError("broken_answer")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
