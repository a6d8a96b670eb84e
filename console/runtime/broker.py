"""Kombu's filesystem transport, made safe for a reader and a writer at one moment.

Kombu writes a message in place, so that a worker may take it half written, and moves a taken one
through the machine's shared temporary folder. Here a message appears whole, by renaming, and never
leaves the broker's folder. A wake-up lost to a killed worker is found again by beat's sweeps.
"""

import contextlib
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads
from typing_extensions import override


class Channel(filesystem.Channel):
    """Messages are `<nanoseconds>_<uuid>.<queue>.msg`: sorted by name, the oldest comes first."""

    # Kombu's own signature, which differs from that of its base class.
    @override
    def _put(  # type: ignore[override]
        self, queue: str, payload: dict[str, Any], **kwargs: object
    ) -> None:
        name = f"{time.time_ns()}_{uuid.uuid4()}"
        draft = Path(self.data_folder_out) / f"{name}.draft"
        draft.write_text(dumps(payload), encoding="utf-8")
        draft.rename(draft.with_name(f"{name}.{queue}.msg"))

    @override
    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        for path in sorted(folder.glob(f"*.{queue}.msg")):
            taken = path.with_suffix(".taken")
            with contextlib.suppress(FileNotFoundError):  # another worker was faster
                path.rename(taken)
                payload = taken.read_text(encoding="utf-8")
                taken.unlink()
                return loads(payload)
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel
