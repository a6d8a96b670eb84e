"""A subject's name as it is kept: a keyed hash to recognise it by, and the name under its key."""

from uuid import UUID

from console.keys.keyring import Key, Keyring
from console.keys.models import Purpose
from console.platform.crypto.envelope import seal, unseal
from memory.models import SubjectName
from memory.screening.names import hash_of_name


def set_name(row: SubjectName, name: str, *, keyring: Keyring) -> None:
    """Under the keys in use now; the row is not saved. Raises InvalidInputError."""
    index = keyring.current(Purpose.INDEX)
    content = keyring.current(Purpose.CONTENT, row.subject_id)
    row.name_hash = hash_of_name(name, index.secret)
    row.key_generation = index.generation
    row.key_id = content.id
    row.sealed = seal(content.secret, name.encode(), _identity(row, content.id))


def open_name(row: SubjectName, *, key: Key) -> str:
    """Raises SealBrokenError."""
    return unseal(key.secret, bytes(row.sealed), _identity(row, key.id)).decode()


def _identity(row: SubjectName, key_id: UUID) -> bytes:
    return f"name|{row.tenant_id}|{row.subject_id}|{row.id}|{key_id}".encode()
