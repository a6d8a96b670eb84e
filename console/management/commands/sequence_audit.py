"""`manage.py sequence_audit`: what seals the audit log, as a process of its own."""

import gc
import json
import signal
import threading
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from typing_extensions import override

from audit.proof.sequencer import Round, Sequencer
from audit.proof.sequencer import rescan as look_through_all
from console.tenancy.lint import refuse_unsafe_database


class Command(BaseCommand):
    help = (
        "Gives every audit event its place in its tenant's log, signs checkpoints of the logs and"
        " delivers them, until it is asked to stop; then it does so once more. Rounds are"
        " MNEMOSCOPE_SEQUENCE_SECONDS apart (1), checkpoints of a tenant"
        " MNEMOSCOPE_CHECKPOINT_SECONDS (30). Several at once take turns."
    )
    # As web: they would load the pages, which nobody asks this process for.
    requires_system_checks: list[str] = []

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="Seal and sign what there is, deliver it, and end."
        )
        parser.add_argument(
            "--rescan",
            action="store_true",
            help="With --once: look through all events for some without a place, as a restore may"
            " leave them. While nobody else writes.",
        )
        parser.add_argument("--json", action="store_true", help="With --once: one JSON object.")
        parser.add_argument(
            "--alive", type=Path, metavar="FILE", help="Touched after each round, for a watcher."
        )

    @override
    def handle(
        self, *, once: bool, rescan: bool, json: bool, alive: Path | None, **options: object
    ) -> None:
        if rescan and not once:
            raise CommandError("--rescan goes with --once.")
        sequencer = Sequencer(
            pause=settings.SEQUENCE_SECONDS,
            checkpoint_every=timedelta(seconds=settings.CHECKPOINT_SECONDS),
        )
        if once:
            found = look_through_all() if rescan else 0
            made = sequencer.finish()
            made.leaves += found
            self._tell(made, as_json=json)
            return
        asked_to_stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: asked_to_stop.set())
        if not _database_is_safe(asked_to_stop):
            return
        gc.collect()
        gc.freeze()
        self.stdout.write("Events get their places in the audit log.")
        sequencer.run(asked_to_stop, after_round=alive.touch if alive else lambda: None)

    def _tell(self, made: Round, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(asdict(made), indent=2))
        else:
            self.stdout.write(
                f"{made.leaves} events sequenced, {made.checkpoints} checkpoints signed."
            )
        if made.failed:
            raise CommandError(
                f"The logs of {made.failed} tenants could not be extended: the log on standard"
                " error says why, and `manage.py verify_audit` what was changed."
            )


def _database_is_safe(asked_to_stop: threading.Event) -> bool:
    """As web: not on a database that leaks between tenants. Waits for one that is away."""
    while not asked_to_stop.is_set():
        try:
            refuse_unsafe_database()
        except OperationalError:
            connection.close()
            asked_to_stop.wait(1)
            continue
        return True
    return False
