"""How far each person has read their notices. A reading mark, no governed change."""

from uuid import UUID

from console.accounts.models import NoticesSeen

NOTHING = UUID(int=0)  # before every event


def seen_through(person_id: UUID) -> UUID:
    mark = NoticesSeen.objects.filter(id=person_id).values_list("through", flat=True).first()
    return mark or NOTHING


def mark_seen(person_id: UUID, *, through: UUID) -> None:
    """Never back: two windows of one person may answer in any order."""
    if through > seen_through(person_id):
        NoticesSeen.objects.update_or_create(id=person_id, defaults={"through": through})
