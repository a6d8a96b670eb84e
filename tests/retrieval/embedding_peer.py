"""An embedding server of the OpenAI kind on the loopback address: small, deterministic, real."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np

from console.platform.embedding_server import EmbeddingServer


def vector_of(text, width):
    """Words as signed directions: texts that share words lie near each other."""
    vector = np.zeros(width)
    for word in text.lower().replace(".", " ").replace("?", " ").split():
        digest = hashlib.sha256(word.encode()).digest()
        vector[int.from_bytes(digest[:4], "big") % width] += 1 if digest[4] % 2 else -1
    return vector.tolist()


class EmbeddingPeer:
    """`answers` scripts the next answers, as (status, headers, body); after them it embeds."""

    def __init__(self, width=64):
        self.width = width
        self.asked = []
        self.headers = []
        self.answers = []
        self.url = ""

    def server(self, *, model="peer", dimensions=None, api_key=None):
        return EmbeddingServer(self.url, model, dimensions or self.width, api_key)

    def answer(self, path, headers, body):
        self.asked.append((path, body))
        self.headers.append(headers)
        if self.answers:
            return self.answers.pop(0)
        data = [
            {"object": "embedding", "index": place, "embedding": vector_of(text, self.width)}
            for place, text in enumerate(body["input"])
        ]
        return 200, {}, {"object": "list", "data": data[::-1], "model": body["model"]}


@contextmanager
def embedding_peer(width=64) -> Iterator[EmbeddingPeer]:
    peer = EmbeddingPeer(width)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, headers, answer = peer.answer(self.path, dict(self.headers), body)
            sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(sent)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_):
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.url = f"http://127.0.0.1:{listener.server_port}/v1"
    thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield peer
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
