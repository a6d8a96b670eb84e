"""Whether the search by meaning finds what an exact one would, in small tenants and large ones.

Tenants of different sizes share one table and one graph, under row security, as in production: an
index that knows nothing of tenants returns too few of them, and says nothing. Beside it the exact
answer: every embedding of the tenant, compared in numpy.
"""

from itertools import islice
from statistics import mean

import numpy as np
import psycopg

from benchmarks.corpus import questions, sentences
from benchmarks.database import DATABASE, embedded_database
from benchmarks.table import Table
from console.accounts.actor import Actor, system_actor
from console.administration import create_tenant
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from memory.actions import write_memories
from memory.models import RecallIndex
from memory.retrieval.asking import ask
from memory.retrieval.graph import settle
from memory.retrieval.query import RecallQuery
from memory.retrieval.rows import Numbers
from memory.retrieval.scope import scope_of
from memory.retrieval.search import find
from memory.writes import Write

SIZES = (100_000, 10_000, 1_000, 100)
BATCH = 500
SETTLED = 5_000
QUESTIONS = 100
TOP = 10
# Distances are computed in half precision on one side: what is as near counts as found.
AS_NEAR = 1e-4


def remember(size: int, *, seed: int) -> Actor:
    """A tenant of so many memories, whose index is settled. Raises RuntimeError."""
    tenant = create_tenant(slug=f"tenant-{size}", name=f"{size}")
    actor = system_actor(tenant.id, "benchmark")
    source = sentences(seed)
    for _ in range(0, size, BATCH):
        writes = [Write(content=text) for text in islice(source, min(BATCH, size))]
        with tenant_scope(tenant.id):
            write_memories(actor=actor, writes=writes)
    moved = 1
    while moved:
        with tenant_scope(tenant.id):
            moved = settle(SETTLED)
    with tenant_scope(tenant.id):
        if (stored := RecallIndex.objects.count()) != size:
            raise RuntimeError(f"Of {size} memories {stored} can be recalled.")
    return actor


def found_by_recall(asked_of: Actor) -> list[tuple[float, int]]:
    """Per question the share of the exact ten nearest among the ten found, and how many came."""
    shares = []
    rows = RecallIndex.objects.values_list("id", "embedding")
    ids, embeddings = zip(*rows, strict=True)
    matrix = np.array(embeddings, dtype=np.float64)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    place = {memory_id: number for number, memory_id in enumerate(ids)}
    for question in islice(questions(), QUESTIONS):
        query = RecallQuery(query=question, top_k=TOP)
        asked = ask(question, scope=scope_of(query, actor=asked_of), at=now())
        [vector] = asked.vectors.values()
        exact: Numbers = matrix @ (vector / np.linalg.norm(vector))
        nearest = np.partition(exact, -TOP)[-TOP]
        found = find(asked).rows
        best = np.argsort(-np.nan_to_num(found.similarity), kind="stable")[:TOP]
        near = [exact[place[found.id_of(int(row))]] >= nearest - AS_NEAR for row in best]
        shares.append((sum(near) / TOP, len(best)))
    return shares


def main() -> Table:
    table = Table("The ten nearest by meaning, under row security", "an exact search")
    with embedded_database() as server:
        actors = {size: remember(size, seed=size) for size in SIZES}
        with psycopg.connect(server.dsn(), dbname=DATABASE, autocommit=True) as database:
            database.execute("ANALYZE")
        for size, actor in sorted(actors.items()):
            with tenant_scope(actor.tenant_id):
                shares, came = zip(*found_by_recall(actor), strict=True)
            table.add(f"recall@10 in a tenant of {size:,}", 100 * mean(shares), "%", 100)
            table.add(f"fewest results in a tenant of {size:,}", min(came), "", TOP)
    return table
