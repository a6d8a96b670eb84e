"""`manage.py rotate_keys`: new keys, online; what stood under the old ones is moved."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError
from typing_extensions import override

from console.accounts.actor import system_actor
from console.accounts.models import Subject
from console.keys.models import Purpose
from console.management.tenant_command import TenantCommand
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.actions import order_rotation, rewrap_by_root
from memory.rotation import finish_rotation

LEVELS = {
    "root": "wrap the tenants' keys by the root key in use: of MNEMOSCOPE_KMS_KEY, or the first of"
    " MNEMOSCOPE_ROOT_KEYS",
    "tenant": "a new wrapping key per tenant, and every other key wrapped by it",
    "content": "new keys for what memories say (of one --subject, or of all), all sealed anew",
    "index": "a new key for the recall index, all words and names hashed anew",
    "seal": "a new key for the server's seal; the old one still verifies",
    "log": "a new key for the audit log; the next checkpoint is signed by the old one too",
    "finish": "make no new key: only end what an interrupted rotation began",
}
ROTATED = {
    "tenant": Purpose.WRAP,
    "content": Purpose.CONTENT,
    "index": Purpose.INDEX,
    "seal": Purpose.SEAL,
    "log": Purpose.LOG,
}
STEPS = ("rotated", "rewrapped", "resealed", "rehashed", "renamed", "destroyed")


class Command(TenantCommand):
    help = (
        "Rotates keys while the instance serves. It can be ended at any time: the hourly sweep, or"
        " --level finish, goes on. A retired key is destroyed half an hour later at the earliest,"
        " by the hourly sweep or the next run, once nothing stands under it. Levels: "
        + "; ".join(f"{name}: {what}" for name, what in LEVELS.items())
        + "."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--level", choices=LEVELS, required=True)
        parser.add_argument("--subject", metavar="ID", help="Your own identifier of the subject.")

    @override
    def in_tenant(self, tenant: Tenant, options: Mapping[str, Any]) -> dict[str, Any]:
        level, subject = options["level"], options["subject"]
        if subject is not None and level != "content":
            raise CommandError("--subject goes with --level content.")
        done: Counter[str] = Counter(dict.fromkeys((*STEPS, "broken"), 0))
        actor = system_actor(tenant.id, "rotate_keys")
        with tenant_scope(tenant.id):
            if level == "root":
                done["rewrapped"] = rewrap_by_root(actor=actor).rows
            elif level in ROTATED:
                order_rotation(
                    actor=actor, purpose=ROTATED[level], subject=_subject(tenant, subject)
                )
        for progress in finish_rotation(tenant.id):
            done[progress.step] += progress.rows
            done["broken"] += progress.broken
            self.progress(f"{tenant.slug}: {progress.done} of {progress.total} {progress.step}")
        return dict(done)

    @override
    def finish(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        broken = sum(answer["broken"] for answer in answers.values())
        if broken:
            raise CommandError(
                f"{broken} do not open and stay under their old keys: run verify_memories."
            )


def _subject(tenant: Tenant, identifier: str | None) -> Subject | None:
    """Raises CommandError on one nobody knows: a typing error must not rotate all keys."""
    if identifier is None:
        return None
    known = Subject.objects.filter(external_id=identifier).first()
    if known is None:
        raise CommandError(f"{tenant.slug} knows no subject '{identifier}'.")
    return known
