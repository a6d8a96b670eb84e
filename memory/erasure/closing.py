"""The end of an erasure: what was kept for its sake goes too."""

from console.keys.keyring import ERASED
from console.keys.models import DataKey, Purpose
from console.platform.clock import now
from memory.desk import complete_request
from memory.desk.letters import tell_on_commit
from memory.desk.restrict import lift_restrictions
from memory.erasure.physical import clear_own_space
from memory.erasure.work import FIRST, Done, Work
from memory.models import ErasureStep, RequestStatus


def close(work: Work) -> Done:
    """The key goes that the words to look for stood under; the request keeps no word either.

    A restriction ends: nothing is kept any more, and whoever writes is told that they are erased.
    """
    lift_restrictions(actor=work.actor, request=work.request)
    if work.request.status != RequestStatus.COMPLETED:
        work.request.contact = work.words().contact
        tell_on_commit(work.request, "completed")
        work.request.contact = ""
    keys = DataKey.objects.filter(
        subject_id__in=work.person.subject_ids, purpose=Purpose.ERASE, wrapped__isnull=False
    )
    ids = tuple(str(key_id) for key_id in keys.values_list("id", flat=True))
    keys.update(wrapped=None, destroyed_at=now(), destroyed_reason=ERASED)
    ErasureStep.objects.filter(request_id=work.request.id, name=FIRST).update(sealed=None)
    if work.request.status != RequestStatus.COMPLETED:
        held = ErasureStep.objects.get(request_id=work.request.id, name=FIRST).counts
        complete_request(actor=work.actor, request=work.request, outcome=held)
    return Done({"requests": 1}, named=ids)


def sweep(work: Work) -> Done:  # noqa: ARG001 - as of every step
    return clear_own_space()
