"""Public material a benchmark measures with. It is not shipped: absent, it is skipped."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"


class NoDataError(RuntimeError):
    """There is nothing to measure with at that place."""


def folder(given: str | None = None) -> Path:
    """`--data`, else MNEMOSCOPE_BENCH_DATA, else ../shared/data beside the project."""
    return Path(given or os.environ.get("MNEMOSCOPE_BENCH_DATA", "") or DEFAULT)


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a JSON Lines file. Texts in it are data. Raises NoDataError."""
    if not path.is_file():
        raise NoDataError(
            f"No data at {path}: say where with --data PATH or MNEMOSCOPE_BENCH_DATA."
        )
    with path.open("rb") as lines:
        yield from (orjson.loads(line) for line in lines if line.strip())
