"""Killing (kill -9) one process of an instance after another while somebody goes on sending."""

import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import psutil

from console.runtime.ending import signal_all
from console.runtime.supervisor import DEATHS_ALLOWED, DEATHS_WINDOW_SECONDS
from tests.instance import Instance

UNDER_LOAD = 3  # how often each sender is acknowledged before a kill, and after
LONGEST_MOMENT = 0.5
RECOVERS_WITHIN = 240  # on cores shared with all the rest
KILL = 9

Find = Callable[[], list[psutil.Process]]


class Sending(Protocol):
    """Who goes on until stopped, and notes each answer that nobody should get."""

    name: str
    wrong: list[str]

    @property
    def acknowledged(self) -> Sequence[object]: ...


def victims(instance: Instance) -> dict[str, Find]:
    """Those of every instance; `children_of` finds others."""

    def workers() -> list[psutil.Process]:
        found = children_of(instance, "granian")
        return [process for process in found if "granian" in _command(process.parent())]

    def first() -> list[psutil.Process]:
        return [one for one in children_of(instance, "granian") if one not in workers()]

    def postmaster() -> list[psutil.Process]:
        return [one for one in children_of(instance, "bin/postgres") if "-D" in _command(one)]

    return {
        "a worker of web": lambda: _one_of(workers()),
        # Its workers outlive it, and hold its port, until the supervisor ends them.
        "web's first process": first,
        "a session of PostgreSQL": lambda: _one_of(
            children_of(instance, "postgres: mnemoscope_app")
        ),
        "PostgreSQL's first process": postmaster,
        "all of PostgreSQL": lambda: children_of(instance, "postgres"),
    }


def children_of(instance: Instance, text: str) -> list[psutil.Process]:
    """Those whose command has the text."""
    children = psutil.Process(instance.pid).children(recursive=True)
    return [child for child in children if text in _command(child)]


def in_turn(names: Sequence[str], rounds: int) -> list[str]:
    """Each as often as the others, in an order nobody knows."""
    turns = (random.sample(names, len(names)) for _ in range(0, rounds, len(names)))
    return [name for turn in turns for name in turn][:rounds]


def kill_in_turn(
    found: Mapping[str, Find],
    order: Sequence[str],
    senders: Sequence[Sending],
    *,
    recovered: Callable[[], None] = lambda: None,
) -> dict[str, list[float]]:
    """The seconds until all went on again, by victim. `recovered` waits for what else must.

    Never so often that the supervisor takes a service for one that keeps dying, and gives up.
    Raises RuntimeError when a victim is missing or stays away.
    """
    recoveries: dict[str, list[float]] = {victim: [] for victim in order}
    kills: deque[float] = deque(maxlen=DEATHS_ALLOWED)
    for victim in order:
        if len(kills) == DEATHS_ALLOWED:
            time.sleep(max(0.0, kills[0] + DEATHS_WINDOW_SECONDS + 1 - time.monotonic()))
        await_acknowledgements(senders, UNDER_LOAD)
        time.sleep(random.uniform(0, LONGEST_MOMENT))  # noqa: S311 - no secret
        processes = found[victim]()
        signal_all(processes, KILL)
        if not processes:
            raise RuntimeError(f"Nothing to kill of {victim}.")
        at = time.monotonic()
        kills.append(at)
        await_acknowledgements(senders, UNDER_LOAD)
        recovered()
        recoveries[victim].append(time.monotonic() - at)
    return recoveries


def await_acknowledgements(senders: Sequence[Sending], count: int) -> None:
    """Raises RuntimeError when a sender is not acknowledged so many times more in time."""
    goals = [(sender, len(sender.acknowledged) + count) for sender in senders]
    deadline = time.monotonic() + RECOVERS_WITHIN
    for sender, goal in goals:
        while len(sender.acknowledged) < goal and not sender.wrong:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{sender.name} was not acknowledged in {RECOVERS_WITHIN} s.")
            time.sleep(0.01)


def _one_of(processes: list[psutil.Process]) -> list[psutil.Process]:
    return random.sample(processes, min(1, len(processes)))


def _command(process: psutil.Process | None) -> str:
    try:
        return " ".join(process.cmdline()) if process else ""
    except psutil.Error:
        return ""
