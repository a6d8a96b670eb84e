"""Memory operations, and waiting for people, told by words: of tools, of retrievers, of verbs.

Most agents reach their memory through a tool or a function of their framework, whose span has a
name and no kind for it. The rules are narrow, since a false memory operation misleads an audit:
a noun for memory and a verb, or one of few names that mean nothing else. A tenant maps the rest.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from audit.dialects.dialect import Concept, Op
from audit.dialects.values import as_text, decoded_object
from audit.ingest.record import Value


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


READS = _set(
    "search get read recall retrieve query list load preload prefetch fetch find lookup view show"
    " open history"
)
WRITES = _set(
    "add create save store write insert append remember memorize memorise put record upsert commit"
    " ingest memify cognify"
)
UPDATES = _set(
    "update edit replace revise modify rethink rename patch consolidate merge promote reinforce"
)
DELETES = _set("delete remove forget clear purge erase wipe evict invalidate prune expire reset")
VERBS: Mapping[str, Op] = {
    **dict.fromkeys(READS, Op.MEMORY_READ),
    **dict.fromkeys(WRITES, Op.MEMORY_WRITE),
    **dict.fromkeys(UPDATES, Op.MEMORY_UPDATE),
    **dict.fromkeys(DELETES, Op.MEMORY_DELETE),
}
MEMORY = _set("memory memories mem0 mempalace openmemory")
# These say all by themselves, if nothing follows but what one recalls or forgets.
ALONE = _set("recall remember memorize memorise forget")
OBJECTS = _set(
    "a all about and as context conversation conversations detail details fact facts for from"
    " history info information it knowledge last long me my note notes of past preference"
    " preferences related relevant term that the them this to tool user"
)
# Memory of another kind: a machine's.
MACHINE = _set(
    "allocation allocated benchmark bytes cpu dump gb gpu heap in kb leak leaks limit limits mb"
    " pressure process profile profiler ram shared stats swap usage vram available consumption"
    " footprint metrics percent size status utilization"
)
# Names that mean a memory and do not say so: Letta's.
NAMES: Mapping[str, Op] = {
    "conversation_search": Op.MEMORY_READ,
    "conversation_search_date": Op.MEMORY_READ,
}
# One tool for everything tells in its arguments what it was asked (Anthropic's memory tool,
# LangMem's manage_memory).
ASKED = ("command", "action", "operation", "op", "mode")
ASKED_OF = _set("memory manage_memory memory_tool memory_manager")
ASKED_WORDS: Mapping[str, Op] = {"str": Op.MEMORY_UPDATE}  # str_replace

PEOPLE = _set("human user operator person supervisor manager")
APPROVAL = _set("approval permission confirmation consent")
ASKING = _set("ask request require requires wait await obtain")
HUMAN_INPUT = _set(
    "ask approval approve confirm confirmation contact escalate feedback input review loop"
)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+[0-9]*|[0-9]+")


def words_of(name: str) -> list[str]:
    """`mem0.memory.getAll` and `mem0_memory_get_all` alike, in lower case."""
    return [word.lower() for word in WORD.findall(name)]


@lru_cache(maxsize=4096)
def operation(text: str) -> Op | None:
    """What a store of memories was asked to do: `memory get_all`, `add`, `mem0.memory.search`."""
    return next((VERBS[word] for word in words_of(text) if word in VERBS), None)


def of_tool(name: str, found: Mapping[Concept, Value]) -> Op | None:
    """The memory operation, or the approval, that a call of this tool is; None for any other."""
    if _plain_name(name) in ASKED_OF:
        return _asked(found.get(Concept.ARGUMENTS))
    return _of_name(name)


def of_retriever(name: str, found: Mapping[Concept, Value]) -> Op | None:
    """A retriever that names a memory reads it; one over a vector database may write to it."""
    verb = found.get(Concept.VERB)
    asked = operation(verb) if isinstance(verb, str) else None
    if asked in {Op.MEMORY_WRITE, Op.MEMORY_UPDATE, Op.MEMORY_DELETE}:
        return Op.OTHER
    words = words_of(name)
    # A store of vectors "in memory" is called MemoryVectorStore, too.
    return Op.MEMORY_READ if "vector" not in words and _is_of_memory(words) else None


@lru_cache(maxsize=4096)
def _of_name(name: str) -> Op | None:
    words = words_of(name)
    if _waits_for_people(words):
        return Op.APPROVAL
    known = NAMES.get("_".join(words))
    if known is not None:
        return known
    if _is_of_memory(words):
        return _verb(words)
    if words and words[0] in ALONE and OBJECTS.issuperset(words[1:]):
        return VERBS[words[0]]
    return None


def _is_of_memory(words: Iterable[str]) -> bool:
    words = set(words)
    return not MEMORY.isdisjoint(words) and MACHINE.isdisjoint(words)


def _verb(words: list[str]) -> Op | None:
    """`add_memory` leads with its verb, `archival_memory_insert` ends with it."""
    verbs = [VERBS[word] for word in words if word in VERBS]
    if not verbs:
        return None
    return verbs[0] if words[0] in VERBS else verbs[-1]


def _asked(arguments: Value) -> Op | None:
    given = decoded_object(arguments)
    for key in ASKED:
        asked = as_text(given.get(key))
        if asked:
            words = words_of(asked)
            return next((ASKED_WORDS[w] for w in words if w in ASKED_WORDS), None) or _verb(words)
    return None


def _waits_for_people(words: list[str]) -> bool:
    said = set(words)
    if "human" in said:
        return not HUMAN_INPUT.isdisjoint(said)
    if not APPROVAL.isdisjoint(said) and not ASKING.isdisjoint(said):
        return True
    return words[:2] == ["ask", "user"] or ("approval" in said and not PEOPLE.isdisjoint(said))


@lru_cache(maxsize=4096)
def _plain_name(name: str) -> str:
    return "_".join(words_of(name))
