"""What a person, or with `--json` a program, sees of a start."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Progress:
    """`write` takes a finished line. Events in JSON: step, note, ready, failed, stopped."""

    def __init__(self, write: Callable[[str], object], *, as_json: bool) -> None:
        self._write = write
        self._as_json = as_json
        self.began = time.monotonic()

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        seconds = time.monotonic() - began
        self.tell("step", f"{label:<34} {seconds:6.1f} s", step=label, seconds=round(seconds, 3))

    def note(self, text: str) -> None:
        self.tell("note", text, detail=text)

    def tell(self, event: str, line: str, **fields: object) -> None:
        self._write(json.dumps({"event": event, **fields}) if self._as_json else line)

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.began, 1)
