"""Day partitions of the tables that grow with every trace, made ahead and when first needed.

The app role may not create tables, so it asks a function of the owner's that makes the partitions
of one day, near today, and nothing else (`audit_make_day`, migration 0002). A row of a day that
has no partition lies in the default partition, and moves when its day is made: a clock that is
years off must neither be refused nor make a partition.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Any

from django.db import connection, transaction
from django.db.migrations.operations.models import CreateModel
from django.db.utils import DataError, OperationalError
from typing_extensions import override

from console.platform.clock import now

# What audit_make_day accepts, so that nobody fills the catalog with partitions of empty days.
OLDEST_DAYS = 30
NEWEST_DAYS = 14
NANOSECONDS_PER_DAY = 86_400 * 10**9

LOCK_NOT_AVAILABLE = "55P03"

_made: set[date] = set()
_lock = Lock()


class CreatePartitionedModel(CreateModel):
    """CreateModel with PARTITION BY RANGE on one timestamp, and its default partition.

    A partition is not reached but through its parent: row security on, forced, without a policy
    of its own, and no privilege.
    """

    partition_by = ""

    @override
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE ({self.partition_by})"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            schema_editor.sql_create_table = plain
        table = f"{app_label}_{self.name_lower}"
        for statement in (
            f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT",
            f"ALTER TABLE {table}_default ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table}_default FORCE ROW LEVEL SECURITY",
            f"REVOKE ALL ON {table}_default FROM PUBLIC, mnemoscope_app, mnemoscope_readonly",
        ):
            schema_editor.execute(statement)


def partitioned(column: str, operation: CreatePartitionedModel) -> CreatePartitionedModel:
    operation.partition_by = column
    return operation


def ensure_partitions(*, days_back: int = 2, days_ahead: int = 7) -> int:
    """Makes the partitions around today; how many days were new. For beat and for `up`."""
    today = now().date()
    return _make(today + timedelta(days=n) for n in range(-days_back, days_ahead + 1))


def ensure_days_of(start_times_ns: Iterable[int]) -> None:
    """Makes the partitions these Unix times fall into, as far as they are near today.

    Call it outside a tenant scope: it takes a transaction and locks of its own.
    """
    day_numbers = {ns // NANOSECONDS_PER_DAY for ns in start_times_ns}
    today = now().date()
    first, last = today - timedelta(days=OLDEST_DAYS), today + timedelta(days=NEWEST_DAYS)
    epoch = datetime.fromtimestamp(0, UTC).date()
    near = range((first - epoch).days, (last - epoch).days + 1)
    _make(epoch + timedelta(days=number) for number in day_numbers if number in near)


def _make(days: Iterable[date]) -> int:
    missing = sorted(set(days) - _made)
    made = 0
    for day in missing:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT audit_make_day(%s)", [day])
                made += cursor.fetchone()[0]
        except DataError:
            continue  # The database's clock disagrees with ours: the default partition takes it.
        except OperationalError as error:
            # Busy: the day's rows lie in the default partition until the next one asks.
            if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            continue
        with _lock:
            _made.add(day)
    return made
