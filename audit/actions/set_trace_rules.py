from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Max

from audit.models import TraceRuleSet
from audit.rules.setting import Rules
from audit.rules.trace_rules import forget_rules
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import ConflictError
from console.tenancy.scope import current_tenant_id

CHANGED = "Somebody changed these rules since you read them. Read them again."


@audited("traces.rules_set")
def set_trace_rules(*, actor: Actor, rules: Rules, seen: int, reason: str = "") -> TraceRuleSet:
    """All rules of one kind, in place of version `seen` (0: none yet), for spans from now on.

    Raises InvalidInputError, and ConflictError where another version is in force than was seen.
    """
    actor.require(Permission.SETTINGS_MANAGE)
    body = rules.checked().as_json()
    newest = TraceRuleSet.objects.filter(kind=rules.kind).aggregate(newest=Max("number"))["newest"]
    if seen != (newest or 0):
        raise ConflictError(CHANGED)
    made = TraceRuleSet(
        kind=rules.kind,
        number=seen + 1,
        body=body,
        set_by_kind=actor.kind,
        set_by_id=actor.id,
        set_by_label=actor.label[:200],
        reason=reason,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise ConflictError(CHANGED) from error
    note(kind_of_rules=rules.kind, before=seen, after=made.number)
    # Now for what follows here, and at the commit for what others have read until then.
    forget = partial(forget_rules, current_tenant_id())
    forget()
    transaction.on_commit(forget)
    return made
