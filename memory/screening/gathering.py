"""What screening has to know of writes beside their texts, asked for a whole batch at once."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import numpy as np

from console.accounts.actor import Actor, ActorKind
from console.keys.keyring import Keyring
from console.keys.models import Purpose
from console.platform.clock import now
from console.platform.ids import first_id_of
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id
from memory.screening.bursts import MOST_A_MINUTE
from memory.screening.context import ScreenContext
from memory.screening.names import MOST_WORDS as MOST_WORDS_IN_NAME
from memory.screening.simhash import BANDS, Fingerprint, fingerprint, scope_of
from memory.screening.texts import beside
from memory.screening.words import WORD, Words, signed, words_of
from memory.writes import Write

MINUTE = timedelta(minutes=1)
RECALLED_LATELY = timedelta(hours=1)
# What a tenant may call its subjects, where it is no ordinary word: "customer-4711", an address.
IDENTIFIER = re.compile(r"\w[\w@.+-]{1,198}\w")
TELLING = re.compile(r"[\d@]")
MOST_IDENTIFIERS = 200

# One statement: how much this agent wrote lately, which names are known, and what is stored that
# says nearly the same (with whether this agent recalled it lately). Each arm is bounded.
#
# What is near is found first and looked up then, whatever the planner believes of the tables:
# the other way round each memory of the tenant is compared.
GATHER = """
WITH near AS MATERIALIZED (
  SELECT ours.n, theirs.id
  FROM unnest(%s::int4[], %s::int8[], %s::int4[], %s::int8[], %s::int8[], %s::int8[], %s::int8[])
    AS ours(n, simhash, far, a, b, c, d)
  CROSS JOIN LATERAL (
    (SELECT id, simhash FROM memory_memoryfingerprint WHERE tenant_id = %s AND band_a = a LIMIT 20)
    UNION
    (SELECT id, simhash FROM memory_memoryfingerprint WHERE tenant_id = %s AND band_b = b LIMIT 20)
    UNION
    (SELECT id, simhash FROM memory_memoryfingerprint WHERE tenant_id = %s AND band_c = c LIMIT 20)
    UNION
    (SELECT id, simhash FROM memory_memoryfingerprint WHERE tenant_id = %s AND band_d = d LIMIT 20)
  ) theirs
  WHERE bit_count((theirs.simhash # ours.simhash)::bit(64)) <= ours.far
)
SELECT 'near', near.n, NULL::int8, near.id, NULL::text, EXISTS (
    SELECT FROM audit_memoryaccess
    WHERE tenant_id = %s AND memory_id = near.id::text AND at > %s
      AND access = 'read' AND source = 'api' AND agent = %s)
FROM near CROSS JOIN LATERAL (
  SELECT FROM memory_memory WHERE tenant_id = %s AND id = near.id
    AND state = 'active' AND (expires_at IS NULL OR expires_at > %s) OFFSET 0
) in_force
UNION ALL
SELECT 'burst', NULL, NULL, NULL, NULL, count(*) > %s FROM (
  SELECT FROM memory_memory WHERE tenant_id = %s AND agent_id = %s AND id > %s LIMIT %s
) lately
UNION ALL
SELECT 'name', NULL, name_hash, subject_id, NULL, NULL FROM memory_subjectname
WHERE tenant_id = %s AND name_hash = ANY(%s::int8[])
UNION ALL
SELECT 'identifier', NULL, NULL, id, external_id, NULL FROM accounts_subject
WHERE tenant_id = %s AND external_id = ANY(%s::text[])
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the database about one write. `named` are words that may hold names.

    A rotated index key still recognises what was hashed under it: `fingerprints` has one per
    generation, the current one first; none for a text without words.
    """

    named: list[Words]
    identifiers: list[str]
    fingerprints: list[Fingerprint]


@dataclass(slots=True)
class Known:
    """What the database told, by write where it is about one."""

    is_burst: bool = False
    names: dict[int, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    identifiers: dict[str, UUID] = field(default_factory=dict)
    near: dict[int, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    recalled: set[UUID] = field(default_factory=set)


def gather(
    *,
    actor: Actor,
    writes: Sequence[Write],
    subject_ids: Sequence[UUID | None],
    keyring: Keyring,
    revised: UUID | None = None,
) -> list[ScreenContext]:
    """One context per write, in order, by one statement.

    `subject_ids[i]` is the subject of `writes[i]`; `revised` is the memory that they revise.
    """
    if not writes:
        return []
    contexts = [plain_context(actor, write) for write in writes]
    asked = [
        _asked(write, context, subject_id, keyring)
        for write, context, subject_id in zip(writes, contexts, subject_ids, strict=True)
    ]
    known = _ask(asked, actor=actor)
    gathered = []
    for n, (write, context) in enumerate(zip(writes, contexts, strict=True)):
        near = tuple(one for one in known.near[n] if one != revised)
        gathered.append(
            replace(
                context,
                names=known_names(asked[n], known, subject_ids[n]),
                fingerprint=next(iter(asked[n].fingerprints), None),
                near_duplicates=near,
                echoes=tuple(
                    one for one in near if one in known.recalled and one not in write.derived_from
                ),
                is_burst=known.is_burst,
            )
        )
    return gathered


def plain_context(actor: Actor, write: Write) -> ScreenContext:
    """What the write itself says."""
    by_agent = actor.kind is ActorKind.AGENT
    return ScreenContext(
        key=write.key,
        value=write.value,
        metadata=write.metadata,
        source=write.source,
        namespace=write.namespace,
        run=write.run,
        subject=write.subject,
        by_agent=by_agent,
        trusted=actor.trusted or not by_agent,
    )


def _asked(
    write: Write, context: ScreenContext, subject_id: UUID | None, keyring: Keyring
) -> Asked:
    keys = keyring.every(Purpose.INDEX)
    content = [words_of(write.content, key.secret) for key in keys]
    others = beside(context).text
    scope = scope_of(subject_id, write.namespace)
    fingerprints = [
        fingerprint(words, scope=scope, key=key.secret, generation=key.generation)
        for words, key in zip(content, keys, strict=True)
    ]
    return Asked(
        content + ([words_of(others, key.secret) for key in keys] if others else []),
        _identifiers(f"{write.content}\n{others}"),
        [one for one in fingerprints if one is not None],
    )


def _identifiers(text: str) -> list[str]:
    found = IDENTIFIER.findall(text)
    return [one for one in found if TELLING.search(one)][:MOST_IDENTIFIERS]


def _ask(asked: Sequence[Asked], *, actor: Actor) -> Known:
    tenant, moment = current_tenant_id(), now()
    prints = [(n, made) for n, one in enumerate(asked) for made in one.fingerprints]
    bands = [[fingerprint.bands[i] for _, fingerprint in prints] for i in range(BANDS)]
    rows = fetch(
        GATHER,
        [
            [n for n, _ in prints],
            [fingerprint.simhash for _, fingerprint in prints],
            [fingerprint.far for _, fingerprint in prints],
            *bands,
            *[tenant] * BANDS,
            *(tenant, moment - RECALLED_LATELY, actor.label if actor.agent_id else None),
            *(tenant, moment),
            MOST_A_MINUTE - len(asked),
            *(tenant, actor.agent_id, first_id_of(moment - MINUTE), MOST_A_MINUTE + 1),
            *(tenant, _hashes(asked)),
            *(tenant, sorted({name for one in asked for name in one.identifiers})),
        ],
    )
    known = Known()
    for what, n, name_hash, found, text, holds in rows:
        if what == "burst":
            known.is_burst = bool(holds)
        elif what == "name":
            known.names[name_hash].add(found)
        elif what == "identifier":
            known.identifiers[text] = found
        else:
            known.near[n].append(found)
            if holds:
                known.recalled.add(found)
    return known


def _hashes(asked: Sequence[Asked]) -> list[int]:
    """Every run of words that might be a name, once."""
    runs = [
        words.runs(length)[words.nameable(length)]
        for one in asked
        for words in one.named
        for length in range(1, MOST_WORDS_IN_NAME + 1)
    ]
    return signed(np.unique(np.concatenate(runs)))


def known_names(asked: Asked, known: Known, subject_id: UUID | None) -> dict[str, bool]:
    """The names found in one write, and whether each is its own subject's."""
    names = {
        " ".join(WORD.findall(text.casefold())): False
        for text in asked.identifiers
        if known.identifiers.get(text, subject_id) != subject_id
    }
    if not known.names:
        return names
    wanted = np.array(sorted(known.names), dtype=np.int64)
    for words in asked.named:
        for length in range(1, MOST_WORDS_IN_NAME + 1):
            runs = words.runs(length).view(np.int64)
            for first in np.flatnonzero(np.isin(runs, wanted)).tolist():
                owners = known.names[int(runs[first])]
                names[words.text(first, length)] = subject_id in owners
    return names
