"""How fast a recall over HTTP is, and whether its dense half finds what is nearest.

One client asks about one of a hundred subjects, as agents do, and then about all. Beside it the
same texts in LangGraph's PostgresStore on the same server, searched in process with the same
embedding. MNEMOSCOPE_BENCH_SIZES names other sizes, such as `10000`.
"""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any

import httpx
import psycopg
from langgraph.store.base import PutOp
from langgraph.store.postgres import PostgresStore
from psycopg.rows import dict_row

from benchmarks.corpus import questions, sentences
from benchmarks.table import Table, percentile
from memory.retrieval.embedding import embedding_provider
from tests.instance import Instance, running_instance

SIZES = [int(size) for size in os.environ.get("MNEMOSCOPE_BENCH_SIZES", "10000,100000").split(",")]
SUBJECTS = 100
BATCH = 100
CLIENTS = 4
RECALLS = 300
WARM_UP = 30
TOP = 10
FLOOR_DATABASE = "floor"

Search = Callable[[str, str], int]  # of a question and a subject; how many it found


def remember(api: httpx.Client, first: int, texts: list[str]) -> None:
    """`first` is the number of the first text: subjects take turns. Raises RuntimeError."""
    memories = [
        {"content": text, "subject": f"customer-{(first + number) % SUBJECTS}"}
        for number, text in enumerate(texts)
    ]
    answer = api.post("/memories/batch", json={"memories": memories}).raise_for_status()
    if any(result["state"] != "active" for result in answer.json()["results"]):
        raise RuntimeError("A memory was held back: the figures would be of fewer.")


def fill(api: httpx.Client, size: int) -> None:
    source = sentences()
    chunks = [(first, list(islice(source, BATCH))) for first in range(0, size, BATCH)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda chunk: remember(api, *chunk), chunks))


def timings(search: Search, *, subject: bool) -> list[float]:
    """Milliseconds each. Raises RuntimeError when an answer has too few."""
    taken = []
    for number, question in enumerate(islice(questions(), RECALLS + WARM_UP)):
        about = f"customer-{number % SUBJECTS}" if subject else ""
        started = time.perf_counter()
        found = search(question, about)
        taken.append((time.perf_counter() - started) * 1000)
        if found != TOP:
            raise RuntimeError(f"{found} of {TOP} found.")
    return taken[WARM_UP:]


def over_http(api: httpx.Client) -> Search:
    def search(question: str, subject: str) -> int:
        body = {"query": question, "top_k": TOP} | ({"subject": subject} if subject else {})
        return len(api.post("/recall", json=body).raise_for_status().json()["results"])

    return search


@contextmanager
def langgraph(dsn: str, size: int) -> Iterator[Search]:
    """Its search returns what it finds, however few: TOP is claimed so that it can be timed."""

    def embed(texts: Any) -> list[list[float]]:
        vectors: list[list[float]] = embedding_provider().embed(list(texts)).tolist()
        return vectors

    with psycopg.connect(dsn, dbname="postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {FLOOR_DATABASE}")
        admin.execute(f"CREATE DATABASE {FLOOR_DATABASE}")
    connection = psycopg.connect(
        dsn, dbname=FLOOR_DATABASE, autocommit=True, prepare_threshold=0, row_factory=dict_row
    )
    with connection:
        store = PostgresStore(connection, index={"dims": 256, "embed": embed, "fields": ["text"]})
        store.setup()
        source = sentences()
        for first in range(0, size, BATCH):
            store.batch(
                [
                    PutOp(
                        ("memories", f"customer-{number % SUBJECTS}"), str(number), {"text": text}
                    )
                    for number, text in enumerate(islice(source, BATCH), first)
                ]
            )

        def search(question: str, subject: str) -> int:
            prefix = ("memories", subject) if subject else ("memories",)
            store.search(prefix, query=question, limit=TOP)
            return TOP

        yield search


def measure(instance: Instance, size: int) -> Table:
    table = Table(
        f"Recall among {size:,} memories of {SUBJECTS} subjects",
        "LangGraph's PostgresStore in process, same server, same embedding",
    )
    headers = {"Authorization": f"Bearer {instance.demo['agent_key']}"}
    with httpx.Client(base_url=f"{instance.url}/api/v1", headers=headers, timeout=120) as api:
        fill(api, size)
        with langgraph(instance.admin_dsn, size) as floor:
            for what, subject in (("about one subject", True), ("about all", False)):
                ours = timings(over_http(api), subject=subject)
                theirs = timings(floor, subject=subject)
                for share in (50, 95):
                    figures = percentile(ours, share), "ms", percentile(theirs, share)
                    table.add(f"{what}, p{share}", *figures)
                rates = 1000 * len(ours) / sum(ours), "/s", 1000 * len(theirs) / sum(theirs)
                table.add(f"{what}, one client", *rates)
    return table


def main() -> list[Table]:
    tables = []
    for size in SIZES:
        with running_instance() as instance:
            tables.append(measure(instance, size))
    return tables
