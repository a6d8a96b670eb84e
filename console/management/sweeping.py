"""What the commands of the sweeps share: which tenants, dry or not, and how it is told."""

import json
from argparse import ArgumentParser
from typing import Any, ClassVar
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.tenancy.models import Tenant
from console.tenancy.scope import system_scope, tenant_scope


class SweepCommand(BaseCommand):
    """`done` is the word for what a sweep does to a memory."""

    done: ClassVar[str]

    def due(self) -> list[dict[str, Any]]:
        """What is due in the tenant at hand, one JSON object per memory."""
        raise NotImplementedError

    def sweep(self, tenant_id: UUID) -> int:
        raise NotImplementedError

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="Only this one; all when left out.")
        parser.add_argument("--dry-run", action="store_true", help="Say what is due; change none.")
        parser.add_argument("--json", action="store_true", help="One JSON object for machines.")

    @override
    def handle(self, *, tenant: str | None, dry_run: bool, json: bool, **_options: object) -> None:
        told = [self._told(one, dry_run=dry_run) for one in _tenants(tenant)]
        if json:
            self.stdout.write(_dumps({"dry_run": dry_run, "tenants": told}))
            return
        for one in told:
            would = "would be " if dry_run else ""
            self.stdout.write(f"{one['tenant']}: {one[self.done]} {would}{self.done}.")
            for memory in one.get("memories", ()):
                facts = ", ".join(f"{name} {value}" for name, value in memory.items())
                self.stdout.write(f"  {facts}")

    def _told(self, tenant: Tenant, *, dry_run: bool) -> dict[str, Any]:
        if not dry_run:
            return {"tenant": tenant.slug, self.done: self.sweep(tenant.id)}
        with tenant_scope(tenant.id):
            due = self.due()
        return {"tenant": tenant.slug, self.done: len(due), "memories": due}


def _tenants(slug: str | None) -> list[Tenant]:
    with system_scope():
        tenants = Tenant.objects.order_by("slug")
        found = list(tenants.filter(slug=slug) if slug else tenants)
    if slug and not found:
        raise CommandError(f"There is no tenant '{slug}'.")
    return found


def _dumps(value: object) -> str:
    return json.dumps(value, default=str, indent=2)
