"""The keys of the tenant at hand, unwrapped: root → wrapping key → content, digest, seal...

One statement loads what a request needs. A key is made on first use, in the transaction that
first uses it. Unwrapped keys are kept in this process, reachable only through the row that wraps
them: once that row is destroyed, nothing here opens anything.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from console.keys.models import DataKey, Purpose, associated_data
from console.platform.crypto.envelope import SealBrokenError, new_key, seal, unseal
from console.platform.crypto.root_keys import root_keys
from console.platform.errors import ErasedSubjectError
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

ERASED = "erased"  # why the keys of a subject were destroyed who asked to be forgotten
OF_A_SUBJECT = (Purpose.CONTENT, Purpose.DIGEST)
OF_THE_TENANT = (Purpose.SEAL, Purpose.INDEX)

COLUMNS = """
SELECT id, purpose, subject_id, generation, wrapped, wrapped_by, retired_at IS NOT NULL
FROM keys_datakey WHERE tenant_id = %s AND wrapped IS NOT NULL
"""
OF_SUBJECTS = (
    COLUMNS
    + """AND purpose NOT IN ('trace', 'log', 'suppress', 'erase')
  AND (subject_id IS NULL OR subject_id = ANY(%s::uuid[]))"""
)
FOR_TRACES = (
    COLUMNS
    + """AND (purpose = 'wrap'
  OR purpose = 'trace' AND (subject_id IS NULL OR subject_id = ANY(%s::uuid[])))"""
)
FOR_LOG = COLUMNS + "AND purpose IN ('wrap', 'log')"
FOR_ONE = (
    COLUMNS
    + """AND (purpose = 'wrap'
  OR purpose = %s AND subject_id IS NOT DISTINCT FROM %s::uuid)"""
)
BY_ID = COLUMNS + "AND (purpose = 'wrap' OR id = ANY(%s::uuid[]))"


@dataclass(frozen=True, slots=True)
class Key:
    id: UUID
    generation: int
    secret: bytes = field(repr=False)


class Wrapped(NamedTuple):
    """A usable row of `DataKey`."""

    id: UUID
    purpose: str
    subject_id: UUID | None
    generation: int
    wrapped: bytes
    wrapped_by: str
    is_retired: bool


class Keyring:
    """Unwrapped keys by purpose and subject; subject None is what is about nobody."""

    def __init__(self, rows: Iterable[Wrapped]) -> None:
        tenant_id = current_tenant_id()
        ordered = sorted(rows, key=lambda row: row.generation, reverse=True)
        self._wrapping = {
            str(row.id): Key(row.id, row.generation, _by_root(row, tenant_id))
            for row in ordered
            if row.purpose == Purpose.WRAP
        }
        self._rows = [row for row in ordered if row.purpose != Purpose.WRAP]
        self.by_id: dict[UUID, Key] = {}
        self._current: dict[tuple[str, UUID | None], Key] = {}
        for row in self._rows:
            key = Key(row.id, row.generation, self._by_tenant(row, tenant_id))
            self.by_id[row.id] = key
            if not row.is_retired:
                self._current.setdefault((row.purpose, row.subject_id), key)

    def _by_tenant(self, row: Wrapped, tenant_id: UUID) -> bytes:
        wrapping = self._wrapping.get(row.wrapped_by)
        broken = SealBrokenError(f"The key {row.id} does not open.")
        if wrapping is None:
            raise broken
        try:
            return _unwrap(wrapping.secret, row.wrapped, _associated(row, tenant_id))
        except SealBrokenError as error:
            raise broken from error

    @property
    def wrapping(self) -> Key | None:
        return next(iter(self._wrapping.values()), None)

    @property
    def every_wrapping(self) -> dict[UUID, Key]:
        return {key.id: key for key in self._wrapping.values()}

    def current(self, purpose: Purpose, subject_id: UUID | None = None) -> Key:
        """The key that seals now. Raises ErasedSubjectError where it was destroyed."""
        key = self._current.get((purpose, subject_id))
        if key is None:
            raise ErasedSubjectError
        return key

    def secret(self, key_id: UUID) -> bytes:
        """Of any key here, a wrapping one too. Raises KeyError."""
        wrapping = self._wrapping.get(str(key_id))
        return (wrapping or self.by_id[key_id]).secret

    def has(self, purpose: Purpose, subject_id: UUID | None = None) -> bool:
        return (purpose, subject_id) in self._current

    def every(self, purpose: Purpose) -> list[Key]:
        """All generations that still open, the newest first."""
        return [self.by_id[row.id] for row in self._rows if row.purpose == purpose]


def keyring_for(subject_ids: Collection[UUID | None] = ()) -> Keyring:
    """The tenant's keys and those of `subject_ids`, made where missing. One statement."""
    wanted = [(purpose, None) for purpose in OF_THE_TENANT] + [
        (purpose, subject_id)
        for subject_id in sorted(set(subject_ids), key=str)
        for purpose in OF_A_SUBJECT
    ]
    named = [subject_id for subject_id in subject_ids if subject_id is not None]
    keyring = Keyring(_rows(OF_SUBJECTS, named))
    missing = [key for key in wanted if not keyring.has(*key)]
    if not missing:
        return keyring
    _make(missing)
    return Keyring(_rows(OF_SUBJECTS, named))


def trace_keys(subject_ids: Collection[UUID | None]) -> dict[UUID | None, Key]:
    """What seals spans about each now, where it was made. One statement."""
    named = [subject_id for subject_id in subject_ids if subject_id is not None]
    keyring = Keyring(_rows(FOR_TRACES, named))
    return {
        subject_id: keyring.current(Purpose.TRACE, subject_id)
        for subject_id in set(subject_ids)
        if keyring.has(Purpose.TRACE, subject_id)
    }


