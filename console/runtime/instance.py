"""An embedded instance: its steps from an empty folder to ready, and back to nothing running."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from console.platform.env import PROJECT_ROOT
from console.runtime.address import answers, ready_status
from console.runtime.errors import Interrupted, RuntimeProblem, os_problem
from console.runtime.files import append_to, last_line, write_private
from console.runtime.folder import DataFolder
from console.runtime.leftovers import end_leftovers
from console.runtime.postgres import EmbeddedPostgres
from console.runtime.program import Program
from console.runtime.progress import Progress
from console.runtime.provision import provision
from console.runtime.supervisor import Supervisor
from console.runtime.watchdog import ALL_WELL

READY_SECONDS = 120
SETTINGS_MODULE = "console.settings.prod"
# The audit log after all who add to it: what they did last is sealed.
STOP_ORDER = ("web", "otlp_grpc", "worker", "beat", "sequencer", "postgres")
OK = 200
STAMP = ".gathered"  # in the folder of static files: what they were gathered from


@dataclass(frozen=True, slots=True)
class Plan:
    """What the settings say of this instance."""

    host: str
    port: int
    grpc_port: int  # 0 for none
    url: str
    static_root: Path
    context_key: bytes
    role_passwords: dict[str, str]
    demo: bool


class Instance:
    """Methods raise RuntimeProblem, or Interrupted when a signal ends the start."""

    def __init__(self, folder: DataFolder, postgres: EmbeddedPostgres, progress: Progress) -> None:
        self._folder = folder
        self._postgres = postgres
        self._demo_file = folder.home / "demo.json"
        self._metrics = folder.home / "metrics"  # of this start: a file of each process
        self._progress = progress
        self._supervisor = Supervisor(progress.note, stop_order=STOP_ORDER)

    def run(self, plan: Plan) -> None:
        """Starts everything, serves until a signal, stops everything."""
        with self._supervisor.heeding_signals(), self._watched():
            try:
                self._start(plan)
                self._supervisor.watch()
            except Interrupted:
                self._progress.note("Stopping before it was ready.")
            except OSError as error:
                raise os_problem(error, self._folder.home) from error
            finally:
                with self._progress.step("stopping"):
                    self._supervisor.stop()
                    end_leftovers(self._folder.home)
        self._progress.tell("stopped", "Stopped.")

    def _start(self, plan: Plan) -> None:
        shutil.rmtree(self._metrics, ignore_errors=True)
        self._metrics.mkdir()
        # Static files need no database, so they are gathered while it starts.
        static = self._gather_static_files(plan.static_root)
        with self._progress.step("PostgreSQL"):
            self._supervisor.start(self._postgres)
            for opened in self._postgres.opened_folders:
                self._progress.note(f"Let PostgreSQL's user pass through {opened} (chmod o+x).")
        with self._progress.step("database and roles"):
            provision(
                self._postgres.dsn(),
                passwords=plan.role_passwords,
                context_key=plan.context_key,
            )
        with self._progress.step("migrations"):
            self._run("migrate", "--database", "owner", "--no-input", "--skip-checks")
        # With its file there, the demo was made; looking again would cost a later start seconds.
        if plan.demo and (self._postgres.is_new or not self._demo_file.exists()):
            with self._progress.step("demo"):
                self._run("seed_demo")
        if static is not None:
            with self._progress.step("static files"):
                self._supervisor.run(static)
                write_private(plan.static_root / STAMP, static_digest())
        with self._progress.step("web"):
            self._supervisor.start(self._program("web", *self._web(plan)))
            self._await_ready(plan)
        if plan.grpc_port:
            with self._progress.step("gRPC"):
                self._supervisor.start(self._program("otlp_grpc", "manage.py", "otlp_grpc"))
                self._await_grpc(plan)
        # Last, so that web has both cores while it loads: what is to be done waits in rows.
        with self._progress.step("worker and beat"):
            self._supervisor.start(self._program("worker", *self._worker()))
            self._supervisor.start(self._program("beat", *self._beat()))
        with self._progress.step("audit log"):
            self._supervisor.start(self._program("sequencer", "manage.py", "sequence_audit"))
        self._supervisor.declare_ready()
        self._tell_ready(plan)

    def _gather_static_files(self, root: Path) -> Program | None:
        stamp = root / STAMP
        if stamp.exists() and stamp.read_text(encoding="ascii") == static_digest():
            return None
        return self._begin("collectstatic", "--no-input", "--clear")

    def _begin(self, command: str, *arguments: str) -> Program:
        program = self._program(command, "manage.py", command, *arguments)
        program.start()
        return program

    def _run(self, command: str, *arguments: str) -> None:
        self._supervisor.run(self._begin(command, *arguments))

    def _program(self, name: str, *arguments: str) -> Program:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": SETTINGS_MODULE,
            "MNEMOSCOPE_HOME": str(self._folder.home),
            "PYTHONUNBUFFERED": "1",
            "PROMETHEUS_MULTIPROC_DIR": str(self._metrics),
        }
        return Program(
            name,
            [sys.executable, *arguments],
            home=self._folder.home,
            environment=environment,
        )

    @staticmethod
    def _web(plan: Plan) -> Iterator[str]:
        yield from ("-m", "granian", "--interface", "wsgi", "console.wsgi:application")
        yield from ("--host", plan.host, "--port", str(plan.port))
        # Two processes per core: the kernel shares connections out unevenly, and of the threads of
        # one process only one computes.
        yield from ("--workers", "4", "--blocking-threads", "4", "--no-ws")
        yield from ("--respawn-failed-workers", "--workers-kill-timeout", "10")

    @staticmethod
    def _worker() -> Iterator[str]:
        yield from ("-m", "celery", "-A", "console.celery", "worker", "--loglevel", "INFO")
        # Threads: one process, whose pool of database connections is never shared by a fork.
        yield from ("--pool", "threads", "--concurrency", "4", "--prefetch-multiplier", "1")
        # One worker has nobody to talk to; each word would be a file in the broker's folder.
        yield from ("--without-gossip", "--without-mingle", "--without-heartbeat")

    def _beat(self) -> Iterator[str]:
        yield from ("-m", "celery", "-A", "console.celery", "beat", "--loglevel", "INFO")
        yield from ("--schedule", str(self._folder.home / "beat-schedule"), "--pidfile", "")

    def _await_ready(self, plan: Plan) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while (status := ready_status(plan.host, plan.port)) != OK:
            self._supervisor.tick()
            if time.monotonic() > deadline:
                log = self._folder.logs / "web.log"
                raise RuntimeProblem(
                    f"web was not ready within {READY_SECONDS} seconds (/healthz/ready answered"
                    f" {status or 'nothing'}): {last_line(log)} (the whole log: {log})."
                )
            time.sleep(0.05)

    def _await_grpc(self, plan: Plan) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(plan.host, plan.grpc_port):
            self._supervisor.tick()
            if time.monotonic() > deadline:
                log = self._folder.logs / "otlp_grpc.log"
                raise RuntimeProblem(
                    f"Nothing took traces over gRPC within {READY_SECONDS} seconds:"
                    f" {last_line(log)} (the whole log: {log})."
                )
            time.sleep(0.05)

    def _tell_ready(self, plan: Plan) -> None:
        seconds = self._progress.seconds
        self._progress.tell(
            "ready",
            f"\nMnemoscope is ready at {plan.url} ({seconds} s).",
            url=plan.url,
            seconds=seconds,
        )
        if plan.grpc_port:
            self._progress.note(f"Traces also come in over gRPC, on port {plan.grpc_port}.")
        if plan.demo and self._demo_file.exists():
            self._progress.note(f"The demo's sign-ins and keys are in {self._demo_file}.")
        self._progress.note("Ctrl-C stops it.")

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Beside a process that clears up should this one be killed."""
        with append_to(self._folder.logs / "watchdog.log") as log:
            watchdog = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "console.runtime.watchdog", str(self._folder.home)],
                cwd=PROJECT_ROOT,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield
        finally:
            watchdog.communicate(ALL_WELL.encode())


def static_digest() -> str:
    """Changes with our own files and with the versions of the packages that bring some."""
    digest = sha256((PROJECT_ROOT / "requirements.lock").read_bytes())
    for path in sorted((PROJECT_ROOT / "static").rglob("*")):
        status = path.stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()
