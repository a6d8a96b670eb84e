"""Whole columns as PostgreSQL arrays in their binary form, for `INSERT … SELECT … FROM unnest(…)`.

COPY cannot write into a table with row security ("COPY FROM not supported with row-level
security"), and a staging table would need CREATE TEMP. One array per column keeps the speed of a
binary COPY (measured beside it: docs/adr) with one statement, ON CONFLICT and RETURNING.

Format: `array_recv` of PostgreSQL: dimensions, has-null flag, element type, then per dimension its
length and lower bound, then each element as length and bytes, length -1 for NULL.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg import adapters
from psycopg.abc import PyFormat
from psycopg.adapt import Dumper
from psycopg.pq import Format
from typing_extensions import override

NULL = struct.pack("!i", -1)
_HEADER = struct.Struct("!iiIii")
_LENGTH = struct.Struct("!i")
# PostgreSQL counts time in microseconds from 2000-01-01.
POSTGRES_EPOCH_MICROSECONDS = 946_684_800_000_000
POSTGRES_EPOCH_ORDINAL = date(2000, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Column:
    """An array ready for the wire, and the OID of its type."""

    oid: int
    payload: bytes


def _column(array_oid: int, element_oid: int, elements: Sequence[bytes], rows: int) -> Column:
    header = _HEADER.pack(1, 1, element_oid, rows, 1)
    return Column(array_oid, b"".join((header, *elements)))


def byteas(values: Sequence[bytes | None]) -> Column:
    return _column(1001, 17, [NULL if v is None else _varying(v) for v in values], len(values))


def texts(values: Sequence[str]) -> Column:
    """The same few texts fill most columns: each is encoded once."""
    known = {value: _varying(value.encode()) for value in set(values)}
    return _column(1009, 25, [known[value] for value in values], len(values))


def uuids(values: Sequence[UUID | None]) -> Column:
    known = {value: NULL if value is None else _varying(value.bytes) for value in set(values)}
    return _column(2951, 2950, [known[value] for value in values], len(values))


def dates(values: Sequence[date]) -> Column:
    return _days([value.toordinal() - POSTGRES_EPOCH_ORDINAL for value in values])


def _varying(raw: bytes) -> bytes:
    return _LENGTH.pack(len(raw)) + raw


def _fixed(array_oid: int, element_oid: int, code: str) -> Callable[[Sequence[Any]], Column]:
    element = struct.Struct("!i" + code)
    size = element.size - _LENGTH.size
    pack = element.pack

    def column(values: Sequence[Any]) -> Column:
        elements = [NULL if v is None else pack(size, v) for v in values]
        return _column(array_oid, element_oid, elements, len(values))

    return column


booleans = _fixed(1000, 16, "?")
smallints = _fixed(1005, 21, "h")
integers = _fixed(1007, 23, "i")
bigints = _fixed(1016, 20, "q")
doubles = _fixed(1022, 701, "d")
_instants = _fixed(1185, 1184, "q")
_days = _fixed(1182, 1082, "i")


def reals(values: NDArray[np.float32]) -> Column:
    """float4[] of all the values, row after row."""
    elements = np.empty(values.size, dtype=[("length", ">i4"), ("value", ">f4")])
    elements["length"], elements["value"] = 4, values.ravel()
    return _column(1021, 700, [elements.tobytes()], values.size)


def instants(unix_nanoseconds: Sequence[int | None]) -> Column:
    """timestamptz[] of Unix nanoseconds, cut to microseconds as PostgreSQL keeps them."""
    return _instants(
        [
            None if ns is None else ns // 1000 - POSTGRES_EPOCH_MICROSECONDS
            for ns in unix_nanoseconds
        ]
    )


def instant_ns(moment: datetime) -> int:
    """Unix nanoseconds of a moment, exactly: float seconds would lose the microseconds."""
    return (int(moment.timestamp()) * 1_000_000 + moment.microsecond) * 1000


class _ColumnDumper(Dumper):
    format = Format.BINARY

    @override
    def get_key(self, obj: Column, format: PyFormat) -> tuple[type, int]:  # type: ignore[override]
        return (Column, obj.oid)

    @override
    def upgrade(self, obj: Column, format: PyFormat) -> Dumper:
        dumper = _ColumnDumper(Column)
        dumper.oid = obj.oid
        return dumper

    @override
    def dump(self, obj: Column) -> bytes:
        return obj.payload


def teach() -> None:
    """Lets every connection from now on take Columns as parameters."""
    adapters.register_dumper(Column, _ColumnDumper)
