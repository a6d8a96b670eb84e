"""`manage.py rotate_keys`: new keys, online; what stood under the old ones is moved."""

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from typing_extensions import override

from console.accounts.actor import Actor, system_actor
from console.accounts.models import Subject
from console.keys.models import DataKey, Purpose
from console.management.tenant_command import TenantCommand
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.actions import destroy_retired_keys, reseal_memories, rewrap_keys, rotate_key
from memory.actions.rotate_keys import KeysChanged

LEVELS = {
    "root": "wrap the tenants' keys by the root key named first in MNEMOSCOPE_ROOT_KEYS",
    "tenant": "a new wrapping key per tenant, and every other key wrapped by it",
    "content": "new keys for what memories say (of one --subject, or of all), all sealed anew",
    "seal": "a new key for the server's seal; the old one still verifies",
    "finish": "make no new key: only end what an interrupted rotation began",
}
BATCH = 200


class Command(TenantCommand):
    help = (
        "Rotates keys while the instance serves. It can be ended at any time: run it again, with"
        " --level finish, to go on. A retired key is destroyed half an hour later at the"
        " earliest, by the hourly sweep or the next run. Levels: "
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
        actor = system_actor(tenant.id, "rotate_keys")
        level, subject = options["level"], options["subject"]
        if subject and level != "content":
            raise CommandError("--subject goes with --level content.")
        answer = {"rotated": 0, "rewrapped": 0, "resealed": 0, "destroyed": 0}
        for purpose, subject_id in self._rotated(tenant, level, subject):
            with tenant_scope(tenant.id):
                rotate_key(actor=actor, purpose=purpose, subject_id=subject_id)
            answer["rotated"] += 1
            self.progress(f"{tenant.slug}: {answer['rotated']} keys rotated")
        answer["rewrapped"] = self._repeat(
            tenant, "keys wrapped anew", lambda: rewrap_keys(actor=actor, limit=BATCH)
        )
        answer["resealed"] = sum(self._reseal(tenant, actor, key) for key in self._retired(tenant))
        with tenant_scope(tenant.id):
            answer["destroyed"] = destroy_retired_keys(actor=actor).rows
        return answer

    def _rotated(
        self, tenant: Tenant, level: str, subject: str | None
    ) -> list[tuple[Purpose, UUID | None]]:
        with tenant_scope(tenant.id):
            living = DataKey.objects.filter(wrapped__isnull=False, retired_at=None)
            if level == "tenant":
                return [(Purpose.WRAP, None)] if living.exists() else []
            if level == "seal":
                keys = living.filter(purpose=Purpose.SEAL)
            elif level == "content":
                keys = living.filter(purpose=Purpose.CONTENT)
            else:
                return []
            if subject:
                known = Subject.objects.filter(external_id=subject).first()
                if known is None:
                    raise CommandError(f"{tenant.slug} knows no subject '{subject}'.")
                keys = keys.filter(subject_id=known.id)
            return [(Purpose(key.purpose), key.subject_id) for key in keys.order_by("id")]

    def _retired(self, tenant: Tenant) -> list[DataKey]:
        with tenant_scope(tenant.id):
            retired = DataKey.objects.filter(
                purpose=Purpose.CONTENT, retired_at__isnull=False, wrapped__isnull=False
            )
            return list(retired.order_by("id"))

    def _reseal(self, tenant: Tenant, actor: Actor, key: DataKey) -> int:
        return self._repeat(
            tenant,
            "versions sealed anew",
            lambda: reseal_memories(actor=actor, key=key, limit=BATCH),
        )

    def _repeat(self, tenant: Tenant, what: str, step: Callable[[], KeysChanged]) -> int:
        """Each step is a transaction of its own, until one has nothing to do."""
        done = 0
        while True:
            with tenant_scope(tenant.id):
                rows = step().rows
            if not rows:
                return done
            done += rows
            self.progress(f"{tenant.slug}: {done} {what}")
