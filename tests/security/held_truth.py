"""Which texts may come back to whom, by the database's own history and not by the code tried.

Each text carries a word of its own, so a word in an answer tells which versions came back.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from console.tenancy.scope import tenant_scope
from memory.models import Memory, MemoryTransition, MemoryVersion, State

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from tests.security.held_looks import Reader

OK = 200
WORD = re.compile(r"zq[a-z]{8}qz")
HELD = {State.PENDING, State.QUARANTINED, State.REJECTED}
GONE = {State.RETIRED, State.ERASED}


@dataclass
class Verdict:
    rightly: int = 0
    wrongly: list[str] = field(default_factory=list)


class Truth:
    def __init__(self, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id
        # A restored text is said by two versions, and may be seen where either may.
        self.versions: defaultdict[str, set[tuple[UUID, int]]] = defaultdict(set)
        self.latest: dict[UUID, str] = {}

    def said(self, content: str, memory_id: UUID, number: int) -> None:
        [word] = WORD.findall(content)
        self.versions[word].add((memory_id, number))
        self.latest[memory_id] = word

    def said_again(self, memory_id: UUID, number: int, again: int) -> None:
        for word in [word for word, at in self.versions.items() if (memory_id, number) in at]:
            self.versions[word].add((memory_id, again))
            self.latest[memory_id] = word

    def word_of(self, memory_id: UUID | None) -> str:
        return self.latest.get(memory_id, "customer") if memory_id else "customer"

    def judge(self, answer: "Answer", reader: "Reader", *, asked: str) -> Verdict:
        text = answer.getvalue().decode(errors="replace")
        verdict = Verdict()
        if answer.status_code >= 500:
            verdict.wrongly.append(f"status {answer.status_code}")
        words = set(WORD.findall(text)) - set(WORD.findall(asked))
        with tenant_scope(self.tenant_id):
            for word in words:
                if self._may_see(reader, word):
                    verdict.rightly += 1
                else:
                    verdict.wrongly.append(f"a text of {self._described(word)}")
            for memory_id in self._named(text, asked):
                memory = Memory.objects.get(id=memory_id)
                if memory.state in HELD and not _wrote(reader, memory):
                    verdict.wrongly.append(f"the id of {memory_id}, which is {memory.state}")
        return verdict

    def _described(self, word: str) -> str:
        versions = sorted(self.versions.get(word, ()))
        states = [Memory.objects.get(id=memory_id).state for memory_id, _ in versions]
        return f"{versions}, {states}" if versions else "no version"

    def _may_see(self, reader: "Reader", word: str) -> bool:
        if reader.tenant_id != self.tenant_id:
            return False
        return any(self._may_see_version(reader, *at) for at in self.versions.get(word, ()))

    def _may_see_version(self, reader: "Reader", memory_id: UUID, number: int) -> bool:
        memory = Memory.objects.get(id=memory_id)
        if memory.state in GONE:
            return False
        version = MemoryVersion.objects.get(memory_id=memory_id, number=number)
        took_effect = MemoryTransition.objects.filter(
            memory_id=memory_id, version=number, state=State.ACTIVE
        ).exists()
        if took_effect and memory.state not in HELD:
            return True
        return _wrote(reader, memory) or _wrote(reader, version)

    def _named(self, text: str, asked: str) -> list[UUID]:
        return [at for at in self.latest if str(at) in text and str(at) not in asked]


def _wrote(reader: "Reader", row: Memory | MemoryVersion) -> bool:
    """The stated exception: the key that wrote it may read it back."""
    return reader.api_key_id is not None and row.api_key_id == reader.api_key_id
