"""A running instance of one's own: `manage.py up` in a folder that goes away."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from console.runtime.address import answers
from console.runtime.postgres import EmbeddedPostgres

PROJECT = Path(__file__).resolve().parents[1]
READY_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Instance:
    url: str
    grpc: str  # host and port, where it was asked for
    home: Path
    pid: int  # of `up`, whose children are the web, the worker, the beat and PostgreSQL
    demo: dict[str, Any]
    admin_dsn: str  # the superuser's, for a floor that no product stands between


@contextmanager
def running_instance(*, grpc: bool = False, **environment: str) -> Iterator[Instance]:
    with tempfile.TemporaryDirectory(prefix="mnemoscope-") as folder:
        home, (port, grpc_port) = Path(folder), _free_ports(2)
        process = subprocess.Popen(
            [sys.executable, str(PROJECT / "manage.py"), "up", "--json"],
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("MNEMOSCOPE_")},
                "MNEMOSCOPE_HOME": str(home),
                "MNEMOSCOPE_PORT": str(port),
                "MNEMOSCOPE_OTLP_GRPC_PORT": str(grpc_port if grpc else 0),
                "DJANGO_SETTINGS_MODULE": "console.settings.prod",
                **environment,
            },
            stdout=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _await_ready(url, process, grpc_port=grpc_port if grpc else None)
            demo = json.loads((home / "demo.json").read_text(encoding="utf-8"))
            dsn = EmbeddedPostgres(home).dsn()
            yield Instance(url, f"127.0.0.1:{grpc_port}", home, process.pid, demo, dsn)
        finally:
            process.terminate()
            process.wait(60)


def _await_ready(url: str, process: "subprocess.Popen[bytes]", *, grpc_port: int | None) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("The instance ended before it was ready.")
        # gRPC starts after web is ready.
        if _is_ready(url) and (grpc_port is None or answers("127.0.0.1", grpc_port)):
            return
        time.sleep(0.2)
    raise RuntimeError(f"The instance was not ready within {READY_SECONDS} s.")


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz/ready").is_success
    except httpx.TransportError:
        return False


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
