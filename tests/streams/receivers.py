"""Somebody's SIEM: takes lines by syslog and closes once it has read to the end, as others do."""

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread


@dataclass
class SyslogReceiver:
    """`resets`: hangs up without reading on, as a process that is killed does."""

    address: str = ""
    resets: bool = False
    messages: list[bytes] = field(default_factory=list)


@contextmanager
def syslog_receiving(certificate: Path | None = None) -> Iterator[SyslogReceiver]:
    receiver = SyslogReceiver()
    listener = socket.create_server(("127.0.0.1", 0))
    tls = None
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                if receiver.resets:
                    connection.recv(1)
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    continue
                try:
                    take(tls.wrap_socket(connection, server_side=True) if tls else connection)
                except OSError:
                    continue

    def take(connection):
        with connection:
            read = b""
            while chunk := connection.recv(65536):
                read += chunk
            receiver.messages += unframed(read)

    Thread(target=serve, daemon=True).start()
    receiver.address = f"{'tls' if tls else 'tcp'}://localhost:{listener.getsockname()[1]}"
    try:
        yield receiver
    finally:
        listener.close()


def unframed(read: bytes) -> list[bytes]:
    """By octet counting (RFC 6587 §3.4.1)."""
    messages = []
    while read:
        length, _, rest = read.partition(b" ")
        messages.append(rest[: int(length)])
        assert len(messages[-1]) == int(length)
        read = rest[int(length) :]
    return messages
