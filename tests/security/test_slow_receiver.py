"""A receiver that reads ever so slowly holds nobody's worker for longer than one try may take."""

import socket
import ssl
import time
from threading import Thread

import pytest

from console.platform.outbound import OutboundError
from console.platform.outbound_line import send_lines
from tests.webhooks.receiver import a_certificate

SECONDS = 1.0
SIP, PAUSE = 16_384, 0.004
BODY = bytes(64 * 1024 * 1024)  # past what the buffers of both sides take


@pytest.fixture
def slow(tmp_path):
    """Its address: one who reads a little at a time, by TLS, until the other side goes."""
    certificate = a_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listening = socket.create_server(("127.0.0.1", 0))

    def read():
        try:
            with context.wrap_socket(listening.accept()[0], server_side=True) as taken:
                while taken.recv(SIP):
                    time.sleep(PAUSE)
        except OSError:
            return

    reader = Thread(target=read, daemon=True)
    reader.start()
    yield (
        f"tls://localhost:{listening.getsockname()[1]}",
        certificate.read_text().split("-----BEGIN PRIVATE")[0],
    )
    listening.close()
    reader.join(timeout=5)


def test_one_deadline_bounds_it_all_by_tls_too(settings, slow):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    address, roots = slow
    began = time.monotonic()
    with pytest.raises(OutboundError, match="timeout"):
        send_lines(address, body=BODY, seconds=SECONDS, roots=roots)
    assert time.monotonic() - began < 3 * SECONDS
