"""Who was erased, outside the database: a restored backup is older than some erasures.

One JSON line each in an append-only file beside the checkpoints. It holds no name: the subject's
pseudonym, and keyed hashes that only the tenant's own key tells anything by.
"""

import os
from collections.abc import Collection
from pathlib import Path
from uuid import UUID

import orjson
from django.conf import settings

from console.platform.clock import now
from console.tenancy.scope import current_tenant_id


def path_of(tenant_id: UUID) -> Path:
    return Path(settings.ANCHOR_DIR).expanduser() / f"{tenant_id}.erased.log"


def tell_erased(subject_id: UUID, digests: Collection[bytes]) -> None:
    """Of the tenant at hand. Returns once the disk has it; twice harms nothing. Raises OSError."""
    path = path_of(current_tenant_id())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = orjson.dumps(
        {"subject": subject_id, "digests": sorted(one.hex() for one in digests), "at": now()}
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def erased_subjects(tenant_id: UUID) -> dict[UUID, set[bytes]]:
    """The digests of each, in the order they were erased in.

    What a crash left of a line is passed over: that erasure was not begun, and is begun again.
    """
    path = path_of(tenant_id)
    erased: dict[UUID, set[bytes]] = {}
    if not path.exists():
        return erased
    with path.open("rb") as file:
        for line in file:
            try:
                said = orjson.loads(line)
                subject_id = UUID(said["subject"])
                digests = {bytes.fromhex(one) for one in said["digests"]}
            except (ValueError, KeyError, TypeError):
                continue
            erased.setdefault(subject_id, set()).update(digests)
    return erased
