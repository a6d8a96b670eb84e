"""Conditions in CEL (https://cel.dev), typed and compiled once; `bounds` tells what is refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isnan
from typing import Any, Literal

from cel_expr_python import cel

from memory.policies.bounds import ConditionError, refuse_unbounded
from memory.policies.facts import AGENT_VARIABLES, VARIABLES, Facts, Variable

# What the library raises for an expression that fails outside CEL's own error values.
LIBRARY_ERRORS = (RuntimeError, TypeError, ValueError, OverflowError)

TYPES = {
    "string": cel.Type.STRING,
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "double": cel.Type.DOUBLE,
    "list(string)": cel.Type.List(cel.Type.STRING),
    "map(string, dyn)": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
    "list(map(string, dyn))": cel.Type.List(cel.Type.Map(cel.Type.STRING, cel.Type.DYN)),
}
POSITION = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
UNKNOWN = re.compile(r"undeclared reference to '([\w.]+)'")
MIXED = re.compile(r"\((?:double, int|int, double)\)")
TAIL = re.compile(r",? ?expecting \{.*| \(in container ''\)| \[INVALID_ARGUMENT\]")
Wanted = Literal["bool", "number"]
RESULTS = {"bool": {"BOOL"}, "number": {"DOUBLE", "INT"}}
ANSWERS: dict[Wanted, tuple[type, ...]] = {"bool": (bool,), "number": (float, int)}


class EvaluationError(Exception):
    """A condition that fails on the facts at hand."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled expression. Thread-safe."""

    source: str
    expression: Any
    answers: tuple[type, ...]

    def evaluate(self, activation: Any) -> Any:
        """Raises EvaluationError."""
        try:
            answer = self.expression.eval(activation).value()
        except LIBRARY_ERRORS as failure:
            raise EvaluationError(str(failure)) from failure
        if not isinstance(answer, self.answers):
            # CEL's own error, a value like any other until it is asked for.
            raise EvaluationError(str(answer))
        if isinstance(answer, float) and isnan(answer):
            raise EvaluationError("it is no number")
        return answer


class Language:
    """CEL over some of the variables."""

    def __init__(self, variables: Sequence[Variable]) -> None:
        self.variables = tuple(variables)
        self.environment = cel.NewEnv(
            variables={variable.name: TYPES[variable.type] for variable in variables}
        )

    def compile(self, source: str, *, wanted: Wanted = "bool") -> Condition:
        """Raises ConditionError."""
        refuse_unbounded(source)
        try:
            expression = self.environment.compile(source)
        except LIBRARY_ERRORS as failure:
            raise _where(str(failure)) from failure
        if expression.return_type().name() not in RESULTS[wanted]:
            answer = {"bool": "true or false", "number": "a number"}[wanted]
            raise ConditionError(f"It must answer {answer}.")
        return Condition(source, expression, ANSWERS[wanted])

    def activation(self, facts: Facts, names: frozenset[str]) -> Any:
        """The facts under `names`, to evaluate any number of conditions on.

        Only those asked for: a long text is not copied for a policy that does not look at it.
        """
        return self.environment.Activation(
            {v.name: v.read(facts) for v in self.variables if v.name in names}
        )


LANGUAGE = Language(VARIABLES)
AGENT_LANGUAGE = Language(AGENT_VARIABLES)


def names_in(sources: Sequence[str]) -> frozenset[str]:
    """The variables that may be asked for; too many do no harm, too few would."""
    text = " ".join("".join(source.split()) for source in sources)
    return frozenset(variable.name for variable in VARIABLES if variable.name in text)


def _where(message: str) -> ConditionError:
    match = POSITION.search(message)
    if match is None:
        return ConditionError("It is nested too deeply, or is no expression at all.")
    line, column = (max(int(number), 0) for number in match.groups()[:2])
    return ConditionError(_in_our_words(match[3]), line=line, column=column)


def _in_our_words(detail: str) -> str:
    if unknown := UNKNOWN.match(detail):
        near = get_close_matches(unknown[1], [variable.name for variable in VARIABLES], n=1)
        return f"There is no {unknown[1]} here." + (f" Did you mean {near[0]}?" if near else "")
    if MIXED.search(detail):
        return "A number with decimals cannot be compared with a whole one: write 1.0 for 1."
    detail = TAIL.sub("", detail)
    return f"{detail[:1].upper()}{detail[1:]}."
