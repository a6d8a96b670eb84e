"""Files of the data folder: private ones, and the logs of child processes."""

import os
from pathlib import Path
from typing import BinaryIO

KEPT_LOG_BYTES = 20 * 1024 * 1024
TAIL_BYTES = 16 * 1024


def write_private(path: Path, text: str) -> Path:
    """Writes a file that only its owner reads, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def append_to(log: Path) -> BinaryIO:
    """A log for a child to write to. Appending, so that `keep_short` may cut it meanwhile."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "wb")


def keep_short(log: Path) -> None:
    """Past its size, a log becomes `<name>.1` (the one before is dropped) and starts again."""
    try:
        if log.stat().st_size < KEPT_LOG_BYTES:
            return
    except FileNotFoundError:
        return
    write_private(log.with_name(f"{log.name}.1"), log.read_text(encoding="utf-8", errors="replace"))
    os.truncate(log, 0)


def tail(log: Path, lines: int = 15) -> list[str]:
    """The last lines that say something."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return [line.rstrip() for line in text.splitlines() if line.strip()][-lines:]


def last_line(log: Path, *, prefer: tuple[str, ...] = ()) -> str:
    """The last line, or rather the last that holds one of `prefer`."""
    found = tail(log)
    telling = [line for line in found if any(word in line for word in prefer)]
    return (telling or found or [""])[-1].strip()
