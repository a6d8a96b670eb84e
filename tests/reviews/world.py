"""Everything a decision may change, to be compared before it and after it was undone."""

from memory.models import Memory, RecallIndex, ReviewItem

# All of it but `updated_at`, which tells truly that something happened.
MEMORY = sorted({field.attname for field in Memory._meta.concrete_fields} - {"updated_at"})


def everything():
    """Without doubts that an undo withdrew: they were not there before."""
    reviews = ReviewItem.objects.exclude(status="withdrawn").order_by("id")
    return {
        "memories": list(Memory.objects.order_by("id").values_list(*MEMORY)),
        "reviews": [_plain(row) for row in reviews.values()],
        "recall": [_plain(row) for row in RecallIndex.objects.order_by("id").values()],
    }


def _plain(row):
    return {name: str(value) for name, value in row.items()}
