"""Writing and recalling memories over HTTP, beside the same rows by raw SQL on the same server.

The floor stores a text and a vector in one table and searches it exactly: no screening, no
versions, no audit, no tenants. Embedding is inside both.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import httpx
import psycopg

from benchmarks.table import Table, percentile
from memory.retrieval.embedding import embedding_provider
from tests.instance import Instance, running_instance

CLIENTS = 4
SINGLE_WRITES = 400
BATCHES = 10
BATCH = 100
RECALLS = 200
SUBJECTS = 100

THINGS = (
    "an invoice",
    "a parcel",
    "a refund",
    "a password",
    "a delivery",
    "a contract",
    "an offer",
)
WAYS = ("by e-mail", "by phone", "in German", "before noon", "on Fridays", "without delay")
FLOOR_TABLE = """
CREATE TABLE floor (id bigserial PRIMARY KEY, subject text, content text, embedding vector(256));
CREATE INDEX ON floor (subject);
CREATE INDEX ON floor USING gin (to_tsvector('english', content));
"""
FLOOR_WRITE = "INSERT INTO floor (subject, content, embedding) VALUES (%s, %s, %s)"
FLOOR_RECALL = """
SELECT id, content FROM floor WHERE subject = %s
ORDER BY embedding <=> %s::vector LIMIT 10
"""


def memories() -> Iterator[dict[str, object]]:
    for number, (thing, way) in enumerate(
        zip(cycle(THINGS), cycle(WAYS[::-1] + WAYS), strict=False)
    ):
        ticket = number * 7919 % 9973
        yield {
            "content": f"Customer {number} asked about {thing} {way}; ticket {ticket}.",
            "subject": f"customer-{number % SUBJECTS}",
            "confidence": 0.9,
        }


def rate(work: Callable[[dict[str, object]], object], items: list[dict[str, object]]) -> float:
    """Items per second, by CLIENTS threads."""
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, items))
    return len(items) / (time.perf_counter() - started)


def vector_text(text: str) -> str:
    return str(embedding_provider().embed([text])[0].tolist())


def measure(instance: Instance) -> Table:
    table = Table("Memories over HTTP", "one table by raw SQL, same texts, same embedding")
    headers = {"Authorization": f"Bearer {instance.demo['agent_key']}"}
    source = memories()
    with (
        httpx.Client(base_url=f"{instance.url}/api/v1", headers=headers, timeout=60) as api,
        psycopg.connect(instance.admin_dsn, dbname="mnemoscope", autocommit=True) as floor,
    ):
        floor.execute(FLOOR_TABLE)

        def write(memory: dict[str, object]) -> None:
            api.post("/memories", json=memory).raise_for_status()

        def floor_write(memory: dict[str, object]) -> None:
            content = str(memory["content"])
            floor.execute(FLOOR_WRITE, [memory["subject"], content, vector_text(content)])

        singles = list(islice(source, SINGLE_WRITES))
        table.add("single writes", rate(write, singles), "/s", rate(floor_write, singles))

        batches = [{"memories": list(islice(source, BATCH))} for _ in range(BATCHES)]
        started = time.perf_counter()
        for batch in batches:
            api.post("/memories/batch", json=batch).raise_for_status()
        batched = BATCHES * BATCH / (time.perf_counter() - started)
        started = time.perf_counter()
        for batch in batches:
            with floor.transaction():
                for memory in batch["memories"]:
                    floor_write(memory)
        in_transactions = BATCHES * BATCH / (time.perf_counter() - started)
        table.add(f"writes in batches of {BATCH}", batched, "/s", in_transactions)

        ours: list[float] = []
        theirs: list[float] = []
        for number in range(RECALLS):
            subject, query = f"customer-{number % SUBJECTS}", f"what about {THINGS[number % 7]}"
            started = time.perf_counter()
            answer = api.post("/recall", json={"query": query, "subject": subject})
            ours.append((time.perf_counter() - started) * 1000)
            if not answer.json()["results"]:
                raise RuntimeError("A recall found nothing: the figures below would mean nothing.")
            started = time.perf_counter()
            floor.execute(FLOOR_RECALL, [subject, vector_text(query)]).fetchall()
            theirs.append((time.perf_counter() - started) * 1000)
        for share in (50, 95):
            table.add(f"recall, p{share}", percentile(ours, share), "ms", percentile(theirs, share))
    return table


def main() -> Table:
    with running_instance() as instance:
        return measure(instance)
