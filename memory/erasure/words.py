"""What a residue scan looks for: what the person was called, and what their embeddings looked like.

Gone from every store by the time it is needed, so it is kept for that long on the receipt of the
first step, sealed under a key of the person's own that is destroyed last.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
import orjson

from console.accounts.models import Subject
from console.keys.keyring import Key, opening_keys
from console.platform.crypto.envelope import seal, unseal
from console.tenancy.scope import current_tenant_id
from memory.erasure.person import Person
from memory.models import RecallIndex, SubjectName
from memory.subject_names import open_name

# Of so many memories, and so much of each: by chance no other bytes are the same.
EMBEDDINGS, WINDOW = 24, 24
# Shorter ones are found in half of all texts: of them only whole values count.
SHORTEST_WORD = 5


@dataclass(frozen=True, slots=True)
class Words:
    """`identifiers` by subject; `windows` are bytes of embeddings, as PostgreSQL stores them."""

    identifiers: dict[UUID, str]
    names: dict[UUID, list[str]]
    windows: list[bytes]
    contact: str = ""  # where the person is told that it is done

    @property
    def texts(self) -> list[str]:
        names = [name for of_one in self.names.values() for name in of_one]
        return sorted({*self.identifiers.values(), *names})

    @property
    def long_texts(self) -> list[str]:
        return [text for text in self.texts if len(text) >= SHORTEST_WORD]

    @property
    def patterns(self) -> list[str]:
        """PostgreSQL's, each as a word of its own: `anna-1` is not found in `joanna-12`."""
        return [f"(^|[^[:alnum:]]){re.escape(text)}($|[^[:alnum:]])" for text in self.long_texts]


def words_of(person: Person, contact: str = "") -> Words:
    """Before anything goes."""
    subjects = Subject.objects.filter(id__in=person.subject_ids)
    rows = list(SubjectName.objects.filter(subject_id__in=person.subject_ids))
    keys = opening_keys({row.key_id for row in rows})
    names: dict[UUID, list[str]] = {}
    for row in rows:
        if row.key_id in keys:
            names.setdefault(row.subject_id, []).append(open_name(row, key=keys[row.key_id]))
    found = RecallIndex.objects.filter(
        subject_id__in=person.subject_ids, embedding__isnull=False
    ).order_by("id")
    # Numbers, most significant byte last, two bytes each (pgvector's halfvec).
    windows = [np.asarray(one.embedding, "<f2").tobytes()[:WINDOW] for one in found[:EMBEDDINGS]]
    return Words(dict(subjects.values_list("id", "external_id")), names, windows, contact)


def called(person: Person) -> Person:
    """The person with what they are called, before that goes."""
    return replace(person, patterns=tuple(words_of(person).patterns))


def seal_words(words: Words, request_id: UUID, *, key: Key) -> bytes:
    plain = {
        "identifiers": {str(id_): said for id_, said in words.identifiers.items()},
        "names": {str(id_): said for id_, said in words.names.items()},
        "contact": words.contact,
        "windows": [b64encode(window).decode() for window in words.windows],
    }
    return seal(key.secret, orjson.dumps(plain), _identity(request_id, key))


def open_words(sealed: bytes, request_id: UUID, *, key: Key) -> Words:
    """Raises SealBrokenError."""
    plain = orjson.loads(unseal(key.secret, bytes(sealed), _identity(request_id, key)))
    return Words(
        {UUID(id_): said for id_, said in plain["identifiers"].items()},
        {UUID(id_): said for id_, said in plain["names"].items()},
        [b64decode(window) for window in plain["windows"]],
        plain["contact"],
    )


def _identity(request_id: UUID, key: Key) -> bytes:
    return f"erasure|{current_tenant_id()}|{request_id}|{key.id}".encode()
