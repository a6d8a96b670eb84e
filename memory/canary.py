"""A tenant of nobody's, with one memory that only it may ever see.

No person is a member of it, so no page shows it. Its memory carries a word that stands nowhere
else; whoever finds either, from another tenant, has looked through a wall.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError

from console.accounts.actor import system_actor
from console.administration import create_tenant
from console.platform.clock import now
from console.tenancy.models import Tenant
from console.tenancy.scope import system_scope, tenant_scope
from console.tenancy.tenants import CANARY_SLUG
from memory.actions.write import write_memory
from memory.lifecycle import version_of
from memory.models import Memory, State
from memory.writes import Write

KEY = "canary"
# A new one each day: a word that once got out is soon no longer looked for.
RENEWED_AFTER = timedelta(days=1)
LIVES = timedelta(days=3)
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


@dataclass(frozen=True, slots=True)
class Canary:
    tenant_id: UUID
    memory_id: UUID
    word: str


def the_canary() -> Canary:
    """Made where it is missing or old."""
    tenant_id = _tenant_id()
    if tenant_id is None:
        with suppress(IntegrityError):  # another process was first
            create_tenant(slug=CANARY_SLUG, name="Canary")
        tenant_id = _tenant_id()
    if tenant_id is None:
        raise RuntimeError("The canary's tenant was made and is not there.")
    with tenant_scope(tenant_id):
        fresh = Memory.objects.filter(
            key=KEY, state=State.ACTIVE, created_at__gt=now() - RENEWED_AFTER
        )
        memory = fresh.order_by("-id").first() or _write(tenant_id)
        return Canary(tenant_id, memory.id, version_of(memory).content)


def _tenant_id() -> UUID | None:
    with system_scope():
        return Tenant.objects.filter(slug=CANARY_SLUG).values_list("id", flat=True).first()


def _write(tenant_id: UUID) -> Memory:
    word = "".join(secrets.choice(SYLLABLES) for _ in range(6))
    write = Write(content=word, key=KEY, expires_at=now() + LIVES)
    return write_memory(actor=system_actor(tenant_id, "canary"), write=write).memory
