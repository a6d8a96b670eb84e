"""`manage.py up`: the whole product on this machine, from one folder."""

import importlib
import os
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.platform import env
from console.runtime import base_backup
from console.runtime.address import check_free
from console.runtime.errors import RuntimeProblem
from console.runtime.first_secrets import ensure_secrets
from console.runtime.folder import DataFolder
from console.runtime.instance import SETTINGS_MODULE, Instance, Plan
from console.runtime.leftovers import end_leftovers
from console.runtime.postgres import EmbeddedPostgres
from console.runtime.progress import Progress

GRPC_PORT = "MNEMOSCOPE_OTLP_GRPC_PORT"


class Command(BaseCommand):
    help = (
        "Starts PostgreSQL, web, the gRPC door for traces, worker, beat and the audit log's"
        " sequencer, and stops them on Ctrl-C. MNEMOSCOPE_HOME names the data folder,"
        " MNEMOSCOPE_PORT the port (8000), MNEMOSCOPE_OTLP_GRPC_PORT that of gRPC (4317; 0 leaves"
        " it out), MNEMOSCOPE_DEMO=0 leaves the demo out."
    )
    requires_system_checks: list[str] = []

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Tell the progress as JSON lines.")

    @override
    def handle(self, **options: object) -> None:
        # Everything an instance writes is its owner's alone.
        os.umask(0o077)
        progress = Progress(self.stdout.write, as_json=bool(options["json"]))
        try:
            folder = DataFolder(env.home())
            folder.prepare()
            folder.hold()
            refuse_unchecked(folder.home)
            end_leftovers(folder.home)
            postgres = EmbeddedPostgres(folder.home, wal_archive=wal_archive())
            plan = self._plan(ensure_secrets(postgres))
            check_free(plan.host, plan.port, setting="MNEMOSCOPE_PORT")
            plan = with_free_grpc_port(plan, progress)
            Instance(folder, postgres, progress).run(plan)
        except (RuntimeProblem, ImproperlyConfigured) as problem:
            if options["json"]:
                progress.tell("failed", "", detail=str(problem))
            raise CommandError(str(problem)) from problem

    @staticmethod
    def _plan(role_passwords: dict[str, str]) -> Plan:
        """From the settings of the children, which the secrets had to be made for first."""
        settings = importlib.import_module(SETTINGS_MODULE)
        return Plan(
            host=settings.HOST,
            port=settings.PORT,
            grpc_port=settings.OTLP_GRPC_PORT,
            url=settings.PUBLIC_URL,
            static_root=settings.STATIC_ROOT,
            context_key=settings.CONTEXT_KEY,
            role_passwords=role_passwords,
            demo=env.boolean("DEMO", default=True),
        )


def refuse_unchecked(home: Path) -> None:
    if (home / base_backup.UNCHECKED).exists():
        raise RuntimeProblem(
            f"The database in {home} was restored and does not hold yet: run `manage.py restore`"
            " again, which says what is wrong (docs/backup.md)."
        )


def wal_archive() -> Path | None:
    named = env.text("WAL_ARCHIVE", "")
    return Path(named).expanduser().resolve() if named else None


def with_free_grpc_port(plan: Plan, progress: Progress) -> Plan:
    """Many machines run a Collector on 4317: only a port that was asked for must be had."""
    if not plan.grpc_port:
        return plan
    try:
        check_free(plan.host, plan.grpc_port, setting=GRPC_PORT)
    except RuntimeProblem as problem:
        if os.environ.get(GRPC_PORT):
            raise
        progress.note(f"{problem} Until then, traces come in over HTTP only.")
        return replace(plan, grpc_port=0)
    return plan
