"""The keys of the tenant at hand, unwrapped: root → wrapping key → content, digest, seal, index.

One statement loads what a request needs. A key is made on first use, in the transaction that
first uses it. Unwrapped keys are kept in this process, reachable only through the row that wraps
them: once that row is destroyed, nothing here opens anything.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from django.db.models import Q

from console.keys.models import DataKey, Purpose
from console.platform.crypto.envelope import new_key, seal, unseal
from console.platform.crypto.root_keys import root_keys
from console.platform.errors import ErasedSubjectError
from console.platform.ids import uuid7
from console.tenancy.scope import current_tenant_id

OF_A_SUBJECT = (Purpose.CONTENT, Purpose.DIGEST)
OF_THE_TENANT = (Purpose.SEAL, Purpose.INDEX)


@dataclass(frozen=True, slots=True)
class Key:
    id: UUID
    generation: int
    secret: bytes = field(repr=False)


class Keyring:
    """Unwrapped keys by purpose and subject; subject None is what is about nobody."""

    def __init__(self, rows: Iterable[DataKey]) -> None:
        rows = sorted(rows, key=lambda row: row.generation, reverse=True)
        self._wrapping = {
            str(row.id): Key(row.id, row.generation, _by_root(row))
            for row in rows
            if row.purpose == Purpose.WRAP
        }
        self._rows = [row for row in rows if row.purpose != Purpose.WRAP]
        self.by_id: dict[UUID, Key] = {
            row.id: Key(row.id, row.generation, _by_tenant(row, self._wrapping[row.wrapped_by]))
            for row in self._rows
        }
        self._current: dict[tuple[str, UUID | None], Key] = {}
        for row in self._rows:
            if row.retired_at is None:
                self._current.setdefault((row.purpose, row.subject_id), self.by_id[row.id])

    @property
    def wrapping(self) -> Key | None:
        return next(iter(self._wrapping.values()), None)

    def current(self, purpose: Purpose, subject_id: UUID | None = None) -> Key:
        """The key that seals now. Raises ErasedSubjectError where it was destroyed."""
        key = self._current.get((purpose, subject_id))
        if key is None:
            raise ErasedSubjectError
        return key

    def has(self, purpose: Purpose, subject_id: UUID | None = None) -> bool:
        return (purpose, subject_id) in self._current

    def every(self, purpose: Purpose) -> list[Key]:
        """All generations that still open, the newest first."""
        return [self.by_id[row.id] for row in self._rows if row.purpose == purpose]


def keyring_for(subject_ids: Collection[UUID | None] = ()) -> Keyring:
    """The tenant's keys and those of `subject_ids`, made where missing."""
    wanted = [(purpose, None) for purpose in OF_THE_TENANT] + [
        (purpose, subject_id)
        for subject_id in sorted(set(subject_ids), key=str)
        for purpose in OF_A_SUBJECT
    ]
    named = [subject_id for subject_id in subject_ids if subject_id is not None]
    about = (
        Q(subject_id__isnull=True) | Q(subject_id__in=named)
        if named
        else Q(subject_id__isnull=True)
    )
    rows = DataKey.objects.filter(about, wrapped__isnull=False)
    keyring = Keyring(rows)
    missing = [key for key in wanted if not keyring.has(*key)]
    if not missing:
        return keyring
    _make(missing, keyring.wrapping or _make_wrapping_key())
    return Keyring(rows.all())


def opening_keys(key_ids: Collection[UUID]) -> dict[UUID, Key]:
    """Those of `key_ids` that still open, by id. One statement."""
    rows = DataKey.objects.filter(
        Q(id__in=set(key_ids)) | Q(purpose=Purpose.WRAP), wrapped__isnull=False
    )
    return Keyring(rows).by_id


def _make_wrapping_key() -> Key:
    root = root_keys()
    row = DataKey(id=uuid7(), purpose=Purpose.WRAP, wrapped_by=root.current)
    row.wrapped = root.wrap(new_key(), row.associated)
    # Of two first writers the second waits here, and then takes the first one's key.
    DataKey.objects.bulk_create([row], ignore_conflicts=True)
    kept = Keyring(DataKey.objects.filter(purpose=Purpose.WRAP, wrapped__isnull=False)).wrapping
    if kept is None:
        raise RuntimeError(f"The wrapping key of tenant {current_tenant_id()} is destroyed.")
    return kept


def _make(wanted: Iterable[tuple[Purpose, UUID | None]], wrapping: Key) -> None:
    rows = []
    for purpose, subject_id in wanted:
        row = DataKey(purpose=purpose, subject_id=subject_id, wrapped_by=str(wrapping.id))
        row.wrapped = seal(wrapping.secret, new_key(), row.associated)
        rows.append(row)
    DataKey.objects.bulk_create(rows, ignore_conflicts=True)


def _by_root(row: DataKey) -> bytes:
    return _unwrap_by_root(bytes(row.wrapped or b""), row.associated, row.wrapped_by)


def _by_tenant(row: DataKey, wrapping: Key) -> bytes:
    return _unwrap(wrapping.secret, bytes(row.wrapped or b""), row.associated)


# A key management service answers in milliseconds, and each request needs the same few keys.
@lru_cache(maxsize=1_000)
def _unwrap_by_root(wrapped: bytes, associated: bytes, root: str) -> bytes:
    return root_keys().unwrap(wrapped, associated, root=root)


@lru_cache(maxsize=20_000)
def _unwrap(wrapping: bytes, wrapped: bytes, associated: bytes) -> bytes:
    return unseal(wrapping, wrapped, associated)
