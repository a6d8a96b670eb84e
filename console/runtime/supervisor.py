"""Keeps the services of an instance running, and stops them in order."""

import contextlib
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Protocol

from console.runtime.errors import NO_SPACE, Interrupted, RuntimeProblem, disk_full
from console.runtime.files import keep_short, last_line
from console.runtime.program import Program

TICK_SECONDS = 0.2
LOG_CHECK_SECONDS = 60
STOP_SECONDS = 15.0  # a request or a task under way may end
UNREADY_STOP_SECONDS = 2.0  # nobody was served yet
# A service that dies this often within the window does not get better by starting it again.
DEATHS_ALLOWED = 4
DEATHS_WINDOW_SECONDS = 60
FIRST_PAUSE_SECONDS = 0.5


class Service(Protocol):
    name: str
    log: Path

    def start(self) -> None: ...
    def is_running(self) -> bool: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class Supervisor:
    """Services named in `stop_order` are stopped in this order, whenever they were started."""

    def __init__(self, say: Callable[[str], None], *, stop_order: Sequence[str]) -> None:
        self._say = say
        self._stop_order = stop_order
        self._services: list[Service] = []
        self._deaths: dict[str, deque[float]] = {}
        self._start_again_at: dict[str, float] = {}
        self._logs_checked_at = time.monotonic()
        self._asked = threading.Event()
        self._hurry = False
        self._starting = True
        self._was_ready = False

    @contextlib.contextmanager
    def heeding_signals(self) -> Iterator[None]:
        """While starting, a signal raises Interrupted; then the first asks, the second hurries."""
        heeded = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
            heeded.append(signal.SIGHUP)
        before = {number: signal.signal(number, self._on_signal) for number in heeded}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def start(self, service: Service) -> None:
        self._services.append(service)
        service.start()

    def run(self, program: Program) -> None:
        """Waits for a program that ends by itself. Raises RuntimeProblem when it fails."""
        while program.is_running():
            self.tick()
            self._asked.wait(0.05)
        if program.exit_code != 0:
            raise failure(f"The step '{program.name}' failed", program.log)

    def declare_ready(self) -> None:
        """From here on a signal asks to stop, and what is under way may end."""
        self._starting = False
        self._was_ready = True

    def watch(self) -> None:
        """Until a signal asks to stop. Raises RuntimeProblem when a service keeps dying."""
        while not self._asked.wait(TICK_SECONDS):
            self.tick()

    def tick(self) -> None:
        """Notices services that died, and starts them again after a pause."""
        now = time.monotonic()
        for service in self._services:
            if service.is_running():
                continue
            if service.name not in self._start_again_at:
                self._start_again_at[service.name] = now + self._pause_after_death(service)
            elif now >= self._start_again_at[service.name]:
                del self._start_again_at[service.name]
                service.start()
        if now - self._logs_checked_at > LOG_CHECK_SECONDS:
            self._logs_checked_at = now
            for service in self._services:
                keep_short(service.log)

    def stop(self) -> None:
        """Asks each in turn to end, and ends it when it takes too long or a signal hurries."""
        self._starting = False
        patience = STOP_SECONDS if self._was_ready else UNREADY_STOP_SECONDS
        for service in sorted(self._services, key=lambda one: self._stop_order.index(one.name)):
            service.terminate()
            deadline = time.monotonic() + patience
            while service.is_running() and not self._hurry and time.monotonic() < deadline:
                time.sleep(0.02)
            service.kill()
        self._services.clear()

    def _pause_after_death(self, service: Service) -> float:
        now = time.monotonic()
        deaths = self._deaths.setdefault(service.name, deque(maxlen=DEATHS_ALLOWED + 1))
        deaths.append(now)
        if len(deaths) > DEATHS_ALLOWED and now - deaths[0] < DEATHS_WINDOW_SECONDS:
            raise failure(f"{service.name} ended {len(deaths)} times within a minute", service.log)
        recent = sum(1 for death in deaths if now - death < DEATHS_WINDOW_SECONDS)
        pause: float = FIRST_PAUSE_SECONDS * 2 ** (recent - 1)
        self._say(f"{service.name} ended; starting it again in {pause:g} s (log: {service.log})")
        return pause

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._hurry = self._asked.is_set()
        self._asked.set()
        if self._starting:
            self._starting = False
            raise Interrupted


def failure(what: str, log: Path) -> RuntimeProblem:
    """The sentence, with what the program said last."""
    line = last_line(log)
    if NO_SPACE in line:
        return disk_full(log.parent.parent)
    return RuntimeProblem(f"{what}: {line or 'it said nothing'} (the whole log: {log}).")
