"""Memories become tombstones: an id, a state and when; nothing that an agent chose to say.

Their versions too. The server's seal is set anew over what is left, so that an edit behind the
application's back is found in a tombstone as well.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q

from audit.trail import Changes, audited
from console.accounts.actor import Actor
from console.keys.keyring import keyring_for
from console.platform.clock import now
from console.tenancy.rows import execute
from memory.actions.doubt import doubt_derived
from memory.erasure.person import Person
from memory.erasure.stores.store import SCOPE, Store, run
from memory.lifecycle import store_all
from memory.lineage import derived_from
from memory.models import Memory, MemoryVersion, ReviewStatus, State
from memory.reviews.closing import close_all_reviews
from memory.sealing import sign_row

BATCH = 500

SAYS_SOMETHING = """
x.id IN (SELECT id FROM about) AND (
  x.state <> 'erased' OR x.key <> '' OR x.run <> '' OR x.namespace <> '{}' OR x.metadata <> '{}'
  OR x.confidence IS NOT NULL OR x.importance IS NOT NULL
  OR x.valid_from IS NOT NULL OR x.valid_to IS NOT NULL)
"""
BLANK: dict[str, Any] = {
    "metadata": {},
    "confidence": None,
    "importance": None,
    "valid_from": None,
    "valid_to": None,
}
LEFT = f"""
{SCOPE} SELECT x.id FROM memory_memory x
WHERE x.tenant_id = %(t)s AND {SAYS_SOMETHING} LIMIT {BATCH}
"""
RESEAL = """
UPDATE memory_memoryversion v SET
  metadata = '{}', finding_codes = '{}', confidence = NULL, importance = NULL,
  valid_from = NULL, valid_to = NULL, seal = n.seal, seal_key_id = n.seal_key_id
FROM json_populate_recordset(NULL::memory_memoryversion, %s::json) AS n
WHERE v.tenant_id = n.tenant_id AND v.id = n.id
"""


def _erase(person: Person, actor: Actor) -> int:
    return len(erase_memories(actor=actor, person=person).changed)


@audited("memory.erased")
def erase_memories(*, actor: Actor, person: Person) -> Changes[Memory]:
    """Some of those that still say something. Raises IntegrityError where a hold stands on one."""
    erased: Changes[Memory] = Changes()
    ids = [id_ for (id_,) in run(LEFT, person)]
    memories = list(
        Memory.objects.filter(id__in=ids).select_for_update(of=("self",)).order_by("id")
    )
    close_all_reviews(memories, status=ReviewStatus.DELETED)
    moment = now()
    ending = [memory for memory in memories if memory.state != State.ERASED]
    for memory in memories:
        erased.add(memory, {"version": memory.version, "was": memory.state})
        memory.state, memory.updated_at = State.ERASED, moment
        memory.namespace, memory.key, memory.run = [], "", ""
        for name, value in BLANK.items():
            setattr(memory, name, value)
    store_all(ending, actor=actor, reason="erasure")
    Memory.objects.filter(id__in=ids).update(namespace=[], key="", run="", **BLANK)
    _blank_versions(memories)
    _doubt_what_was_made_of(memories, actor=actor, person=person)
    return erased


def _blank_versions(memories: Sequence[Memory]) -> None:
    by_id = {memory.id: memory for memory in memories}
    keyring = keyring_for()
    documents = []
    for version in MemoryVersion.objects.filter(memory_id__in=by_id):
        version.finding_codes = []
        for name, value in BLANK.items():
            setattr(version, name, value)
        sign_row(version, by_id[version.memory_id], keyring)
        documents.append(
            {
                "tenant_id": version.tenant_id,
                "id": version.id,
                "seal": "\\x" + bytes(version.seal).hex(),
                "seal_key_id": version.seal_key_id,
            }
        )
    execute(RESEAL, [orjson.dumps(documents).decode()])


def _doubt_what_was_made_of(memories: Sequence[Memory], *, actor: Actor, person: Person) -> None:
    """What is about others, or draws on others too, may repeat it: a person is asked."""
    ids = [memory.id for memory in memories]
    made = derived_from(ids).filter(state=State.ACTIVE)
    others = Q(subject_id__isnull=True) | ~Q(subject_id__in=person.subject_ids)
    elsewhere = made.filter(others).exclude(id__in=person.derived).values("id")
    versions = MemoryVersion.objects.filter(memory_id__in=elsewhere, derived_from__overlap=ids)
    named: set[UUID] = set()
    for sources in versions.values_list("derived_from", flat=True):
        named.update(sources)
    for memory in memories:
        if memory.id in named:
            doubt_derived(actor=actor, source=memory, ended="erased")


MEMORIES = Store(
    name="memories",
    label="Memories",
    what_happens=(
        "Left as tombstones: an id, its kind and when. Keys, namespaces, runs and metadata go;"
        " so do summaries about nobody that were made of these alone. What was made of them and"
        " of others comes up for review."
    ),
    table="memory_memory",
    left=SAYS_SOMETHING,
    sample="x.kind || ' ' || coalesce(nullif(x.key, ''), '(no key)')",
    erase=_erase,
    by_hand=(
        "memory_memory.key",
        "memory_memory.run",
        "memory_memory.namespace",
        "memory_memory.metadata",
        "memory_memoryversion.metadata",
        "memory_memoryversion.finding_codes",
    ),
    also_in=("memory_memoryversion",),
)
