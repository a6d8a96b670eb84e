"""Everything a decision may change, to be compared before it and after it was undone."""

from memory.models import Memory, RecallIndex, ReviewItem


def everything():
    return {
        "memories": list(Memory.objects.order_by("id").defer("updated_at").values_list(*MEMORY)),
        "reviews": [_plain(row) for row in ReviewItem.objects.order_by("id").values()],
        "recall": [_plain(row) for row in RecallIndex.objects.order_by("id").values()],
    }


# All of it but `updated_at`, which tells truly that something happened.
MEMORY = sorted({field.attname for field in Memory._meta.concrete_fields} - {"updated_at"})


def _plain(row):
    return {name: str(value) for name, value in row.items()}
