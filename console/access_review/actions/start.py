from collections import Counter

from django.db import IntegrityError, transaction

from audit.trail import audited, note
from console.access_review.grants import standing_grants
from console.access_review.models import AccessReview, Line
from console.accounts.actor import Actor
from console.accounts.permissions import Permission
from console.platform.errors import WrongStateError

BATCH = 500


@audited("access_review.started")
def start_access_review(*, actor: Actor) -> AccessReview:
    """Raises WrongStateError while another one is open."""
    actor.require(Permission.MEMBERS_MANAGE)
    try:
        with transaction.atomic():
            review = AccessReview.objects.create(
                started_by_id=actor.id, started_by_label=actor.label[:200]
            )
    except IntegrityError as error:
        raise WrongStateError("A review of access is open already: finish that one.") from error
    lines = [
        Line(
            review_id=review.id,
            kind=grant.kind,
            grant_id=grant.id,
            name=grant.name[:500],
            seen=grant.seen,
            holders=sorted(grant.holders),
        )
        for grant in standing_grants()
    ]
    Line.objects.bulk_create(lines, batch_size=BATCH)
    note(lines=dict(Counter(str(line.kind) for line in lines)))
    return review
