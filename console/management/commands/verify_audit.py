"""`manage.py verify_audit`: was the audit log changed behind the application's back?"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError
from typing_extensions import override

from audit.actions import record_log_verification
from audit.proof.report import MEANINGS
from audit.proof.verify import verify_log
from console.accounts.actor import system_actor
from console.management.tenant_command import TenantCommand
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope


class Command(TenantCommand):
    help = (
        "Computes the audit log anew from its events: each event against its place in the log, the"
        " tree that proofs are made of, each checkpoint's root, signature and predecessor, and the"
        " checkpoints kept in MNEMOSCOPE_ANCHOR_DIR. Exits with 1 where anything does not hold."
    )

    @override
    def in_tenant(self, tenant: Tenant, options: Mapping[str, Any]) -> dict[str, Any]:
        def told(done: int, events: int) -> None:
            self.progress(f"{tenant.slug}: {done} of {events} events verified")

        report = verify_log(tenant.id, told)
        with tenant_scope(tenant.id):
            record_log_verification(actor=system_actor(tenant.id, "verify_audit"), report=report)
        return asdict(report)

    @override
    def sentence(self, answer: Mapping[str, Any]) -> str:
        verified = f"{answer['events']} events and {answer['checkpoints']} checkpoints verified"
        if answer["pruned"]:
            removed = f"events 0 to {answer['pruned'] - 1} were removed by retention"
            verified = f"{verified}; {removed} on {answer['pruned_at']:%Y-%m-%d}"
        if not answer["found"]:
            return f"{verified}; all is well."
        lines = [f"\n  {_place(problem)}: {problem['code']}" for problem in answer["problems"]]
        meant = {problem["code"]: MEANINGS[problem["code"]] for problem in answer["problems"]}
        said = [f"\n  {code}: {meaning}." for code, meaning in meant.items()]
        return f"{verified}:{''.join(lines)}{''.join(said)}"

    @override
    def finish(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        found = sum(answer["found"] for answer in answers.values())
        if found:
            raise CommandError(
                f"{found} do not hold. Keep the database and the anchor files as they are, and"
                " compare with a backup (docs/audit-log.md)."
            )


def _place(problem: Mapping[str, Any]) -> str:
    if problem["checkpoint"] is not None:
        return f"checkpoint {problem['checkpoint']}"
    if problem["event"] is None:
        return f"place {problem['index']}"
    at = "" if problem["index"] is None else f", place {problem['index']}"
    return f"event {problem['event']}{at}"
