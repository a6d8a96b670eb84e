from typing import Any

from django.db import connection

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import ConflictError
from console.tenancy.scope import current_tenant_id
from memory.models import SHIPPED, PolicyActivation, PolicyVersion
from memory.policies.parse import parse_policy
from memory.policies.versions import number_in_force


class AnotherPolicyError(ConflictError):
    code = "another_policy"
    title = "Another policy has been switched on since you looked"


@audited("policy.saved")
def save_policy(*, actor: Actor, body: Any, comment: str = "") -> PolicyVersion:
    """A new version, not in force by that. Raises InvalidInputError with every problem."""
    actor.require(Permission.POLICY_EDIT)
    policy = parse_policy(body)
    _queue_up()
    newest = PolicyVersion.objects.order_by("-number").values_list("number", flat=True).first()
    version = PolicyVersion.objects.create(
        number=(newest or SHIPPED) + 1,
        body=policy.as_json(),
        comment=comment,
        created_by_kind=actor.kind,
        created_by_id=actor.id,
        created_by_label=actor.label[:200],
    )
    note(policy=version.number)
    return version


@audited("policy.activated")
def activate_policy(
    *, actor: Actor, version: PolicyVersion | None, instead_of: int | None = None, comment: str = ""
) -> PolicyActivation:
    """Switches on a version, or with None the policy that ships; it rules the next write.

    `instead_of` is the number the actor saw in force: AnotherPolicyError when it is another.
    """
    actor.require(Permission.POLICY_EDIT)
    _queue_up()
    was = number_in_force()
    if instead_of is not None and instead_of != was:
        raise AnotherPolicyError(f"Version {was} is in force now. Look at what would change again.")
    activation = PolicyActivation.objects.create(
        version_id=version.id if version else None,
        number=version.number if version else SHIPPED,
        comment=comment,
        activated_by_kind=actor.kind,
        activated_by_id=actor.id,
        activated_by_label=actor.label[:200],
    )
    note(policy=activation.number, was=was)
    return activation


def _queue_up() -> None:
    """One at a time in a tenant: two savers would take one number."""
    with connection.cursor() as cursor:
        name = f"policy/{current_tenant_id()}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
