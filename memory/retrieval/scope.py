"""Which memories a recall may find at all: the tenant's, in force, in scope, visible, filtered."""

from django.db.models import Q, QuerySet

from console.accounts.actor import Actor
from console.accounts.models import Subject
from console.platform.errors import InvalidInputError
from memory.models import Kind, Memory, Tier, Visibility
from memory.retrieval.query import RecallQuery

CHOICES = {"kind": Kind.values, "tier": Tier.values}


def visible_to(actor: Actor, *, subject_named: bool) -> Q:
    visible = Q(visibility=Visibility.WORKSPACE)
    if actor.agent_id is not None:
        visible |= Q(visibility=Visibility.AGENT, agent_id=actor.agent_id)
    if subject_named:
        visible |= Q(visibility=Visibility.SUBJECT)
    return visible


def in_scope(query: RecallQuery, *, actor: Actor) -> QuerySet[Memory]:
    """Without regard to state or time. Raises InvalidInputError on a filter it cannot obey."""
    memories = Memory.objects.within(list(query.namespace)).filter(
        visible_to(actor, subject_named=bool(query.subject)), filter_condition(query.filters)
    )
    if query.subject:
        subject = Subject.objects.filter(external_id=query.subject).first()
        if subject is None:
            return memories.none()
        memories = memories.filter(subject_id=subject.id)
    return memories


def filter_condition(filters: dict[str, object]) -> Q:
    """`kind`, `tier` and `key` (a value or a list), and `metadata` (exact values by name).

    An unknown filter is refused: ignoring it would return more than was asked for.
    """
    condition = Q()
    for name, wanted in filters.items():
        if name == "metadata" and isinstance(wanted, dict):
            condition &= Q(metadata__contains=wanted)
        elif name in {"kind", "tier", "key"}:
            values = wanted if isinstance(wanted, list) else [wanted]
            allowed = CHOICES.get(name)
            if not all(isinstance(v, str) and (not allowed or v in allowed) for v in values):
                raise InvalidInputError.on(
                    f"filters.{name}", "invalid_filter", f"'{wanted}' is no {name}."
                )
            condition &= Q(**{f"{name}__in": values})
        else:
            raise InvalidInputError.on(
                f"filters.{name}",
                "unknown_filter",
                "Filter by kind, tier, key or metadata.",
            )
    return condition
