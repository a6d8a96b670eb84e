"""`manage.py screen_memories`: screens what is stored by the rules of today."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime
from typing_extensions import override

from console.accounts.actor import system_actor
from console.tenancy.models import Tenant
from console.tenancy.scope import system_scope, tenant_scope
from memory.actions import begin_screening, screen_stored
from memory.models import ScreeningRun
from memory.rescreening import preview_screening, unfinished_screening


class Command(BaseCommand):
    help = (
        "Screens the memories in force by the rules of today. What is found to be poison leaves"
        " recall at once, what is doubtful gets a review; both wait in the review queue. A run that"
        " was ended goes on where it was. Changed rules start one by themselves within the hour."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="only this tenant")
        parser.add_argument(
            "--since",
            metavar="TIME",
            type=moment,
            help="only memories written since, e.g. 2026-11-01T00:00:00Z",
        )
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")
        parser.add_argument("--json", action="store_true", help="one JSON object per line")

    @override
    def handle(
        self,
        *,
        tenant: str | None,
        since: datetime | None,
        dry_run: bool,
        json: bool,
        **_: object,
    ) -> None:
        self.as_json = json
        for slug, tenant_id in tenants(tenant):
            steps = previewed(tenant_id, since) if dry_run else screened(tenant_id, since)
            for step in steps:
                self.tell(slug, step, dry_run=dry_run)

    def tell(self, slug: str, run: ScreeningRun, *, dry_run: bool) -> None:
        counts = {
            "tenant": slug,
            "looked_at": run.looked_at,
            "total": run.total,
            "quarantined": run.quarantined,
            "reviews": run.reviews,
            "ended": run.is_ended,
            "dry_run": dry_run,
        }
        if self.as_json:
            self.stdout.write(json.dumps(counts))
            return
        would = "would be " if dry_run else ""
        self.stdout.write(
            f"{slug}: {run.looked_at} of {run.total} looked at,"
            f" {run.quarantined} {would}quarantined, {run.reviews} {would}sent to review"
            f"{'.' if run.is_ended else ' …'}"
        )


def moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None or found.tzinfo is None:
        raise CommandError(f"'{text}' is no time with its offset, such as 2026-11-01T00:00:00Z.")
    return found


def tenants(slug: str | None) -> list[tuple[str, UUID]]:
    with system_scope():
        found = Tenant.objects.order_by("slug")
        known = list(found.values_list("slug", "id"))
    chosen = [(one, tenant_id) for one, tenant_id in known if slug in {None, one}]
    if slug and not chosen:
        raise CommandError(f"There is no tenant '{slug}'.")
    return chosen


def screened(tenant_id: UUID, since: datetime | None) -> Iterator[ScreeningRun]:
    """After each batch, committed with it, how far the run is."""
    actor = system_actor(tenant_id, "screen_memories")
    with tenant_scope(tenant_id):
        run = unfinished_screening() or begin_screening(actor=actor, since=since)
    while not run.is_ended:
        with tenant_scope(tenant_id):
            run = screen_stored(actor=actor, run=run)
        yield run


def previewed(tenant_id: UUID, since: datetime | None) -> Iterator[ScreeningRun]:
    """The same without saving anything."""
    actor = system_actor(tenant_id, "screen_memories")
    with tenant_scope(tenant_id):
        yield from preview_screening(actor=actor, since=since)
