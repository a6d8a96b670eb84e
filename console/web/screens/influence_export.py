"""An influence as a file."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

import orjson

from console.platform.cells import harmless
from memory.influence.export import COLUMNS

MEDIA_TYPES = {"lines": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
ENDINGS = {"lines": "jsonl", "csv": "csv"}


def document_of(rows: Iterable[dict[str, Any]], form: str) -> bytes:
    if form == "lines":
        return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    text = StringIO()
    writer = csv.writer(text)  # RFC 4180
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row.get(name)) for name in COLUMNS] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return harmless(value.isoformat() if hasattr(value, "isoformat") else value)
