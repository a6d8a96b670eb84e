"""Trying a condition on the heaviest ordinary write before it may rule on real ones."""

from time import perf_counter
from uuid import UUID

from console.accounts.actor import Actor, ActorKind
from memory.policies.bounds import ConditionError
from memory.policies.condition import LANGUAGE, Condition, EvaluationError, names_in
from memory.policies.facts import Facts
from memory.screening import Finding
from memory.writes import Write

# Milliseconds: a usual condition takes a hundredth of one; the best of the tries counts.
MAX_TIME = 20.0
TRIES = 3
HEAVIEST = Facts(
    actor=Actor(ActorKind.AGENT, UUID(int=1), UUID(int=2), "agent", frozenset()),
    write=Write(
        content="The customer of order 4711 prefers e-mail, never a call. " * 1_750,
        namespace=tuple("segment" for _ in range(20)),
        key="delivery_address",
        subject="customer-4711",
        confidence=0.5,
    ),
    findings=[Finding("example", "An example.", "review", 0.5)] * 50,
)


def probe(condition: Condition) -> None:
    """Raises ConditionError for what fails on an ordinary write, or takes too long."""
    taken = min(_time(condition) for _ in range(TRIES))
    if taken > MAX_TIME:
        raise ConditionError(
            f"On a long text it takes {taken:.0f} ms; at most {MAX_TIME:.0f} are allowed."
        )


def _time(condition: Condition) -> float:
    activation = LANGUAGE.activation(HEAVIEST, names_in([condition.source]))
    started = perf_counter()
    try:
        condition.evaluate(activation)
    except EvaluationError as failure:
        # What metadata holds is the writer's affair: a name that is missing here may be there.
        if "write.metadata" not in condition.source:
            detail = str(failure).removeprefix("INVALID_ARGUMENT: ")
            raise ConditionError(f"It fails on an ordinary write: {detail[:200]}.") from failure
    return (perf_counter() - started) * 1_000
