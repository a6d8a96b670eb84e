"""`manage.py backup`: a base backup of the embedded server, and apart from it the keys."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.platform import env
from console.runtime import base_backup, postmaster
from console.runtime.errors import RuntimeProblem
from console.runtime.folder import DataFolder
from console.runtime.postgres import EmbeddedPostgres


class Command(BaseCommand):
    help = (
        "Backs up the database of MNEMOSCOPE_HOME, running or not, into a new folder of --to. Keys"
        " are no part of a backup: without them nobody reads a memory in it. --keys copies them"
        " elsewhere; do that once, and after each rotation. `restore` puts both together again."
    )
    requires_system_checks: list[str] = []

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", required=True, metavar="FOLDER", help="Where backups lie.")
        parser.add_argument("--keys", metavar="FOLDER", help="Copy the keys here: another place.")
        parser.add_argument("--keep", type=int, metavar="N", help="Delete all but the newest N.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")

    @override
    def handle(self, **options: Any) -> None:
        into = Path(options["to"]).expanduser().resolve()
        keys = Path(options["keys"]).expanduser().resolve() if options["keys"] else None
        if keys is not None and (keys.is_relative_to(into) or into.is_relative_to(keys)):
            raise CommandError("Keys beside what they open protect nothing: name another folder.")
        if options["keep"] is not None and options["keep"] < 1:
            raise CommandError("--keep at least 1.")
        try:
            with running(env.home()) as postgres:
                backup = base_backup.take(postgres, into)
            copied = base_backup.copy_keys(env.home() / "secrets", keys) if keys else []
            gone = base_backup.forget_older(into, keep=options["keep"]) if options["keep"] else []
        except (RuntimeProblem, OSError) as problem:
            raise CommandError(str(problem)) from problem
        if options["json"]:
            told = {"keys": copied, "deleted": [str(folder) for folder in gone]}
            self.stdout.write(json.dumps({**backup.as_json(), **told}, indent=2))
            return
        self.stdout.write(f"{backup.folder}: {backup.bytes / 1e6:.1f} MB.")
        if keys:
            self.stdout.write(f"Keys copied to {keys}: {', '.join(copied)}.")
        else:
            self.stdout.write("It opens only with the keys, which --keys copies elsewhere.")
        for folder in gone:
            self.stdout.write(f"Deleted {folder}.")


@contextmanager
def running(home: Path) -> Iterator[EmbeddedPostgres]:
    """The server of `home`: the one that `up` runs there, or one of our own for so long."""
    postgres = EmbeddedPostgres(home)
    if not postgres.data.exists():
        raise RuntimeProblem(
            f"There is no database in {home}: name the folder in MNEMOSCOPE_HOME. A server of your"
            " own is backed up by its own means (docs/backup.md)."
        )
    folder = DataFolder(home)
    if not folder.try_hold():
        if not postmaster.is_ready(postgres.data):
            raise RuntimeProblem(f"The database in {home} is not ready: try again in a moment.")
        yield postgres
        return
    try:
        with postgres:
            yield postgres
    finally:
        folder.release()
