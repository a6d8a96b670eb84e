"""Finding what a recall ranks: the whole scope where it is small, the promising part where not.

Small scopes are read whole, by B-tree, so that nothing is missed. Of a larger one the newest rows
are read, as a sample of its statistics; what stands out by meaning is added through the HNSW graph
(iteratively, so that a filter does not starve it), what holds a rare word through the inverted
index, and rows too young for either exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from audit.ingest import columns
from audit.ingest.statements import run
from console.tenancy.scope import current_tenant_id
from memory.models.recall_index import GRAPH_WIDTHS
from memory.retrieval.filter_sql import Condition, every
from memory.retrieval.rows import AGGREGATES, Rows, joined, rows_of
from memory.retrieval.scope import INDEXED, Scope

# A scope up to this many memories is read whole.
WHOLE = 2_000
# How many each way of finding adds in a larger one; the graph is searched twice as widely.
NEAR = 100
HOLDING = 1_000
# A word in fewer of the sample than this tells memories apart.
RARE = 0.01
# relaxed_order: strict_order drops what the graph reaches late, and of a small tenant among large
# ones that is 3 in 100 of the nearest. Past max_scan_tuples the scope is read instead of the graph.
TUNE = """
SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true),
  set_config('hnsw.ef_search', '200', true), set_config('hnsw.max_scan_tuples', '20000', true)
"""
IN_FORCE = (
    "(i.expires_at IS NULL OR i.expires_at > %s)"
    " AND (i.valid_from IS NULL OR i.valid_from <= %s)"
    " AND (i.valid_to IS NULL OR i.valid_to > %s)"
)
JOIN = " JOIN memory_memory m ON m.tenant_id = i.tenant_id AND m.id = i.id"


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as the index understands it.

    `terms` has a line per index key and a column per distinct word; `vectors` has an embedding per
    model in use. `at` is the system's time, `valid_at` the world's.
    """

    terms: NDArray[np.int32]
    vectors: dict[str, NDArray[np.float32]]
    scope: Scope
    at: datetime
    valid_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """`rows` are worth ranking; the newest `sampled` of the scope stand first among them."""

    rows: Rows
    sampled: int


def find(asked: Asked) -> Found:
    newest = _newest(asked)
    if len(newest) < WHOLE:
        return Found(newest, len(newest))
    ids = [*_near(asked), *_holding(asked, newest)]
    return Found(joined(newest, _by_id(asked, ids)), len(newest))


def _newest(asked: Asked) -> Rows:
    chosen = _chosen(asked)
    return _rows(asked, f"{chosen.sql} ORDER BY i.id DESC LIMIT %s", (*chosen.params, WHOLE))


def _by_id(asked: Asked, ids: Sequence[UUID]) -> Rows:
    sql = "i.tenant_id = %s AND i.id = ANY(%s::uuid[])"
    return _rows(asked, sql, (current_tenant_id(), list(ids)))


def _near(asked: Asked) -> list[UUID]:
    """By meaning, in each model in use; of a width that has no graph, by reading all."""
    run(TUNE, [])
    found: list[UUID] = []
    for model, vector in asked.vectors.items():
        width = len(vector)
        by_graph = _nearest(asked, model, vector, graph=width) if width in GRAPH_WIDTHS else []
        if len(by_graph) == NEAR:
            found += by_graph + _nearest(asked, model, vector, graph=0)
        else:
            # A filter that few satisfy exhausts the graph; then what satisfies it is few.
            found += _nearest(asked, model, vector)
    return found


def _nearest(
    asked: Asked, model: str, vector: NDArray[np.float32], *, graph: int | None = None
) -> list[UUID]:
    """`graph` as in RecallIndex, None for all rows, exactly."""
    chosen = _chosen(asked)
    # Written out, not a parameter: only so do the partial indexes apply.
    where = "" if graph is None else f" AND i.graph = {int(graph)}"
    cast = f"::halfvec({int(graph)})" if graph else "::halfvec"
    embedding = f"i.embedding{cast}" if graph else "i.embedding"
    sql = (
        f"SELECT i.id FROM memory_recallindex i{_join(asked)}"  # noqa: S608 - values are apart
        f" WHERE i.model = %s{where} AND {chosen.sql}"
        f" ORDER BY {embedding} <=> %s::float4[]{cast} LIMIT {NEAR}"
    )
    return [row[0] for row in run(sql, [model, *chosen.params, columns.reals(vector)])]


def _holding(asked: Asked, sample: Rows) -> list[UUID]:
    """Those that hold a word which is rare in the sample, or else its two rarest together."""
    if not asked.terms.size:
        return []
    share = (sample.counts(asked.terms) > 0).mean(axis=0)
    rare = share < RARE
    wanted = rare if rare.any() else np.argsort(share)[:2]
    operator = "&&" if rare.any() else "@>"
    chosen = _chosen(asked)
    # Old rows outside of the inverted index: revised ones, and those that wait to be embedded.
    oldest = sample.id_of(int(np.argmin(sample.by_age())))
    found: list[UUID] = []
    places = [("i.graph > 0", []), ("i.graph = 0 AND i.id < %s::uuid", [oldest])]
    for terms, (place, below) in product(asked.terms[:, wanted], places):
        sql = (
            f"SELECT i.id FROM memory_recallindex i{_join(asked)}"  # noqa: S608 - likewise
            f" WHERE {place} AND i.terms {operator} %s::int4[] AND {chosen.sql} LIMIT {HOLDING}"
        )
        words = columns.integers(terms.tolist())
        found += [row[0] for row in run(sql, [*below, words, *chosen.params])]
    return found


def _chosen(asked: Asked) -> Condition:
    return every(
        [
            Condition("i.tenant_id = %s", (current_tenant_id(),)),
            Condition(IN_FORCE, (asked.at, asked.valid_at, asked.valid_at)),
            asked.scope.condition(_column),
        ]
    )


def _column(name: str) -> str:
    return f"i.{name}" if name in INDEXED else f"m.{name}"


def _join(asked: Asked) -> str:
    return JOIN if asked.scope.needs_memory else ""


def _rows(asked: Asked, where: str, params: tuple[Any, ...]) -> Rows:
    whens = " WHEN %s THEN i.embedding <=> %s::float4[]::halfvec" * len(asked.vectors)
    # No model could be asked: words alone.
    distance = f"CASE i.model{whens} END" if whens else "NULL::float8"
    sql = (
        f"SELECT {AGGREGATES} FROM (SELECT i.id, i.run, i.recorded_at, i.confidence,"  # noqa: S608
        " i.is_approved, i.terms, i.terms && %s::int4[] AS is_touched,"
        " (coalesce(array_position(%s::text[], i.model), 0) - 1)::int2 AS generation,"
        f" {distance} AS distance"
        f" FROM memory_recallindex i{_join(asked)} WHERE {where}) AS found"
    )
    distances = [(model, columns.reals(vector)) for model, vector in asked.vectors.items()]
    [row] = run(
        sql,
        [
            columns.integers(asked.terms.ravel().tolist()),
            list(asked.vectors),
            *(param for pair in distances for param in pair),
            *params,
        ],
    )
    return rows_of(row)
