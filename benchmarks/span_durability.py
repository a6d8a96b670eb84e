"""What becomes of acknowledged spans while web, gRPC and the database are killed (kill -9) in turn.

Five senders go on without pause, over HTTP and gRPC, into runs they share. A round kills one victim
at a random moment and waits until every sender is acknowledged again. In the end each acknowledged
span must be stored once, no batch by halves, and runs, minutes, memory accesses and contents must
say what the spans say. MNEMOSCOPE_BENCH_ROUNDS says how many rounds (20).
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil
import psycopg

from benchmarks.span_senders import AGENT, Batch, Sender, sending
from benchmarks.table import Table
from console.runtime.ending import signal_all
from tests.instance import Instance, running_instance

ROUNDS = 20
UNDER_LOAD = 3  # batches each sender is acknowledged before a kill, and after
LONGEST_MOMENT = 0.5
RECOVERS_WITHIN = 240  # on cores shared with all the rest
KILL = 9

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


def victims(instance: Instance) -> dict[str, Callable[[], list[psutil.Process]]]:
    def named(text: str) -> list[psutil.Process]:
        children = psutil.Process(instance.pid).children(recursive=True)
        return [child for child in children if text in _command(child)]

    def workers() -> list[psutil.Process]:
        return [p for p in named("granian") if "granian" in _command(p.parent())]

    return {
        "a worker of web": lambda: one_of(workers()),
        # Its workers outlive it, and hold its port, until the supervisor ends them.
        "web's first process": lambda: [p for p in named("granian") if p not in workers()],
        "gRPC": lambda: named("otlp_grpc"),
        "a session of PostgreSQL": lambda: one_of(named("postgres: mnemoscope_app")),
        "PostgreSQL's first process": lambda: [
            p for p in named("bin/postgres") if "-D" in _command(p)
        ],
        "all of PostgreSQL": lambda: named("postgres"),
    }


def one_of(processes: list[psutil.Process]) -> list[psutil.Process]:
    return random.sample(processes, min(1, len(processes)))


def _command(process: psutil.Process | None) -> str:
    try:
        return " ".join(process.cmdline()) if process else ""
    except psutil.Error:
        return ""


def in_turn(names: list[str], rounds: int) -> list[str]:
    """Each as often as the others, in an order nobody knows."""
    turns = (random.sample(names, len(names)) for _ in range(0, rounds, len(names)))
    return [name for turn in turns for name in turn][:rounds]


def await_acknowledgements(senders: list[Sender], count: int) -> None:
    """Raises RuntimeError when a sender is not acknowledged so many batches more in time."""
    goals = [(sender, len(sender.acknowledged) + count) for sender in senders]
    deadline = time.monotonic() + RECOVERS_WITHIN
    for sender, goal in goals:
        while len(sender.acknowledged) < goal and not sender.wrong:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{sender.name} was not acknowledged in {RECOVERS_WITHIN} s.")
            time.sleep(0.01)


@dataclass(slots=True)
class Ordeal:
    senders: list[Sender]
    recoveries: dict[str, list[float]]  # seconds by victim
    seconds: float = 0


def undergo(instance: Instance, order: list[str]) -> Ordeal:
    """Kills in this order. Raises RuntimeError when a victim is missing or stays away."""
    found = victims(instance)
    began = time.monotonic()
    with sending(instance) as senders:
        ordeal = Ordeal(senders, {victim: [] for victim in order})
        for victim in order:
            await_acknowledgements(senders, UNDER_LOAD)
            time.sleep(random.uniform(0, LONGEST_MOMENT))  # noqa: S311 - no secret
            processes = found[victim]()
            signal_all(processes, KILL)
            if not processes:
                raise RuntimeError(f"Nothing to kill of {victim}.")
            at = time.monotonic()
            await_acknowledgements(senders, UNDER_LOAD)
            ordeal.recoveries[victim].append(time.monotonic() - at)
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
