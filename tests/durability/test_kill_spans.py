"""Somebody pulls the plug while traces come in: `benchmarks/span_durability.py`, in short."""

import psycopg
import pytest

from benchmarks.span_durability import CHECKS, check, undergo
from tests.instance import Instance, running_instance

pytestmark = pytest.mark.slow
VICTIMS = ["a worker of web", "gRPC", "a session of PostgreSQL"]
LOSS = "DELETE FROM audit_span WHERE trace_id = %s AND span_id = %s"
TWIN = """
CREATE TEMP TABLE twin AS SELECT * FROM audit_span WHERE trace_id = %s AND span_id = %s;
UPDATE twin SET start_time = start_time + interval '1 microsecond';
INSERT INTO audit_span SELECT * FROM twin;
"""


def test_whatever_is_killed_no_acknowledged_span_is_lost_or_doubled():
    with running_instance(grpc=True) as instance:
        ordeal = undergo(instance, VICTIMS)
        assert [sender.wrong for sender in ordeal.senders] == [[]] * len(ordeal.senders)
        assert all(sender.acknowledged for sender in ordeal.senders)
        assert sum(sender.repeats for sender in ordeal.senders), "nothing was killed in time"
        assert check(instance, ordeal.senders) == dict.fromkeys(CHECKS, 0)

        # The check sees what it is there to see.
        (first, *_), *_ = (sender.acknowledged for sender in ordeal.senders)
        damage(instance, LOSS, first.spans[0])
        found = check(instance, ordeal.senders)
        assert found["acknowledged spans lost"] == found["batches stored by halves"] == 1
        assert found["runs that count other than their spans"] == 1
        damage(instance, TWIN, first.spans[1])
        assert check(instance, ordeal.senders)["spans stored twice"] == 1


def damage(instance: Instance, statements: str, span: tuple[bytes, bytes]) -> None:
    with psycopg.connect(instance.admin_dsn, dbname="mnemoscope", autocommit=True) as database:
        cursor = psycopg.ClientCursor(database)
        cursor.execute(statements, span)
