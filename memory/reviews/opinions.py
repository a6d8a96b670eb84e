"""Second opinions: which one a person is to give now. They are not told which kind it is."""

from secrets import randbelow
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import NotFoundError
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.models import GoldItem, Purpose, ReviewDecision, ReviewItem, SecondOpinion
from memory.reviews.proposer import proposals_of

FINE = 1_000_000
ANY = """
SELECT EXISTS (
  SELECT FROM memory_secondopinion
  WHERE tenant_id = %s AND answered_at IS NULL AND (person_id IS NULL OR person_id = %s)
)
"""


def waiting_for(actor: Actor) -> QuerySet[SecondOpinion]:
    """The oldest first: those nobody has answered, of reviews this person had no part in."""
    return (
        SecondOpinion.objects.filter(
            Q(person_id__isnull=True) | Q(person_id=actor.id),
            answered_at__isnull=True,
            review_id__in=_strange_to(actor).values("id"),
        )
        .select_related("review__memory")
        .order_by("asked_at", "id")
    )


def any_waits(actor: Actor) -> bool:
    """Whether it is worth asking which: mostly none does, and it is asked at every decision."""
    [(waits,)] = fetch(ANY, [current_tenant_id(), actor.id])
    return bool(waits)


def opinion_for(actor: Actor, opinion_id: UUID) -> SecondOpinion:
    """One this person may give. Raises NotFoundError."""
    found = waiting_for(actor).filter(id=opinion_id).first()
    if found is None or not actor.may(Permission.REVIEW_DECIDE):
        raise NotFoundError(opinion_id, noun="item")
    return found


def gold_to_ask(actor: Actor, *, share: float) -> GoldItem | None:
    """By chance, one that this person has not met: neither decided, nor proposed, nor answered."""
    if randbelow(FINE) >= share * FINE:
        return None
    met = SecondOpinion.objects.filter(review_id=OuterRef("review_id"), person_id=actor.id)
    known = GoldItem.objects.filter(
        ~Exists(met),
        withdrawn_at__isnull=True,
        review_id__in=_strange_to(actor).values("id"),
    ).exclude(set_by_id=actor.id)
    return known.order_by("?").first()


def is_asked(actor: Actor) -> bool:
    """Whether a gold item already waits for this person."""
    asked = SecondOpinion.objects.filter(purpose=Purpose.GOLD, person_id=actor.id)
    return asked.filter(answered_at__isnull=True).exists()


def _strange_to(actor: Actor) -> QuerySet[ReviewItem]:
    decided = ReviewDecision.objects.filter(review_id=OuterRef("id"), decided_by_id=actor.id)
    return ReviewItem.objects.filter(~Exists(decided), ~proposals_of(actor))
