"""Ending processes that may not be our children, and knowing when they are gone."""

import contextlib
import time
from collections.abc import Iterable

import psutil


def signal_all(processes: Iterable[psutil.Process], number: int) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def remaining(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that still run after at most `seconds`.

    One that has ended and waits to be reaped counts as gone: some containers' first process never
    reaps orphans, and psutil's own `wait` would wait for that.
    """
    deadline = time.monotonic() + seconds
    running = [process for process in processes if _runs(process)]
    while running and time.monotonic() < deadline:
        time.sleep(0.02)
        running = [process for process in running if _runs(process)]
    return running


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
