"""Which rules screen now: a digest that changes when any of them does."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

HERE = Path(__file__).parent
COMPILED = {".pyc", ".pyo"}


@cache
def rules_digest() -> bytes:
    """SHA-256 over the detectors, what they have learnt, and the settings they obey; 32 bytes."""
    digest = sha256("|".join(sorted(settings.MEMORY_PROTECTED_KEYS)).encode())
    for path in sorted(HERE.rglob("*")):
        if path.is_file() and path.suffix not in COMPILED:
            digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.digest()
