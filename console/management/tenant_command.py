"""What commands over tenants' data share: which tenants, the form of the answer, the progress."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from console.platform.errors import DomainError
from console.tenancy.models import Tenant
from console.tenancy.scope import system_scope

# To the beginning of the line, and nothing right of it (ECMA-48).
ANEW = "\r\x1b[K"


class TenantCommand(BaseCommand):
    """Runs `in_tenant` once per tenant, and prints what each answers, as lines or as JSON."""

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="Only this tenant. Otherwise all.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")

    @override
    def handle(self, **options: Any) -> None:
        answers = {}
        for tenant in self._tenants(options["tenant"]):
            try:
                answers[tenant.slug] = self.in_tenant(tenant, options)
            except DomainError as error:
                raise CommandError(f"{tenant.slug}: {error.detail}") from error
            self.progress("")
            if not options["json"]:
                self.stdout.write(f"{tenant.slug}: {self.sentence(answers[tenant.slug])}")
        if options["json"]:
            self.stdout.write(json.dumps(answers, indent=2, default=str))
        self.finish(answers)

    def in_tenant(self, tenant: Tenant, options: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def sentence(self, answer: Mapping[str, Any]) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in answer.items())

    def finish(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        """Raises CommandError where the answers must fail the command."""

    def progress(self, told: str) -> None:
        """One line that renews itself, for a person who waits."""
        if self.stderr.isatty():
            self.stderr.write(f"{ANEW}{told}", style_func=str, ending="")
            self.stderr.flush()

    def _tenants(self, slug: str | None) -> list[Tenant]:
        with system_scope():
            tenants = Tenant.objects.order_by("slug")
            found = list(tenants.filter(slug=slug) if slug else tenants)
        if slug and not found:
            raise CommandError(f"There is no tenant '{slug}'.")
        return found
