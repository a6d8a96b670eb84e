"""A policy that does not hold is refused whole, each problem at its field, and bombs too."""

from time import perf_counter

import pytest

from console.platform.errors import InvalidInputError
from memory.policies.parse import parse_policy
from tests.policies.conftest import a_rule


def problems(body):
    with pytest.raises(InvalidInputError) as refused:
        parse_policy(body)
    return [(problem.field, problem.code) for problem in refused.value.problems]


def told(when):
    with pytest.raises(InvalidInputError) as refused:
        parse_policy({"rules": [a_rule(when=when)]})
    [problem] = refused.value.problems
    assert problem.field == "rules.0.when"
    return problem.detail


@pytest.mark.parametrize(
    ("when", "detail"),
    [
        (
            "write.kindd == 'fact'",
            "Line 1, column 6: There is no write.kindd here. Did you mean write.kind?",
        ),
        ("true &&\n  write.key = 'x'", "Line 2, column 13: Syntax error"),
        ("write.confidence < 1", "Line 1, column 18: A number with decimals cannot"),
        ("write.kind == 3", "Line 1, column 12: Found no matching overload"),
        ("write.kind", "It must answer true or false."),
        ("findings.exists(f, f.sevrity == 'review')", "It fails on an ordinary write: "),
        ("write.content.matches('(')", "It fails on an ordinary write: "),
        ("(((", "Line 1, column 4: Syntax error"),
        ("os.system('id') == 0", "Line 1, column 1: There is no os here."),
        ("__import__('os') == 0", "Line 1, column 11: There is no __import__ here."),
    ],
)
def test_a_condition_that_does_not_hold_is_told_with_its_place(when, detail):
    assert told(when).startswith(detail)


TEN = "[1,2,3,4,5,6,7,8,9,10]"
NESTED = "true"
for name in "abcdefg":
    NESTED = f"{TEN}.all({name},{NESTED})"
DOUBLING = "['a']" + ".map(a,a+a+a+a+a+a+a+a)" * 9 + ".size() > 0"


@pytest.mark.parametrize(
    "bomb",
    [
        NESTED,
        DOUBLING,
        f"// '''\n{DOUBLING} // '''",
        f"r'\\' == '' || {DOUBLING} || '' == 'x'",
        "findings . exists (f, findings . exists (g, true))",
        f"{TEN}.exists(a, write.content.contains('x'))",
        "findings.exists(f, f.code + f.code == 'a')",
        "write.key.matches(write.content)",
        "write.key.matches('a' + write.content)",
        "'x'.matches('" + "a" * 300 + "')",
        "||".join(["write.key.matches('a')"] * 5),
        "(" * 400 + "true" + ")" * 400,
        "'" + "a" * 2000 + "' == write.key",
        "write.content.matches('([a-z ]{0,900}!){2}|[a-z ]{0,1000}!')",
    ],
)
def test_a_bomb_is_refused_before_it_can_hang_a_writer(bomb):
    started = perf_counter()
    assert told(bomb)
    assert perf_counter() - started < 5


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([], [("", "invalid")]),
        ({"rules": {}}, [("rules", "invalid")]),
        ({"rules": [a_rule()] * 51}, [("rules", "invalid")]),
        ({"rules": ["x"]}, [("rules.0", "invalid"), ("rules.0.name", "required")]),
        ({"rules": [a_rule(), a_rule()]}, [("rules.1.name", "not_unique")]),
        ({"rules": [a_rule("Not a name")]}, [("rules.0.name", "invalid")]),
        ({"rules": [a_rule(effect="allow")]}, [("rules.0.effect", "invalid")]),
        ({"rules": [a_rule(effect=None)]}, [("rules.0.effect", "no_outcome")]),
        ({"rules": [a_rule(approvals=3)]}, [("rules.0.approvals", "invalid")]),
        ({"rules": [a_rule(approvals=True)]}, [("rules.0.approvals", "invalid")]),
        ({"rules": [a_rule(ttl="forever")]}, [("rules.0.ttl", "invalid")]),
        ({"rules": [a_rule(ttl="9999d")]}, [("rules.0.ttl", "invalid")]),
        ({"rules": [a_rule(redact="secret")]}, [("rules.0.redact", "invalid")]),
        ({"rules": [a_rule(risk="2")]}, [("rules.0.risk", "invalid")]),
        ({"rules": [a_rule(risk="write.key")]}, [("rules.0.risk", "invalid_condition")]),
        ({"rules": [a_rule(because="{subject.id}")]}, [("rules.0.because", "unknown_variable")]),
        ({"rules": [a_rule(final="yes")]}, [("rules.0.final", "invalid")]),
        ({"rules": [a_rule(when=None)]}, [("rules.0.when", "invalid_condition")]),
        ({"rules": [a_rule(risk="0.0 / 0.0")]}, [("rules.0.risk", "invalid_condition")]),
        ({"rules": [a_rule(unless="x")]}, [("rules.0.unless", "unknown_field")]),
        ({"lifetimes": {"kinds": {"rumour": "1d"}}}, [("lifetimes.kinds.rumour", "unknown_field")]),
        ({"lifetimes": {"kinds": {"fact": "0d"}}}, [("lifetimes.kinds.fact", "invalid")]),
        ({"lifetimes": {"longest": 5}}, [("lifetimes.longest", "invalid")]),
        ({"extra": 1}, [("extra", "unknown_field")]),
    ],
)
def test_every_problem_is_told_at_its_field(body, expected):
    assert problems(body)[: len(expected)] == expected


def test_a_demand_for_a_signature_asks_about_the_agent_alone():
    rule = a_rule(when="write.kind == 'fact'", must_sign=True)
    assert problems({"rules": [rule]}) == [("rules.0.when", "invalid_condition")]


@pytest.mark.parametrize("when", ["x" * 1_001, 7])
def test_what_is_no_condition_at_all_is_told_once(when):
    assert problems({"rules": [a_rule(when=when)]}) == [("rules.0.when", "invalid")]


def test_all_problems_are_told_at_once():
    rules = [a_rule("one", "write.x"), a_rule("two", effect="allow", ttl="x")]
    assert problems({"rules": rules}) == [
        ("rules.0.when", "invalid_condition"),
        ("rules.1.effect", "invalid"),
        ("rules.1.ttl", "invalid"),
    ]
