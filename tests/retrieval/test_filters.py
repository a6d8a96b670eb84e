"""Whatever a filter says, the database and a reader of its JSON agree on what it finds."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.trail import append
from console.accounts.actor import system_actor
from console.platform.clock import now
from console.platform.errors import InvalidInputError
from memory.models import Kind, Memory, State, Tier
from memory.retrieval.asking import ask
from memory.retrieval.filters import (
    parse_filter,
)
from memory.retrieval.narrowing import satisfying
from memory.retrieval.query import RecallQuery
from memory.retrieval.scope import scope_of
from memory.retrieval.search import find
from tests.cast import a_memory, an_agent
from tests.retrieval.reference_filter import holds

IN_ONE_TENANT = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXTS = st.sampled_from(["a", "ab", "b", "Z", "é", "%", "_", "'", '"', "\\", "{}", "1", "true"])
NUMBERS = st.sampled_from([0, 1, 2, 10, -1, 0.5, 1.0, 2**53, -(2**53), 1e-9])
SCALARS = TEXTS | NUMBERS | st.booleans()
NAMES = st.sampled_from(["a", "b", "kind", "0", "eq", "__class__", "'; --", "é", "%s"])
MEMBERS = st.recursive(
    SCALARS | st.none() | st.just(""),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=4,
)
TIMES = st.sampled_from([datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3)])
AGENTS = st.sampled_from([UUID(int=n) for n in (1, 2)])
NAMESPACES = st.lists(st.sampled_from(["eu", "eu-west", "a,b", "{}"]), min_size=1, max_size=3)
ROWS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(Kind.values),
        "tier": st.sampled_from(Tier.values),
        "key": TEXTS | st.just(""),
        "run": TEXTS | st.just(""),
        "namespace": NAMESPACES | st.just([]),
        "agent": st.none(),
        "created_at": TIMES,
        "updated_at": TIMES,
        "expires_at": TIMES | st.none(),
        "confidence": st.sampled_from([0.0, 0.5, 1.0]) | st.none(),
        "importance": st.sampled_from([0.0, 0.5, 1.0]) | st.none(),
        "metadata": st.dictionaries(NAMES, MEMBERS, max_size=4),
    }
)


def conditions(values, *, ordered=(), contained=None):
    """Everything that can be asked of a field whose values are `values`."""
    many = st.lists(values, min_size=1, max_size=3)
    single = {"eq": values, "ne": values, "in": many, "nin": many, "exists": st.booleans()}
    single |= dict.fromkeys(ordered, values)
    if contained is not None:
        single["contains"] = contained
    operators = st.fixed_dictionaries({}, optional=single).filter(bool)
    return values | many | operators


ORDER = ("gt", "gte", "lt", "lte")
INSTANTS = TIMES.map(datetime.isoformat)
FIELDS = {
    "kind": conditions(st.sampled_from(Kind.values)),
    "tier": conditions(st.sampled_from(Tier.values)),
    "key": conditions(TEXTS, ordered=ORDER, contained=TEXTS),
    "run": conditions(TEXTS, ordered=ORDER, contained=TEXTS),
    "agent": conditions(AGENTS.map(str)),
    "created_at": conditions(INSTANTS, ordered=ORDER),
    "updated_at": conditions(INSTANTS, ordered=ORDER),
    "expires_at": conditions(INSTANTS, ordered=ORDER),
    "confidence": conditions(NUMBERS, ordered=ORDER),
    "importance": conditions(NUMBERS, ordered=ORDER),
    "namespace": NAMESPACES
    | st.fixed_dictionaries(
        {},
        optional={
            "eq": NAMESPACES,
            "ne": NAMESPACES,
            "in": st.lists(NAMESPACES, min_size=1, max_size=3),
            "nin": st.lists(NAMESPACES, min_size=1, max_size=3),
            "contains": st.sampled_from(["eu", "a,b"]),
            "exists": st.booleans(),
        },
    ).filter(bool),
}
PATHS = st.lists(NAMES, min_size=1, max_size=2).map(lambda path: ".".join(["metadata", *path]))
MEMBER = conditions(SCALARS, contained=SCALARS) | st.fixed_dictionaries(
    {}, optional=dict.fromkeys(ORDER, TEXTS | NUMBERS)
).filter(bool)
CONTAINED = st.dictionaries(
    st.sampled_from(["a", "b", "kind", "é", "%s"]),
    SCALARS | st.none() | st.lists(SCALARS, max_size=2),
    max_size=2,
)
LEAVES = st.one_of(
    *(st.fixed_dictionaries({name: wanted}) for name, wanted in FIELDS.items()),
    st.dictionaries(PATHS, MEMBER, min_size=1, max_size=2),
    st.fixed_dictionaries({"metadata": CONTAINED}),
)


def nested(inner):
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda parts: {"and": parts}),
        several.map(lambda parts: {"or": parts}),
        inner.map(lambda part: {"not": part}),
        st.tuples(inner, inner).map(lambda pair: {**pair[0], "not": pair[1]}),
    )


FILTERS = st.recursive(LEAVES, nested, max_leaves=5)


def found(filters):
    memories = Memory.objects.filter(satisfying(parse_filter(filters)))
    return set(memories.values_list("id", flat=True))


@pytest.fixture
def agents(acme):
    return [an_agent(acme, f"agent-{number}").agent.id for number in (1, 2)]


@IN_ONE_TENANT
@given(rows=st.lists(st.tuples(ROWS, st.sampled_from([None, 0, 1])), max_size=6), filters=FILTERS)
def test_the_database_finds_what_the_filter_says(in_acme, agents, rows, filters):
    Memory.objects.all().delete()
    wanted = set()
    filters = _of_real_agents(filters, agents)
    for fields, agent in rows:
        row = fields | {"agent": None if agent is None else agents[agent]}
        columns = {name: value for name, value in row.items() if name != "agent"}
        made = Memory.objects.create(**columns, agent_id=row["agent"], state=State.ACTIVE)
        append(actor=system_actor(in_acme.id, "test"), kind="memory.written", object_id=made.id)
        if holds(filters, row):
            wanted.add(made.id)
    assert found(filters) == wanted


POPULATION = [
    {"metadata": {"a": 1, "b": "x"}, "confidence": 0.9, "key": "a", "kind": "event"},
    {"metadata": {"a": "1", "b": ["x", 2]}, "namespace": ("eu", "eu-west"), "run": "r"},
    {"metadata": {"a": {"b": True}, "kind": None}, "importance": 0.5, "tier": "episodic"},
    {"metadata": {"'; --": 10, "é": "é", "%s": "%"}, "key": "%", "confidence": 1.0},
    {},
]


@settings(IN_ONE_TENANT, max_examples=30)
@given(filters=FILTERS)
def test_recall_finds_what_the_list_finds(in_acme, robo, filters):
    if not Memory.objects.exists():
        for fields in POPULATION:
            a_memory(robo, "green tea", **{"confidence": 0.95, **fields})
    scope = scope_of(RecallQuery(query="tea", filters=parse_filter(filters)), actor=robo.actor)
    rows = find(ask("tea", scope=scope, at=now())).rows
    assert {rows.id_of(row) for row in range(len(rows))} == found(filters)


def _of_real_agents(value, agents):
    """The filter with the agents that exist in the place of the numbers they were drawn as."""
    if isinstance(value, dict):
        return {name: _of_real_agents(inner, agents) for name, inner in value.items()}
    if isinstance(value, list):
        return [_of_real_agents(inner, agents) for inner in value]
    drawn = {str(UUID(int=n)): str(agent) for n, agent in enumerate(agents, start=1)}
    return drawn.get(value, value) if isinstance(value, str) else value


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text()
            | st.sampled_from(
                ["and", "or", "not", "kind", "key", "metadata", "metadata.a", "eq", "in"]
            )
            | st.sampled_from(["created_at", "confidence", "agent", "namespace", "gt", "contains"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@IN_ONE_TENANT
@given(filters=ANYTHING)
def test_any_json_is_obeyed_or_refused_by_field(in_acme, filters):
    try:
        found(filters)
    except InvalidInputError as error:
        fields = [problem.field for problem in error.problems]
    else:
        fields = ["filters"]
    assert all(field.startswith("filters") for field in fields)


def test_robo_compares_numbers_as_numbers_and_texts_as_texts(in_acme, robo):
    nine = a_memory(robo, metadata={"price": 9})
    ten = a_memory(robo, metadata={"price": 10})
    worded = a_memory(robo, metadata={"price": "10"})
    assert found({"metadata.price": {"gt": 9}}) == {ten.id}
    assert found({"metadata.price": {"lt": "9"}}) == {worded.id}
    assert found({"metadata.price": 10.0}) == {ten.id}
    assert found({"metadata.price": {"ne": 10}}) == {nine.id, worded.id}


def test_what_has_no_value_satisfies_only_negations(in_acme, robo):
    present = a_memory(robo, metadata={"channel": "mail"}, confidence=0.9, key="contact")
    absent = a_memory(robo)
    null = a_memory(robo, metadata={"channel": None})
    for field, value in (("metadata.channel", "mail"), ("confidence", 0.9), ("key", "contact")):
        assert found({field: {"exists": True}}) == {present.id}, field
        assert found({field: {"exists": False}}) == {absent.id, null.id}, field
        assert found({field: {"ne": value}}) == {absent.id, null.id}, field
        assert found({field: {"nin": [value]}}) == {absent.id, null.id}, field
        assert found({"not": {field: value}}) == {absent.id, null.id}, field
        assert found({field: {"lte": value}}) == {present.id}, field


def test_the_short_forms_mean_eq_in_and_containment(in_acme, robo):
    wanted = a_memory(robo, kind="preference", metadata={"a": 1, "b": {"c": [1, 2]}})
    a_memory(robo, kind="event", metadata={"a": 1})
    assert found({"kind": ["preference"], "metadata": {"a": 1}}) == {wanted.id}
    assert found({"kind": "preference"}) == {wanted.id}
    assert found({"metadata": {"b": {"c": [2]}}}) == {wanted.id}


def test_an_empty_filter_finds_everything(in_acme, robo):
    memory = a_memory(robo)
    assert found({}) == {memory.id}
