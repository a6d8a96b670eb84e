"""Memories written over HTTP, beside LangGraph's PostgresStore in process on the same server.

Ours are screened, ruled on, sealed, versioned, audited and embedded, and cross HTTP. The floor
stores a JSON value and a vector by the same embedding: no tenants, screening, history or audit.
"""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count, cycle, islice
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from langgraph.store.base import PutOp
from langgraph.store.postgres import PostgresStore
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from benchmarks.table import Table
from memory.retrieval.embedding import DIMENSIONS, embedding_provider
from tests.instance import Instance, running_instance

CLIENTS = 4
ROUNDS = 3
SINGLES = 400
BATCHES = 12
BATCH = 100
SUBJECTS = 100

THINGS = ("an invoice", "a parcel", "a refund", "a delivery", "a contract", "an offer")
WAYS = ("by e-mail", "by phone", "in German", "before noon", "on Fridays", "without delay", "soon")
STORED = "SELECT count(*) FROM memory_memory WHERE state = 'active'"
LANGGRAPH = "CREATE DATABASE langgraph"

Document = dict[str, Any]


def memories() -> Iterator[Document]:
    for number, thing, way in zip(count(), cycle(THINGS), cycle(WAYS), strict=False):
        code = number * 7919 % 99991
        yield {
            "content": f"Customer {number} asked about {thing} {way}; their order was {code}.",
            "subject": f"customer-{number % SUBJECTS}",
            "confidence": 0.9,
        }


class Sender:
    """One client: a connection that stays open."""

    def __init__(self, instance: Instance) -> None:
        address = urlsplit(instance.url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port)
        self._headers = {
            "Authorization": f"Bearer {instance.demo['agent_key']}",
            "Content-Type": "application/json",
        }

    def post(self, path: str, body: Document) -> Document:
        self._connection.request("POST", path, json.dumps(body), self._headers)
        response = self._connection.getresponse()
        answer: Document = json.loads(response.read())
        if response.status not in {200, 201}:
            raise RuntimeError(f"{path} answered {response.status}: {answer}")
        return answer

    def write(self, memory: Document) -> None:
        self.post("/api/v1/memories", memory)

    def write_batch(self, batch: Sequence[Document]) -> None:
        answer = self.post("/api/v1/memories/batch", {"memories": list(batch)})
        if refused := [one for one in answer["results"] if one["status"] != 201]:  # noqa: PLR2004
            raise RuntimeError(f"Of a batch {len(refused)} were not written: {refused[0]}")


class Floor:
    """LangGraph's store with a vector index over the content, as its documentation sets it up."""

    def __init__(self, dsn: str) -> None:
        with psycopg.connect(dsn, dbname="postgres", autocommit=True) as server:
            server.execute(LANGGRAPH)
        self.pool: Any = ConnectionPool(
            dsn,
            min_size=CLIENTS,
            max_size=CLIENTS,
            kwargs={
                "dbname": "langgraph",
                "autocommit": True,
                "prepare_threshold": 0,
                "row_factory": dict_row,
            },
            open=True,
        )
        self.store = PostgresStore(
            self.pool,
            index={"dims": DIMENSIONS, "embed": _embed, "fields": ["content"]},
        )
        self.store.setup()

    def write(self, memory: Document) -> None:
        self.store.put(
            ("memories", memory["subject"]), str(uuid4()), {"content": memory["content"]}
        )

    def write_batch(self, batch: Sequence[Document]) -> None:
        self.store.batch(
            [
                PutOp(("memories", one["subject"]), str(uuid4()), {"content": one["content"]})
                for one in batch
            ]
        )


def _embed(texts: Sequence[str]) -> list[list[float]]:
    vectors: list[list[float]] = embedding_provider().embed(list(texts)).tolist()
    return vectors


def rate(works: Sequence[Callable[[Any], object]], items: Sequence[Any]) -> float:
    """Items per second, shared among one thread per client."""
    shares = [items[number :: len(works)] for number in range(len(works))]

    def run(work: Callable[[Any], object], share: Sequence[Any]) -> None:
        for item in share:
            work(item)

    started = time.perf_counter()
    with ThreadPoolExecutor(len(works)) as pool:
        list(pool.map(run, works, shares))
    return len(items) / (time.perf_counter() - started)


def measure(instance: Instance) -> Table:
    table = Table("Memories written over HTTP, 4 clients", "LangGraph's PostgresStore, in process")
    source, senders = memories(), [Sender(instance) for _ in range(CLIENTS)]
    floor = Floor(instance.admin_dsn)
    singles: list[tuple[float, float]] = []
    batched: list[tuple[float, float]] = []
    rate([sender.write for sender in senders], list(islice(source, SINGLES)))  # warms up
    rate([floor.write] * CLIENTS, list(islice(source, SINGLES)))
    written = _stored(instance)
    for database in ("mnemoscope", "langgraph"):  # what autovacuum does some seconds later
        with psycopg.connect(instance.admin_dsn, dbname=database, autocommit=True) as server:
            server.execute("ANALYZE")
    # In turns, so that what else the machine does meets both.
    for _ in range(ROUNDS):
        ours = rate([sender.write for sender in senders], list(islice(source, SINGLES)))
        theirs = rate([floor.write] * CLIENTS, list(islice(source, SINGLES)))
        singles.append((ours, theirs))
    for _ in range(ROUNDS):
        batches = [list(islice(source, BATCH)) for _ in range(BATCHES)]
        ours = rate([sender.write_batch for sender in senders], batches) * BATCH
        theirs = rate([floor.write_batch] * CLIENTS, batches) * BATCH
        batched.append((ours, theirs))
    expected = ROUNDS * (SINGLES + BATCHES * BATCH)
    if (stored := _stored(instance) - written) != expected:
        raise RuntimeError(f"Of {expected} memories {stored} are in force.")
    floor.pool.close()
    for what, rounds in (("single writes", singles), (f"batches of {BATCH}", batched)):
        ours, theirs = (median(one) for one in zip(*rounds, strict=True))
        table.add(f"{what}, median of {ROUNDS} rounds", ours, "/s", theirs)
    return table


def _stored(instance: Instance) -> int:
    with psycopg.connect(instance.admin_dsn, dbname="mnemoscope") as database:
        row = database.execute(STORED).fetchone()
    return int(row[0]) if row else 0


def main() -> Table:
    with running_instance() as instance:
        return measure(instance)