def make_trace_keys(subject_ids: Collection[UUID | None]) -> list[DataKey]:
    """The first key of each; none of a subject who was erased. Returns those made."""
    erased = DataKey.objects.filter(subject_id__in=subject_ids, destroyed_reason=ERASED)
    wanted = set(subject_ids) - set(erased.values_list("subject_id", flat=True))
    return _make((Purpose.TRACE, subject_id) for subject_id in sorted(wanted, key=str))


def log_keys() -> list[Key]:
    """What signs the tenant's audit log now, and what did before; none before the first use."""
    return Keyring(_rows(FOR_LOG)).every(Purpose.LOG)


def make_log_key() -> None:
    """The first; in the transaction of its event."""
    _make([(Purpose.LOG, None)])


def key_for(purpose: Purpose, subject_id: UUID | None = None) -> Key | None:
    """The one of a purpose that is loaded by itself; None where there is none that opens."""
    rows = fetch(FOR_ONE, [current_tenant_id(), purpose, subject_id])
    keyring = Keyring(Wrapped(*row) for row in rows)
    return keyring.current(purpose, subject_id) if keyring.has(purpose, subject_id) else None


def make_key_for(purpose: Purpose, subject_id: UUID | None = None) -> Key:
    """In the transaction of its event. Raises ErasedSubjectError where it was destroyed."""
    _make([(purpose, subject_id)])
    key = key_for(purpose, subject_id)
    if key is None:
        raise ErasedSubjectError
    return key


def standing_keys(purpose: Purpose) -> list[Key]:
    """All of the tenant that open, the newest first. Reading makes no key."""
    return Keyring(_rows(OF_SUBJECTS, [])).every(purpose)


def opening_keys(key_ids: Collection[UUID]) -> dict[UUID, Key]:
    """Those of `key_ids` that still open, by id. One statement."""
    return Keyring(_rows(BY_ID, list(key_ids))).by_id


def wrapping_keys() -> dict[UUID, Key]:
    """Those of the tenant that still open, by id. One statement."""
    return Keyring(_rows(BY_ID, [])).every_wrapping


def _rows(statement: str, *ids: Sequence[UUID]) -> list[Wrapped]:
    return [Wrapped(*row) for row in fetch(statement, [current_tenant_id(), *ids])]


def make_successors(keys: Sequence[DataKey]) -> list[DataKey]:
    """The next generation of each; they seal from their commit on."""
    wrapping = Keyring(_rows(BY_ID, [])).wrapping
    successors = [
        DataKey(purpose=key.purpose, subject_id=key.subject_id, generation=key.generation + 1)
        for key in keys
    ]
    for row in successors:
        wrap(row, new_key(), wrapping=wrapping)
    DataKey.objects.bulk_create(successors)
    return successors


def rewrap(rows: Sequence[DataKey]) -> None:
    """Wraps keys by what wraps now; the rows are not saved."""
    keyring = Keyring(_rows(BY_ID, [row.id for row in rows]))
    for row in rows:
        wrap(row, keyring.secret(row.id), wrapping=keyring.wrapping)


def wrap(row: DataKey, secret: bytes, *, wrapping: Key | None) -> None:
    """The root wraps wrapping keys, and the newest of those wraps the others."""
    if row.purpose == Purpose.WRAP:
        root = root_keys()
        row.wrapped, row.wrapped_by = root.wrap(secret, row.associated), root.current
        return
    if wrapping is None:
        raise RuntimeError(f"The wrapping key of tenant {current_tenant_id()} is destroyed.")
    row.wrapped, row.wrapped_by = seal(wrapping.secret, secret, row.associated), str(wrapping.id)


def _make(wanted: Iterable[tuple[Purpose, UUID | None]]) -> list[DataKey]:
    """Makes keys that are missing. Of two first writers the second takes the first one's."""
    wrapping = Keyring(_rows(BY_ID, [])).wrapping
    if wrapping is None:
        first = DataKey(purpose=Purpose.WRAP)
        wrap(first, new_key(), wrapping=None)
        DataKey.objects.bulk_create([first], ignore_conflicts=True)
        wrapping = Keyring(_rows(BY_ID, [])).wrapping
    rows = [DataKey(purpose=purpose, subject_id=subject_id) for purpose, subject_id in wanted]
    for row in rows:
        wrap(row, new_key(), wrapping=wrapping)
    DataKey.objects.bulk_create(rows, ignore_conflicts=True)
    return list(DataKey.objects.filter(id__in=[row.id for row in rows]))


def _associated(row: Wrapped, tenant_id: UUID) -> bytes:
    return associated_data(tenant_id, row.id, row.purpose, row.subject_id, row.generation)


def _by_root(row: Wrapped, tenant_id: UUID) -> bytes:
    return _unwrap_by_root(row.wrapped, _associated(row, tenant_id), row.wrapped_by)


# A key management service answers in milliseconds, and each request needs the same few keys.
@lru_cache(maxsize=1_000)
def _unwrap_by_root(wrapped: bytes, associated: bytes, root: str) -> bytes:
    return root_keys().unwrap(wrapped, associated, root=root)


@lru_cache(maxsize=20_000)
def _unwrap(wrapping: bytes, wrapped: bytes, associated: bytes) -> bytes:
    return unseal(wrapping, wrapped, associated)
