"""The versions of a tenant's policy for those who may see them; number 0 is the one that ships."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError
from memory.models import SHIPPED, PolicyActivation, PolicyVersion
from memory.policies.compiled import CompiledPolicy
from memory.policies.default import DEFAULT_POLICY
from memory.policies.in_force import compiled_version, shipped_policy


@dataclass(frozen=True, slots=True)
class Sheet:
    """One version as it is shown. `row` is None for the policy that ships."""

    number: int
    body: dict[str, Any]
    row: PolicyVersion | None

    @property
    def compiled(self) -> CompiledPolicy:
        return shipped_policy() if self.row is None else compiled_version(self.row)


def visible_versions(actor: Actor) -> QuerySet[PolicyVersion]:
    versions = PolicyVersion.objects.order_by("-number")
    return versions if actor.may(Permission.POLICY_READ) else versions.none()


def sheet_for(actor: Actor, number: int, *, need: Permission = Permission.POLICY_READ) -> Sheet:
    """Raises NotFoundError."""
    if not actor.may(need):
        raise NotFoundError(number, noun="policy")
    if number == SHIPPED:
        return Sheet(SHIPPED, DEFAULT_POLICY.as_json(), None)
    row = visible_versions(actor).filter(number=number).first()
    if row is None:
        raise NotFoundError(number, noun="policy")
    return Sheet(row.number, row.body, row)


def latest_activation() -> PolicyActivation | None:
    """Who put what is in force in force. None: nobody ever did, and the one that ships rules."""
    return PolicyActivation.objects.order_by("-id").first()


def number_in_force() -> int:
    activation = latest_activation()
    return activation.number if activation else SHIPPED
