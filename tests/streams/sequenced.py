"""A log of the tenant at hand, as the sequencer leaves it."""

from django.db.models import Max

from audit.models import AuditEvent, Checkpoint, LogLeaf
from audit.proof.entry import entry_of
from audit.proof.merkle import leaf_hash

NOTE = """mnemoscope/test
{size}
root
mnemoscope-checkpoint {number} 2026-11-21T10:00:00Z before

— x
"""


def sequence():
    """Gives each event that has none its leaf; how many the log holds then."""
    known = set(LogLeaf.objects.values_list("id", flat=True))
    size = len(known)
    for event in AuditEvent.objects.exclude(id__in=known).order_by("xid", "id"):
        LogLeaf.objects.create(id=event.id, index=size, leaf_hash=leaf_hash(entry_of(event)))
        size += 1
    return size


def a_checkpoint():
    """The next, over all that is sequenced and one more than the last."""
    known = Checkpoint.objects.aggregate(number=Max("number"), size=Max("size"))
    number = (known["number"] or 0) + 1
    size = max(sequence(), (known["size"] or 0) + 1)
    note = NOTE.format(size=size, number=number)
    return Checkpoint.objects.create(number=number, size=size, root=bytes(32), note=note)
