"""What becomes of acknowledged spans while web, gRPC and the database are killed (kill -9) in turn.

Five senders go on without pause, over HTTP and gRPC, into runs they share. A round kills one victim
at a random moment and waits until every sender is acknowledged again. In the end each acknowledged
span must be stored once, no batch by halves, and runs, minutes, memory accesses and contents must
say what the spans say. MNEMOSCOPE_BENCH_ROUNDS says how many rounds (20).
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from benchmarks import killing
from benchmarks.killing import Find, children_of, in_turn, kill_in_turn
from benchmarks.span_senders import AGENT, Batch, Sender, sending
from benchmarks.table import Table
from tests.instance import Instance, running_instance

ROUNDS = 20

SENT = "CREATE TEMP TABLE sent (batch int, is_acknowledged bool, trace_id bytea, span_id bytea)"
STORED = (
    """CREATE TEMP TABLE stored AS
    SELECT s.batch, s.is_acknowledged, count(x.span_id) AS times
    FROM sent s LEFT JOIN audit_span x USING (trace_id, span_id)
    GROUP BY s.batch, s.is_acknowledged, s.trace_id, s.span_id""",
    "CREATE TEMP TABLE load_span AS SELECT * FROM audit_span WHERE agent = %(agent)s",
    "ANALYZE load_span",
)
# Each counts what must not be.
CHECKS = {
    "acknowledged spans lost": "SELECT count(*) FROM stored WHERE is_acknowledged AND times = 0",
    "spans stored twice": "SELECT count(*) FROM stored WHERE times > 1",
    "batches stored by halves": """
        SELECT count(*) FROM (SELECT FROM stored GROUP BY batch
        HAVING min(least(times, 1)) < max(least(times, 1)))""",
    "runs that count other than their spans": """
        SELECT count(*) FROM audit_run r LEFT JOIN (
          SELECT run_id, count(*) AS spans, count(*) FILTER (WHERE status = 'error') AS errors,
            sum(input_tokens) AS tokens, count(*) FILTER (WHERE op = 'memory_read') AS reads
          FROM load_span GROUP BY run_id) x ON x.run_id = r.id
        WHERE r.key LIKE 'load-%%' AND
          (r.span_count, r.error_count, r.input_tokens, r.memory_reads, r.open_spans, r.open_traces)
          IS DISTINCT FROM (x.spans, x.errors, x.tokens, x.reads, 0, 0)""",
    "spans that no run counts": """
        SELECT count(*) FROM load_span x WHERE NOT EXISTS (
          SELECT FROM audit_run r WHERE r.id = x.run_id AND r.key LIKE 'load-%%')""",
    "spans that minutes count too many or too few": """
        SELECT abs((SELECT count(*) FROM load_span)
          - (SELECT coalesce(sum(span_count), 0) FROM audit_agentminute
             WHERE agent = %(agent)s))""",
    "memory accesses too many or too few": """
        SELECT abs((SELECT count(*) FROM load_span WHERE op = 'memory_read')
          - (SELECT count(*) FROM audit_memoryaccess a
             JOIN load_span USING (trace_id, span_id)))""",
    "spans without their content": """
        SELECT count(*) FROM load_span x WHERE NOT EXISTS (
          SELECT FROM audit_spancontent c WHERE c.id = x.block_id AND c.tenant_id = x.tenant_id)""",
}


def victims(instance: Instance) -> dict[str, Find]:
    return {**killing.victims(instance), "gRPC": lambda: children_of(instance, "otlp_grpc")}


@dataclass(slots=True)
class Ordeal:
    senders: list[Sender]
    recoveries: dict[str, list[float]]  # seconds by victim
    seconds: float = 0


def undergo(instance: Instance, order: list[str]) -> Ordeal:
    """Kills in this order. Raises RuntimeError when a victim is missing or stays away."""
    began = time.monotonic()
    with sending(instance) as senders:
        ordeal = Ordeal(senders, kill_in_turn(victims(instance), order, senders))
    ordeal.seconds = time.monotonic() - began
    return ordeal


def measure(instance: Instance, order: list[str]) -> Table:
    """Raises RuntimeError when something was lost, doubled or miscounted."""
    ordeal = undergo(instance, order)
    table = Table(f"{len(order)} kills under load", "nothing may be lost, doubled or miscounted")
    for victim, taken in ordeal.recoveries.items():
        table.add(f"killed: {victim}", len(taken), "times")
        table.add("  until every sender is acknowledged again, longest", max(taken), "s")
    spans = sum(len(batch.spans) for sender in ordeal.senders for batch in sender.acknowledged)
    table.add("spans acknowledged", spans, "")
    table.add("spans acknowledged, downtime included", spans / ordeal.seconds, "spans/s")
    table.add("batches sent again", sum(sender.repeats for sender in ordeal.senders), "")
    wrong = [answer for sender in ordeal.senders for answer in sender.wrong]
    table.add("answers that make a sender drop its batch", len(wrong), "", 0)
    for what, count in check(instance, ordeal.senders).items():
        table.add(what, count, "", 0)
    if any(row.figure for row in table.rows if row.floor is not None):
        raise RuntimeError(f"{table}\n\n" + "\n".join(wrong[:10]))
    return table


def check(instance: Instance, senders: list[Sender]) -> dict[str, int]:
    """How often each of CHECKS does not hold."""
    rows = [
        (number, is_acknowledged, trace_id, span_id)
        for number, (batch, is_acknowledged) in enumerate(_batches(senders))
        for trace_id, span_id in batch.spans
    ]
    counts = {}
    with psycopg.connect(instance.admin_dsn, dbname="mnemoscope") as database:
        # One moment for all: what nobody waits for any more may still be committed.
        database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        database.execute(SENT)
        with database.cursor() as cursor, cursor.copy("COPY sent FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        for statement in STORED:
            database.execute(statement, {"agent": AGENT})
        for what, query in CHECKS.items():
            [(count,)] = database.execute(query, {"agent": AGENT}).fetchall()
            counts[what] = int(count)
    return counts


def _batches(senders: list[Sender]) -> Iterator[tuple[Batch, bool]]:
    for sender in senders:
        yield from ((batch, True) for batch in sender.acknowledged)
        yield from ((batch, False) for batch in sender.unanswered)


def main() -> Table:
    """Raises RuntimeError when something was lost, doubled or miscounted."""
    with running_instance(grpc=True) as instance:
        rounds = int(os.environ.get("MNEMOSCOPE_BENCH_ROUNDS", ROUNDS))
        return measure(instance, in_turn([*victims(instance)], rounds))
