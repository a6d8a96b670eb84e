"""The process that leads a PostgreSQL server: is it ready, and how it is ended."""

import contextlib
import signal
from pathlib import Path

import psutil

from console.runtime.ending import remaining, signal_all

FAST_SECONDS = 30  # a checkpoint on a slow disk
IMMEDIATE_SECONDS = 5
STATUS_LINE = 7  # of postmaster.pid: "starting", "ready", "stopping"


def is_ready(data: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"
    return False


def end(process: psutil.Process, *, hurry: bool = False) -> None:
    """Fast shutdown, then immediate, then kill: the data survives each of them."""
    steps = [(signal.SIGINT, FAST_SECONDS), (signal.SIGQUIT, IMMEDIATE_SECONDS)]
    steps.append((signal.SIGKILL, IMMEDIATE_SECONDS))
    for number, seconds in steps[1:] if hurry else steps:
        signal_all([process], number)
        if not remaining([process], seconds):
            return


def end_leftovers(data: Path, socket: Path) -> None:
    """Stops what a killed instance left running on `data`, and removes its marks.

    PostgreSQL itself believes any process that now has the old id to be the old server (after a
    container's restart some process has), so the marks go as soon as nothing of ours is running.
    """
    leader = _leader(data)
    for process in processes_of(data):
        if process.pid == leader:
            end(process)
    # Sessions outlive a killed leader for as long as a statement runs.
    for number in (signal.SIGQUIT, signal.SIGKILL):
        sessions = processes_of(data)
        signal_all(sessions, number)
        remaining(sessions, IMMEDIATE_SECONDS)
    for mark in (data / "postmaster.pid", socket, socket.with_name(socket.name + ".lock")):
        mark.unlink(missing_ok=True)


def processes_of(data: Path) -> list[psutil.Process]:
    """The PostgreSQL processes whose working folder is `data`, as every one of a server's is."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name().startswith("postgres") and Path(process.cwd()) == data:
                found.append(process)
    return found


def _leader(data: Path) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    return 0
