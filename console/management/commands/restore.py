"""`manage.py restore`: a data folder made of a backup, its keys and the log, and then checked."""

import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.platform import env
from console.runtime import base_backup
from console.runtime.errors import RuntimeProblem
from console.runtime.files import write_private
from console.runtime.first_secrets import ensure_secrets
from console.runtime.folder import DataFolder
from console.runtime.instance import SETTINGS_MODULE
from console.runtime.postgres import EmbeddedPostgres
from console.runtime.progress import Progress
from console.runtime.provision import provision


class Command(BaseCommand):
    help = (
        "Makes the database of MNEMOSCOPE_HOME, which must have none yet, of a backup and its keys,"
        " replays the log, erases again who was erased since, and compares the audit log with its"
        " checkpoints kept outside. Exits with 1 where anything does not hold, and `up` refuses to"
        " serve it until the same command, run again, finds that all does."
    )
    requires_system_checks: list[str] = []

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", metavar="BACKUP", help="The folder that `backup` made.")
        parser.add_argument("--keys", metavar="FOLDER", help="What `backup --keys` copied.")
        parser.add_argument(
            "--wal",
            metavar="FOLDER",
            action="append",
            default=[],
            help="The log written since: MNEMOSCOPE_WAL_ARCHIVE, and `postgres/pg_wal` of the"
            " server that died, if it is still there. May be given more than once.",
        )
        parser.add_argument(
            "--anchors",
            metavar="FOLDER",
            help="The files of checkpoints and erasures, where MNEMOSCOPE_ANCHOR_DIR names none.",
        )
        parser.add_argument(
            "--accept-loss",
            action="store_true",
            help="Go on where events that a checkpoint outside proves are not in the backup.",
        )
        parser.add_argument("--json", action="store_true", help="Tell the progress as JSON lines.")

    @override
    def handle(self, **options: Any) -> None:
        os.umask(0o077)
        progress = Progress(self.stdout.write, as_json=bool(options["json"]))
        try:
            self._restore(progress, options)
        except (RuntimeProblem, ImproperlyConfigured, OSError) as problem:
            if options["json"]:
                progress.tell("failed", "", detail=str(problem))
            raise CommandError(str(problem)) from problem

    def _restore(self, progress: Progress, options: dict[str, Any]) -> None:
        folder = DataFolder(env.home())
        folder.prepare()
        folder.hold()
        backup = base_backup.read_about(_folder(options["backup"]))
        postgres = EmbeddedPostgres(folder.home)
        if options["keys"]:
            _bring_keys(_folder(options["keys"]), folder.secrets)
        _require_keys(folder.secrets)
        unchecked = folder.home / base_backup.UNCHECKED
        if not unchecked.exists() or not postgres.data.exists():
            if options["anchors"]:
                _bring_anchors(_folder(options["anchors"]), folder.home)
            with progress.step("unpacking and checking"):
                base_backup.put_back(
                    backup, postgres, wal=tuple(_folder(name) for name in options["wal"])
                )
        with progress.step("replaying the log"):
            postgres.start()
        try:
            with progress.step("roles and migrations"):
                passwords = ensure_secrets(postgres)
                provision(
                    postgres.dsn(),
                    passwords=passwords,
                    context_key=bytes.fromhex(env.secret("CONTEXT_KEY")),
                )
                self._run("migrate", "--database", "owner", "--no-input", "--skip-checks")
            with progress.step("erasures and the audit log"):
                report = self._run(
                    "check_restored",
                    *(["--accept-loss"] if options["accept_loss"] else []),
                    *(["--json"] if options["json"] else []),
                )
        finally:
            postgres.stop()
        unchecked.unlink()
        self.stdout.write(report.rstrip())
        progress.tell(
            "ready",
            f"\nRestored from {backup.made_at:%Y-%m-%d %H:%M:%S} UTC ({progress.seconds} s)."
            " Start it with `manage.py up`.",
            backup=str(backup.folder),
            seconds=progress.seconds,
        )

    @staticmethod
    def _run(command: str, *arguments: str) -> str:
        """A command of this project with the settings that a database has. Returns what it said."""
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "manage.py", command, *arguments],
            cwd=env.PROJECT_ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS_MODULE},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeProblem(f"{command}: {(done.stdout + done.stderr).strip()}")
        return done.stdout


def _folder(named: str) -> Path:
    return Path(named).expanduser().resolve()


def _bring_keys(keys: Path, secrets: Path) -> None:
    """Copies them in; never over others. Raises RuntimeProblem."""
    for name in base_backup.KEYS:
        brought, there = keys / name, secrets / name
        if not brought.exists():
            continue
        text = brought.read_text(encoding="utf-8")
        if there.exists() and there.read_text(encoding="utf-8").strip() != text.strip():
            raise RuntimeProblem(f"{there} is there already and says something else.")
        write_private(there, text)


def _bring_anchors(anchors: Path, home: Path) -> None:
    """Copies the files in where an instance of `home` looks for them. Raises RuntimeProblem."""
    into = _folder(env.text("ANCHOR_DIR", str(home / "anchors")))
    if into.is_dir() and any(into.iterdir()):
        raise RuntimeProblem(f"{into} holds files already: it would be compared with those.")
    shutil.copytree(anchors, into, dirs_exist_ok=True)


def _require_keys(secrets: Path) -> Sequence[str]:
    """Without them new ones would be made, which open nothing. Raises RuntimeProblem."""
    in_files = ("postgres_password",)
    given = [
        name
        for name in base_backup.KEYS
        if (secrets / name).exists() or (name not in in_files and env.secret(name.upper(), None))
    ]
    if missing := sorted(set(base_backup.KEYS) - set(given)):
        raise RuntimeProblem(
            f"These keys are missing: {', '.join(missing)}. Name the folder that they were copied"
            " to with --keys: without them nothing in a backup opens."
        )
    return given
