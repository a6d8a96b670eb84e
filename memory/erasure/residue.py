"""Looking for what remains of a person: in every column of every table, and in the files.

Rows of theirs must say nothing: the stores are asked again. Then what they were called is sought
in every text, JSON, array, byte string and vector of the tenant, as a word of its own, in base64
and in hexadecimal digits, whoever wrote it. On the embedded server the files are read too: data,
write-ahead log, logs, the broker's folder and whatever else lies in the data folder.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from audit.trail import audited, note
from console.accounts.actor import Actor
from console.tenancy.scope import current_tenant_id, tenant_scope
from memory.erasure.columns import CATALOG
from memory.erasure.preview import counts_of
from memory.erasure.stores import STORES
from memory.erasure.words import SHORTEST_WORD, Words
from memory.erasure.work import Done, Work
from memory.models import SubjectRequest

# What others say of the person is not deleted by itself: somebody looks, and may let it stay.
MENTIONED, ACCEPTED = "found_in", "mentions_accepted"
CHUNK = 64 * 1024 * 1024
# Of base64 (RFC 4648, section 5).
URL_SAFE = bytes.maketrans(b"+/", b"-_")
# Their elements are ids and numbers, which no word is.
WORDLESS = ("_uuid", "_int4")


class ResidueError(Exception):
    """Something is left. `code` says where: never what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def look(work: Work) -> Done:
    """Raises ResidueError. What came in meanwhile about them, before the keys went, is erased."""
    with tenant_scope(work.request.tenant_id):
        words = work.words()
        late, named = _erase_late(work)
        if late:
            tell_late(actor=work.actor, request=work.request, named=named)
        left = {name for name, count in counts_of(work.person).items() if count}
        if left:
            raise ResidueError(f"left_in:{min(left)}")
        columns, found = _look_in_columns(words)
    accepted = ACCEPTED in work.receipt.limits
    if found and not accepted:
        raise ResidueError(f"{MENTIONED}:{found[0]}")
    files, holding = look_in_files(words)
    if holding and not accepted:
        raise ResidueError(f"{MENTIONED}_file:{holding[0]}")
    limits = () if files else ("files_not_read",)
    mentions = len(found) + len(holding)
    return Done(
        {"columns": columns, "files": files, "found": mentions, "late": late}, limits=limits
    )


@audited("erasure.advanced")
def tell_late(*, actor: Actor, request: SubjectRequest, named: tuple[str, ...]) -> SubjectRequest:  # noqa: ARG001 - the event is theirs
    """Of what came in before the keys went, and was erased while looking for what remains."""
    note(step="residue", named=list(named))
    return request


def _erase_late(work: Work) -> tuple[int, tuple[str, ...]]:
    late, named = 0, tuple[str, ...]()
    for store in STORES:
        while not store.goes_with and (erased := store.erase_some(work.person, work.actor)).rows:
            late += erased.rows
            named += erased.named
    return late, named


def columns_to_search() -> list[tuple[str, str, str]]:
    """Table, column and type of all that could hold a word of the tenant."""
    with connection.cursor() as cursor:
        cursor.execute(CATALOG)
        return [
            (table, column, kind)
            for table, column, kind, of_a_tenant, readable in cursor.fetchall()
            if of_a_tenant and readable and kind not in WORDLESS
        ]


def _look_in_columns(words: Words) -> tuple[int, list[str]]:
    """How many were looked through, and those in which a word was found."""
    columns = columns_to_search()
    found: list[str] = []
    by_table: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in columns:
        by_table.setdefault(table, []).append((column, kind))
    for table, of_table in by_table.items():
        found += [f"{table}.{column}" for column in _found_in(table, of_table, words)]
    return len(columns), found


def _found_in(table: str, columns: list[tuple[str, str]], words: Words) -> list[str]:
    """By one pass over a table."""
    conditions: list[str] = []
    parameters: list[Any] = []
    for column, kind in columns:
        condition, values = _condition(column, kind, words)
        conditions.append(f"coalesce(bool_or({condition}), false)")
        parameters += values
    statement = f"SELECT {', '.join(conditions)} FROM {table} WHERE tenant_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, current_tenant_id()])
        row = cursor.fetchone()
    return [column for (column, _), is_found in zip(columns, row, strict=True) if is_found]


def _condition(column: str, kind: str, words: Words) -> tuple[str, list[Any]]:
    name = '"' + column.replace('"', '""') + '"'
    if kind == "bytea":
        return _any(f"position(%s::bytea IN {name}) > 0", needles_of(words))
    if kind in {"halfvec", "vector"}:
        sent = [_swapped(window) for window in words.windows]
        return _any(f"position(%s::bytea IN {kind}_send({name})) > 0", sent)
    spoken = f"{name}::text"
    conditions, values = _any(f"{spoken} ~* %s", words.patterns)
    encoded = "|".join(re.escape(part.decode()) for part in _encoded(words))
    if encoded:
        conditions, values = f"{conditions} OR {spoken} ~ %s", [*values, encoded]
    short = [text for text in words.texts if len(text) < SHORTEST_WORD]
    if short and kind in {"text", "varchar", "bpchar"}:
        conditions, values = f"{conditions} OR {name} = ANY(%s)", [*values, short]
    return conditions, values


def _any(condition: str, needles: Sequence[bytes | str]) -> tuple[str, list[Any]]:
    return " OR ".join([condition] * len(needles)) or "false", list(needles)


def _swapped(window: bytes) -> bytes:
    """As it travels: the most significant byte of each number first."""
    return b"".join(window[at : at + 2][::-1] for at in range(0, len(window), 2))


def look_in_files(words: Words) -> tuple[int, list[str]]:
    """How many files of the embedded server were read, and those that hold any of it."""
    home = Path(settings.HOME)
    if not (home / "postgres" / "PG_VERSION").exists() or not words.texts:
        return 0, []
    needles = needles_of(words)
    read, found = 0, []
    for path in _files(home):
        try:
            is_found = _holds(path, needles)
        except FileNotFoundError:  # a segment or a message that is gone since
            continue
        read += 1
        if is_found:
            found.append(str(path.relative_to(home)))
    return read, found


def needles_of(words: Words) -> list[bytes]:
    """As text, as base64 at each offset, in hexadecimal, and as the bytes of embeddings."""
    plain = [text.encode() for text in words.long_texts]
    return [*plain, *_encoded(words), *words.windows]


def _encoded(words: Words) -> list[bytes]:
    found: set[bytes] = set()
    for text in words.long_texts:
        digits = text.encode().hex()
        found |= {digits.encode(), digits.upper().encode()}
        for part in _base64s(text.encode()):
            found |= {part, part.translate(URL_SAFE)}
    return sorted(found)


def _base64s(text: bytes) -> Iterator[bytes]:
    """What is the same of it wherever it stands in what was encoded."""
    for offset in range(3):
        whole = b64encode(bytes(offset) + text)
        start = -(-offset * 8 // 6)
        end = (offset + len(text)) * 8 // 6
        if end - start > SHORTEST_WORD:
            yield whole[start:end]


def _files(home: Path) -> Iterator[Path]:
    for path in sorted(home.rglob("*")):
        inside = path.relative_to(home).parts[0]
        if inside not in {"secrets", "static"} and path.is_file() and not path.is_symlink():
            yield path


def _holds(path: Path, needles: list[bytes]) -> bool:
    overlap = max(map(len, needles)) - 1
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            text = tail + chunk
            if any(needle in text for needle in needles):
                return True
            tail = text[-overlap:]
    return False
