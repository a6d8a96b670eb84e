"""The steps of an erasure, in their order. Each does the same when it is done again.

First what to look for, then the list that refuses their return, then the keys: whoever writes
about the person at that moment waits, and is refused. Then store by store, the space they left,
a look at what remains, and the news to those who may hold copies.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from audit.anchors.erased_file import tell_erased
from console.accounts.models import Subject
from console.keys.keyring import key_for, make_key_for
from console.keys.models import Purpose
from console.keys.suppression import digests_of, suppress
from console.tenancy.scope import current_tenant_id
from memory.actions.erase import destroy_keys_of
from memory.erasure.certificate import issue
from memory.erasure.closing import close, sweep
from memory.erasure.named_traces import claim_traces
from memory.erasure.notice import NOTICE, tell
from memory.erasure.physical import clear_space
from memory.erasure.preview import counts_of
from memory.erasure.residue import look
from memory.erasure.stores import STORES, Store
from memory.erasure.words import seal_words, words_of
from memory.erasure.work import FIRST, Done, Work
from memory.holds import refuse_held_subject


class Step(NamedTuple):
    """`run` within a transaction; `outside` of any where the database will not have it in one."""

    name: str
    label: str
    run: Callable[[Work], Done]
    outside: bool = False


def _collect(work: Work) -> Done:
    for subject in Subject.objects.filter(id__in=work.person.subject_ids):
        refuse_held_subject(subject)
    owner = work.request.subject_id
    key = key_for(Purpose.ERASE, owner) or make_key_for(Purpose.ERASE, owner)
    words = words_of(work.person, work.request.contact)
    work.receipt.sealed = seal_words(words, work.request.id, key=key)
    held = {name: count for name, count in counts_of(work.person).items() if count}
    return Done(held, named=(str(key.id),))


def _claim_traces(work: Work) -> Done:
    return Done({"traces": claim_traces(work.request.subject_id, work.words())})


def _suppress(work: Work) -> Done:
    words = work.words()
    entries = 0
    for subject_id in work.person.subject_ids:
        called = words.identifiers.get(subject_id)
        entries += suppress(
            subject_id,
            identifiers=[called] if called else [],
            names=words.names.get(subject_id, []),
        )
        # Outside the database too, before this commits: a backup of yesterday knows nothing of it.
        tell_erased(subject_id, digests_of(subject_id))
    return Done({"entries": entries}, named=(str(current_tenant_id()),))


def _destroy_keys(work: Work) -> Done:
    subjects = Subject.objects.filter(id__in=work.person.subject_ids).order_by("id")
    destroyed = [destroy_keys_of(actor=work.actor, subject=subject).changed for subject in subjects]
    return Done({"keys": sum(len(keys) for keys in destroyed)})


@dataclass(frozen=True, slots=True)
class _FromStore:
    store: Store

    def __call__(self, work: Work) -> Done:
        erased = self.store.erase_some(work.person, work.actor)
        return Done({"rows": erased.rows}, more=erased.rows > 0, named=erased.named)


STEPS: tuple[Step, ...] = (
    Step(FIRST, "Count what is held, and who holds it", _collect),
    Step("named", "Find traces that name them in passing", _claim_traces),
    Step("suppression", "Refuse their return", _suppress),
    Step("keys", "Destroy their keys", _destroy_keys),
    *(Step(store.name, store.label, _FromStore(store)) for store in STORES if not store.goes_with),
    Step("space", "Clear the space they left", clear_space, outside=True),
    Step("residue", "Look for what remains", look, outside=True),
    Step(NOTICE, "Tell agents and webhooks", tell),
    Step("certificate", "Sign the certificate", issue),
    Step("close", "Close the request", close),
    Step("sweep", "Clear the space of the request itself", sweep, outside=True),
)
