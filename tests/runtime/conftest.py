"""Servers and processes of these tests alone, apart from the database the other tests share."""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder with a short path, as a person's is."""
    with tempfile.TemporaryDirectory(prefix="mnemo-") as folder:
        yield Path(folder).resolve()


@pytest.fixture
def free_port() -> int:
    return a_free_port()


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bare_environment(home: Path, **variables: str) -> dict[str, str]:
    """What a person's shell has: nothing of ours but what is said here."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MNEMOSCOPE_", "DJANGO_", "PYTEST_", "COV_"))
    }
    return {**kept, "MNEMOSCOPE_HOME": str(home), **variables}


def processes_naming(text: str) -> list[psutil.Process]:
    """Living processes whose command or working folder names `text`."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd", "status"]):
        named = " ".join(process.info["cmdline"] or []) + f" {process.info['cwd'] or ''}"
        if text in named and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found
