"""Processor time of a program and all that it started, from Linux's /proc."""

import os
from collections.abc import Iterator
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def seconds_of(root: int) -> dict[str, float]:
    """User and system seconds by program name, of the process `root` and all below it.

    Processes that ended meanwhile are counted with the parent that waited for them.
    """
    seconds: dict[str, float] = {}
    children: dict[int, list[tuple[int, str, float]]] = {}
    for pid, parent, name, spent in _processes():
        children.setdefault(parent, []).append((pid, name, spent))
        if pid == root:
            seconds[name] = seconds.get(name, 0) + spent
    waiting = [root]
    while waiting:
        for pid, name, spent in children.get(waiting.pop(), []):
            seconds[name] = seconds.get(name, 0) + spent
            waiting.append(pid)
    return seconds


def _processes() -> Iterator[tuple[int, int, str, float]]:
    for entry in PROC.iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
        except OSError:  # it ended while we looked
            continue
        fields = rest.split()
        spent = sum(int(fields[n]) for n in (11, 12, 13, 14)) / TICK
        yield int(entry.name), int(fields[1]), name, spent
