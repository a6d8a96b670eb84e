"""`manage.py otlp_grpc`: the door for traces over gRPC, as a process of its own."""

import gc
import signal
import threading
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.api import otlp_grpc
from console.tenancy.lint import refuse_unsafe_database

STOP_SECONDS = 10  # a batch under way may end


class Command(BaseCommand):
    help = (
        "Takes traces over gRPC (OTLP), with the same keys and into the same runs as /v1/traces."
        " MNEMOSCOPE_HOST names the address, MNEMOSCOPE_OTLP_GRPC_PORT the port (4317)."
        " It speaks no TLS: put a proxy in front that does before others reach it."
    )
    # As web: they would load the pages, which nobody asks this process for.
    requires_system_checks: list[str] = []

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.OTLP_GRPC_PORT)

    @override
    def handle(self, *, port: int, **options: object) -> None:
        asked_to_stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: asked_to_stop.set())
        # As web: not on a database that leaks between tenants.
        refuse_unsafe_database()
        gc.collect()
        gc.freeze()
        try:
            server, bound = otlp_grpc.start(settings.HOST, port)
        except RuntimeError as error:
            raise CommandError(
                f"Nothing can listen on {settings.HOST}:{port}: stop what does, or name another"
                " port in MNEMOSCOPE_OTLP_GRPC_PORT."
            ) from error
        self.stdout.write(f"Traces are taken over gRPC at {settings.HOST}:{bound}.")
        asked_to_stop.wait()
        server.stop(STOP_SECONDS).wait()
