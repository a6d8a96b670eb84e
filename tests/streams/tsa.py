"""A timestamp authority of our own: `openssl ts` behind a small server."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
"""


@dataclass
class Authority:
    """`replays`: answers what it answered first, whatever it is asked."""

    url: str
    root: str
    folder: Path
    replays: bool = False
    first: bytes = b""


def _issued(name, key, issuer, issuer_key, extensions):
    today = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(
        issuer, subject, key.public_key(), x509.random_serial_number()
    )
    builder = builder.not_valid_before(today - timedelta(days=1))
    builder = builder.not_valid_after(today + timedelta(days=1))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, SHA256())


def make_authority(folder: Path) -> str:
    """Its files; the root's certificate in PEM."""
    root_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test root")])
    is_root = (x509.BasicConstraints(ca=True, path_length=None), True)
    root = _issued("Test root", root_key, root_name, root_key, [is_root])
    usage = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
    certificate = _issued("Test TSA", key, root_name, root_key, [usage])
    pem = root.public_bytes(Encoding.PEM)
    (folder / "root.pem").write_bytes(pem)
    (folder / "tsa.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "tsa.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (folder / "serial").write_text("01")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    return pem.decode()


@contextmanager
def timestamping(folder: Path) -> Iterator[Authority]:
    authority = Authority("", make_authority(folder), folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = self.rfile.read(int(self.headers["content-length"]))
            assert self.headers["content-type"] == "application/timestamp-query"
            (folder / "asked").write_bytes(asked)
            answer = subprocess.run(
                ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "asked"],
                cwd=folder,
                check=True,
                capture_output=True,
            ).stdout
            authority.first = authority.first or answer
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(authority.first if authority.replays else answer)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    authority.url = f"http://localhost:{server.server_port}/tsr"
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
