"""A running instance of one's own: `manage.py up` in a folder that goes away."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from console.runtime.postgres import EmbeddedPostgres

PROJECT = Path(__file__).resolve().parents[1]
READY_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Instance:
    url: str
    home: Path
    pid: int  # of `up`, whose children are the web, the worker, the beat and PostgreSQL
    demo: dict[str, Any]
    admin_dsn: str  # the superuser's, for a floor that no product stands between


@contextmanager
def running_instance() -> Iterator[Instance]:
    with tempfile.TemporaryDirectory(prefix="mnemoscope-") as folder:
        home, port = Path(folder), _free_port()
        process = subprocess.Popen(
            [sys.executable, str(PROJECT / "manage.py"), "up", "--json"],
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("MNEMOSCOPE_")},
                "MNEMOSCOPE_HOME": str(home),
                "MNEMOSCOPE_PORT": str(port),
                "DJANGO_SETTINGS_MODULE": "console.settings.prod",
            },
            stdout=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _await_ready(url, process)
            demo = json.loads((home / "demo.json").read_text(encoding="utf-8"))
            yield Instance(url, home, process.pid, demo, EmbeddedPostgres(home).dsn())
        finally:
            process.terminate()
            process.wait(60)


def _await_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("The instance ended before it was ready.")
        try:
            if httpx.get(f"{url}/healthz/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"The instance was not ready within {READY_SECONDS} s.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
