"""What is kept and not used: asked for by whatever agents read and write through.

The database refuses what an agent writes about a restricted subject by trigger.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from audit.models import Trace
from console.accounts.actor import Actor, ActorKind
from memory.models import SubjectRestriction


def is_restricted() -> Exists:
    """Of each memory of a queryset."""
    standing = SubjectRestriction.objects.filter(lifted_at__isnull=True)
    return Exists(standing.filter(subject_id=OuterRef("subject_id")))


def runs_about_restricted() -> QuerySet[Trace, UUID]:
    """Ids of those with a trace that names one."""
    standing = SubjectRestriction.objects.filter(lifted_at__isnull=True)
    named = Trace.objects.filter(subject_id__in=standing.values("subject_id"))
    return named.values_list("run_id", flat=True)


def restricted_among(subject_ids: Collection[UUID]) -> set[UUID]:
    standing = SubjectRestriction.objects.filter(
        subject_id__in=list(subject_ids), lifted_at__isnull=True
    )
    return set(standing.values_list("subject_id", flat=True))


def restricted_to(actor: Actor, subject_ids: Collection[UUID]) -> set[UUID]:
    """Those about whom this actor may not write: of a person, none."""
    return restricted_among(subject_ids) if actor.kind is ActorKind.AGENT and subject_ids else set()
