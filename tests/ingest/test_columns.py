"""Columns arrive in PostgreSQL as what they were."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from audit.ingest import columns
from audit.ingest.columns import Column, instant_ns
from audit.ingest.statements import run

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 11, 21, 4, 5, 6, 789012, UTC)


@pytest.mark.parametrize(
    ("column", "kind", "values"),
    [
        (columns.texts(["", "é\n'\"\\", "{}"]), "text", ["", "é\n'\"\\", "{}"]),
        (columns.byteas([b"", None, b"\0\xff"]), "bytea", [b"", None, b"\0\xff"]),
        (columns.uuids([UUID(int=7), None]), "uuid", [UUID(int=7), None]),
        (columns.dates([date(1999, 12, 31)]), "date", [date(1999, 12, 31)]),
        (columns.booleans([True, False, None]), "bool", [True, False, None]),
        (columns.smallints([-1, None]), "int2", [-1, None]),
        (columns.integers([2**31 - 1, None]), "int4", [2**31 - 1, None]),
        (columns.bigints([-(2**63), None]), "int8", [-(2**63), None]),
        (columns.doubles([0.1, None]), "float8", [0.1, None]),
        (columns.instants([instant_ns(MOMENT), None]), "timestamptz", [MOMENT, None]),
        (columns.texts([]), "text", []),
    ],
)
def test_a_column_arrives_as_it_was(column: Column, kind: str, values: list[object]):
    assert [row[0] for row in run(f"SELECT unnest(%s::{kind}[])", [column])] == values
