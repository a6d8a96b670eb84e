"""The table of stores: everywhere that something about a person stands, in the order of erasing.

What finds a memory goes before the memory, and the identifier last: until then it is known by it
what is left.
"""

from memory.erasure.stores.contents import BESIDE, CONTENTS
from memory.erasure.stores.desk import BASES, HOLDS, NAMES, REQUESTS, SNAPSHOTS, VIEWS
from memory.erasure.stores.doors import ANSWERS, WEBHOOKS
from memory.erasure.stores.history import HISTORY
from memory.erasure.stores.identity import EVENT_WORDS, SUBJECT
from memory.erasure.stores.memories import MEMORIES
from memory.erasure.stores.recall_index import EMBEDDINGS, FINGERPRINTS, INDEX_TERMS
from memory.erasure.stores.reviews import DECISIONS, OPINIONS, REVIEWS, SKIPS
from memory.erasure.stores.store import Store
from memory.erasure.stores.traces import ACCESSES, CLAIMS, FACETS, OUTCOMES, RUNS, SPANS
from memory.erasure.stores.versions import VERSIONS

STORES: tuple[Store, ...] = (
    EMBEDDINGS,
    INDEX_TERMS,
    FINGERPRINTS,
    VERSIONS,
    MEMORIES,
    HISTORY,
    REVIEWS,
    DECISIONS,
    SKIPS,
    OPINIONS,
    NAMES,
    BASES,
    HOLDS,
    SNAPSHOTS,
    REQUESTS,
    VIEWS,
    CONTENTS,
    BESIDE,
    ACCESSES,
    CLAIMS,
    OUTCOMES,
    SPANS,
    FACETS,
    RUNS,
    ANSWERS,
    WEBHOOKS,
    EVENT_WORDS,
    SUBJECT,
)

__all__ = ["STORES", "Store"]
