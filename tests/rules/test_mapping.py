"""What an attribute of a tenant's own means, by that tenant's word."""

import pytest

from audit.actions import set_trace_rules
from audit.dialects.dialect import Concept, Op
from audit.dialects.index import Rule
from audit.ingest.receive import receive_protobuf
from audit.models import Run, Span, TraceRuleSet
from audit.rules.mapping import Mappings, mapping_version
from console.platform.errors import InvalidInputError, NotPermittedError
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import a_span, protobuf_body

STEP = {"acme.step": "LLM-Call", "acme.who": "clerk", "acme.case": "case-7", "acme.in": 40}
KINDS = Rule("acme.step", kinds={"llm-call": Op.MODEL, "lookup": Op.TOOL})
AGENT = Rule("acme.who", Concept.AGENT)
CASE = Rule("acme.case", Concept.CONVERSATION)
TOKENS = Rule("acme.in", Concept.INPUT_TOKENS)


def set_mapping(person, *rules, seen=0):
    with tenant_scope(person.actor.tenant_id):
        return set_trace_rules(actor=person.actor, rules=Mappings(rules), seen=seen)


def arrives(tenant, attributes):
    receive_protobuf(tenant.id, protobuf_body(a_span(attributes=attributes)))
    with tenant_scope(tenant.id):
        return Span.objects.order_by("-received_at").first()


def test_alices_words_are_understood_and_globex_knows_nothing_of_them(acme, globex, alice):
    set_mapping(alice, KINDS, AGENT, CASE, TOKENS)
    span = arrives(acme, STEP)
    assert (span.op, span.agent, span.conversation) == ("model", "clerk", "case-7")
    assert (span.input_tokens, span.mapping_version) == (40, mapping_version(1))
    with tenant_scope(acme.id):
        assert Run.objects.get().key == "case-7"
    other = arrives(globex, STEP)
    assert (other.op, other.agent, other.input_tokens) == ("other", "", None)
    assert other.mapping_version == mapping_version(0)


def test_a_tenants_word_goes_before_a_conventions(acme, alice):
    set_mapping(alice, KINDS, AGENT)
    span = arrives(
        acme,
        {
            "acme.step": "lookup",
            "acme.who": "ours",
            "gen_ai.agent.name": "theirs",
            "gen_ai.operation.name": "chat",
        },
    )
    assert (span.op, span.agent) == ("tool", "ours")


def test_what_no_rule_names_means_what_it_meant(acme, alice):
    set_mapping(alice, KINDS)
    span = arrives(acme, {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5"})
    assert (span.op, span.model) == ("model", "gpt-5")


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ([Rule(" ", Concept.AGENT)], "rules.0.attribute"),
        ([Rule("a" * 201, Concept.AGENT)], "rules.0.attribute"),
        ([Rule("a")], "rules.0.concept"),
        ([Rule("a", Concept.USAGE)], "rules.0.concept"),
        ([Rule("a", kinds={"": Op.TOOL})], "rules.0.kinds"),
        ([Rule("a", kinds={str(n): Op.TOOL for n in range(51)})], "rules.0.kinds"),
        ([AGENT, AGENT], "rules.1.attribute"),
        ([Rule(f"a{n}", Concept.AGENT) for n in range(101)], "rules"),
    ],
)
def test_a_rule_that_does_not_hold_changes_nothing(acme, alice, rules, field):
    with pytest.raises(InvalidInputError) as refused:
        set_mapping(alice, *rules)
    assert [problem.field for problem in refused.value.problems] == [field]
    with tenant_scope(acme.id):
        assert not TraceRuleSet.objects.exists()


@pytest.mark.parametrize("who", ["bob", "dana", "carol", "robo"])
def test_nobody_but_an_owner_says_what_spans_mean(acme, who, request):
    with pytest.raises(NotPermittedError):
        set_mapping(request.getfixturevalue(who), AGENT)
    with tenant_scope(acme.id):
        assert not TraceRuleSet.objects.exists()
