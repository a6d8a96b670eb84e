"""A key management service on the loopback address that speaks Vault's Transit API: small, real."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from console.platform.crypto.envelope import SealBrokenError, new_key, seal, unseal
from console.platform.crypto.key_service import KeyService

TOKEN = "hvs.peer"


class TransitPeer:
    """`status` other than 200 is answered with instead; `asked` counts requests by path."""

    def __init__(self):
        self.keys = {"mnemoscope": new_key(), "next": new_key()}
        self.asked = []
        self.status = 200
        self.url = ""

    def service(self, key="mnemoscope", token=TOKEN):
        return KeyService(self.url, key, token)

    def answer(self, path, token, body):
        self.asked.append(path)
        if self.status != 200:
            return self.status, {"errors": []}
        if token != TOKEN:
            return 403, {"errors": ["permission denied"]}
        what, name = path.removeprefix("/v1/transit/").split("/")
        if name not in self.keys:
            return 404, {"errors": []}
        associated = base64.b64decode(body["associated_data"])
        if what == "encrypt":
            sealed = seal(self.keys[name], base64.b64decode(body["plaintext"]), associated)
            return 200, {"data": {"ciphertext": "vault:v1:" + base64.b64encode(sealed).decode()}}
        sealed = base64.b64decode(body["ciphertext"].removeprefix("vault:v1:"))
        try:
            plaintext = unseal(self.keys[name], sealed, associated)
        except SealBrokenError:
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(plaintext).decode()}}


@contextmanager
def transit_peer() -> Iterator[TransitPeer]:
    peer = TransitPeer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = peer.answer(self.path, self.headers["X-Vault-Token"], body)
            sent = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.url = f"http://127.0.0.1:{server.server_port}/v1/transit"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
