"""`manage.py reconcile_audit`: does every change have its event, and every event its change?"""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError
from typing_extensions import override

from audit.completeness import reconcile
from console.accounts.actor import system_actor
from console.management.tenant_command import TenantCommand
from console.tenancy.models import Tenant


class Command(TenantCommand):
    help = (
        "Compares the rows that the database saw change with the audit events of the same"
        " transactions, both ways, since the last comparison. Exits with 1 where one side lacks"
        " what the other has."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--full", action="store_true", help="Compare all that is kept.")

    @override
    def in_tenant(self, tenant: Tenant, options: Mapping[str, Any]) -> dict[str, Any]:
        actor = system_actor(tenant.id, "reconcile_audit")
        made = reconcile(tenant.id, actor=actor, full=options["full"])
        return {
            "rows": made.rows,
            "events": made.events,
            "untold": made.untold,
            "unmatched": made.unmatched,
            "doubled": made.doubled,
            "findings": made.findings,
        }

    @override
    def sentence(self, answer: Mapping[str, Any]) -> str:
        compared = f"{answer['rows']} changed rows and {answer['events']} events compared"
        lines = [f"\n  {_told(finding)}" for finding in answer["findings"]]
        return compared + ("; they match." if not lines else ":" + "".join(lines))

    @override
    def finish(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        orphans = sum(
            answer["untold"] + answer["unmatched"] + answer["doubled"]
            for answer in answers.values()
        )
        if orphans:
            raise CommandError(
                f"{orphans} do not match. Somebody changed rows or events past the product:"
                " run verify_memories and verify_audit, and ask who had the database."
            )


def _told(finding: Mapping[str, Any]) -> str:
    about = f"{finding['object_kind']} {finding['object_id']}, transaction {finding['xid']}"
    if finding["missing"] == "event":
        return f"no event: {finding['operation']} of {finding['table']} {finding['row']} ({about})"
    if finding["missing"] == "change":
        return f"no change: event {finding['event']}, {finding['kind']} ({about})"
    return f"told more than once: event {finding['event']}, {finding['kind']} ({about})"
