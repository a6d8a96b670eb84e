"""One child process of an instance, with its log and its whole process group."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from console.platform.env import PROJECT_ROOT
from console.runtime.ending import remaining, signal_all
from console.runtime.files import append_to, keep_short

# In the environment of every child, with the data folder as its value: how one is recognised when
# the process that started it is gone.
MARK = "SUPERVISED_BY_MNEMOSCOPE_IN"
KILL_SECONDS = 5


class Program:
    """`log` is `home/logs/<name>.log`, appended to."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        home: Path,
        environment: Mapping[str, str],
    ) -> None:
        self.name = name
        self.log = home / "logs" / f"{name}.log"
        self._command = [*command]
        self._environment = {**environment, MARK: str(home)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.kill()
        keep_short(self.log)
        with append_to(self.log) as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own programs
                self._command,
                cwd=PROJECT_ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A group of its own: the terminal's Ctrl-C is the supervisor's to act on, in order.
                start_new_session=True,
            )

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll() if self._process else None

    def terminate(self) -> None:
        """Asks it to end what it has under way and go."""
        if self._process is not None:
            self._process.terminate()

    def kill(self) -> None:
        """Ends it, and whatever processes of its own it has left behind."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(KILL_SECONDS)
        self._process = None  # its id may be another's by the next call


def end_marked(home: Path) -> None:
    """Ends the children that a killed instance left running in `home`."""
    marked = [process for process in psutil.process_iter() if _mark_of(process) == str(home)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        signal_all(marked, number)
        marked = remaining(marked, KILL_SECONDS)


def _mark_of(process: psutil.Process) -> str | None:
    with contextlib.suppress(psutil.Error, OSError):
        mark: str | None = process.environ().get(MARK)
        return mark
    return None
