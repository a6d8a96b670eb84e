"""The whole site on a socket, for a browser and for the client library."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections


class ThreadingServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class SilentHandler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        return


class ClosingHandler(WSGIHandler):
    """A thread serves one request here, and takes its connection with it."""

    def __call__(self, environ, start_response):
        try:
            return super().__call__(environ, start_response)
        finally:
            connections.close_all()


@contextmanager
def served() -> Iterator[str]:
    """The address the site is served at."""
    site = StaticFilesHandler(ClosingHandler())
    server = make_server("127.0.0.1", 0, site, ThreadingServer, SilentHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
