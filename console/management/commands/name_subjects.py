"""`manage.py name_subjects`: tells by which names the tenant's subjects are known."""

import csv
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.accounts.actor import Actor, system_actor
from console.keys.subjects import subjects_named
from console.platform.errors import InvalidInputError
from console.tenancy.models import Tenant
from console.tenancy.scope import system_scope, tenant_scope
from memory.actions import name_subject

LONGEST_IDENTIFIER = 200


class Command(BaseCommand):
    help = (
        "Reads subjects and their names, one subject a line: its identifier, then its names, with"
        " commas between. Screening recognises the names in what is written. They are kept sealed"
        " and as keyed hashes, replace those told before, and all of a file is taken or nothing."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", required=True)
        parser.add_argument("file", type=Path, help="a CSV file without a heading, UTF-8")

    @override
    def handle(self, *, tenant: str, file: Path, **_: object) -> None:
        with system_scope():
            found = Tenant.objects.filter(slug=tenant).first()
        if found is None:
            raise CommandError(f"There is no tenant '{tenant}'.")
        actor = system_actor(found.id, "name_subjects")
        try:
            rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        with tenant_scope(found.id):
            count = sum(name(row, number, actor) for number, row in enumerate(rows, start=1))
        self.stdout.write(f"{count} subject{'s' if count != 1 else ''} named.")


def name(row: list[str], number: int, actor: Actor) -> bool:
    """Whether the line named a subject."""
    identifier, *names = [cell.strip() for cell in row] or [""]
    if not identifier:
        return False
    if len(identifier) > LONGEST_IDENTIFIER:
        raise CommandError(f"Line {number}: the identifier is too long.")
    subject = subjects_named([identifier])[identifier]
    try:
        name_subject(actor=actor, subject=subject, names=[one for one in names if one])
    except InvalidInputError as error:
        details = " ".join(problem.detail for problem in error.problems)
        raise CommandError(f"Line {number}: {details}") from error
    return True
