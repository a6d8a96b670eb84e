"""The data folder: everything an embedded instance keeps, held by one instance at a time."""

import contextlib
import fcntl
import os
import shutil
import time
from pathlib import Path

import psutil

from console.runtime.errors import RuntimeProblem, disk_full, os_problem

# A fresh database with its write-ahead log takes about 60 MB; a disk this full fails soon anyway.
NEEDED_BYTES = 256 * 1024 * 1024


class DataFolder:
    """`lock` is the file whose flock says who runs here; its text is that process's id."""

    def __init__(self, home: Path) -> None:
        self.home = home.expanduser().resolve()
        self.secrets = self.home / "secrets"
        self.logs = self.home / "logs"
        self._lock: int | None = None

    def prepare(self) -> None:
        """Makes the folder and its parts; refuses one that cannot be written or has no room.

        Raises RuntimeProblem.
        """
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            # Run by root, PostgreSQL is another user and must pass through, but not look around.
            self.home.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for part in (self.secrets, self.logs, self.home / "broker"):
                part.mkdir(exist_ok=True)
                part.chmod(0o700)
            free = shutil.disk_usage(self.home).free
        except OSError as error:
            raise os_problem(error, self.home) from error
        if free < NEEDED_BYTES:
            raise disk_full(self.home)

    def hold(self, *, patience: float = 20.0) -> None:
        """Takes the folder for this process until `release` or its end, however it ends.

        Raises RuntimeProblem when another instance has it. One that was killed has left a watchdog
        which holds the lock while it stops what remains: that is waited for.
        """
        deadline = time.monotonic() + patience
        while not self.try_hold():
            holder = self._holder()
            if psutil.pid_exists(holder) or time.monotonic() > deadline:
                raise RuntimeProblem(
                    f"The data folder {self.home} is in use by another instance (process {holder}):"
                    " stop that one, or name another folder in MNEMOSCOPE_HOME."
                )
            time.sleep(0.1)
        try:
            (self.home / "lock").write_text(f"{os.getpid()}\n", encoding="ascii")
        except OSError as error:
            raise os_problem(error, self.home) from error

    def try_hold(self) -> bool:
        """Whether the lock could be taken now. It is not inherited by child processes."""
        try:
            descriptor = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise os_problem(error, self.home) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._lock = descriptor
        return True

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _holder(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            return int((self.home / "lock").read_text(encoding="ascii"))
        return 0
