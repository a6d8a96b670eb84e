from uuid import UUID

import pytest

from console.accounts.actor import Actor, ActorKind
from memory.policies import Facts, decide
from memory.policies.compiled import compile_policy
from memory.policies.parse import parse_policy
from memory.screening import Finding
from memory.writes import Write

NOBODY = Actor(ActorKind.AGENT, UUID(int=1), UUID(int=2), "scribe", frozenset(), trusted=True)


def a_rule(name="a_rule", when="true", **fields):
    return {"name": name, "when": when, "effect": "review"} | fields


def a_policy(*rules, **fields):
    return parse_policy({"rules": list(rules)} | fields)


def a_finding(code="odd", severity="review", weight=0.5):
    return Finding(code, f"It is {code}.", severity, weight)


def facts(content="The customer prefers e-mail.", *, write=None, **fields):
    return Facts(**{"actor": NOBODY, "write": Write(content=content, **(write or {}))} | fields)


def ruled(*rules, lifetimes=None, **asked):
    policy = a_policy(*rules, **({"lifetimes": lifetimes} if lifetimes else {}))
    return decide(compile_policy(policy, number=7), facts(**asked))


@pytest.fixture
def codes():
    return lambda ruling: [reason.code for reason in ruling.reasons]
