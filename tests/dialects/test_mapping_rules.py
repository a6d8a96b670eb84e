"""A tenant's word on its own attributes goes before every table."""

from audit.dialects.dialect import Concept, Op
from audit.dialects.index import Rule
from audit.dialects.normalise import BUILT_IN
from tests.dialects.spans import meaning, recalled


def test_an_attribute_of_ones_own_carries_a_concept():
    index = BUILT_IN.with_rules([Rule("desk.case", Concept.CONVERSATION)])
    both = {"desk.case": "case-7", "gen_ai.conversation.id": "other"}
    assert meaning(both, index=index).conversation == "case-7"
    assert meaning(both).conversation == "other"


def test_the_earlier_of_two_rules_is_believed():
    rules = [Rule("a", Concept.AGENT), Rule("b", Concept.AGENT)]
    index = BUILT_IN.with_rules(rules)
    assert meaning({"a": "first", "b": "second"}, index=index).agent == "first"
    assert meaning({"b": "second"}, index=index).agent == "second"


def test_values_of_ones_own_say_what_a_step_is_even_before_a_memory_operation():
    index = BUILT_IN.with_rules([Rule("desk.step", kinds={"Ask": Op.APPROVAL})])
    both = {"desk.step": "ask", "gen_ai.operation.name": "search_memory"}
    found = meaning(both, index=index)
    assert (found.op, found.dialect) == (Op.APPROVAL, "tenant")
    assert (
        meaning({"desk.step": "none", "gen_ai.operation.name": "chat"}, index=index).op is Op.MODEL
    )


def test_a_tool_and_a_collection_become_memory_operations():
    index = BUILT_IN.with_rules(
        [
            Rule("gen_ai.tool.name", kinds={"lookup_customer_notes": Op.MEMORY_READ}),
            Rule("db.collection.name", kinds={"agent_notes": Op.MEMORY_READ}),
            Rule("notes.ids", Concept.MEMORY_RECORD),
        ]
    )
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "lookup_customer_notes"}
    found = meaning(tool | {"notes.ids": ["n1", "n2"]}, index=index)
    assert (found.op, found.tool) == (Op.MEMORY_READ, "lookup_customer_notes")
    assert recalled(found) == ["n1", "n2"]
    query = {"db.system": "qdrant", "db.collection.name": "agent_notes", "db.operation": "query"}
    read = meaning(query, index=index)
    assert read.op is Op.MEMORY_READ
    assert read.memory and read.memory.store == "agent_notes"


def test_a_rule_on_a_known_attribute_keeps_the_values_that_it_does_not_name():
    index = BUILT_IN.with_rules([Rule("gen_ai.operation.name", kinds={"dance": Op.TOOL})])
    assert meaning({"gen_ai.operation.name": "dance"}, index=index).op is Op.TOOL
    assert meaning({"gen_ai.operation.name": "chat"}, index=index).op is Op.MODEL


def test_a_rule_reads_the_resource_where_a_concept_holds_for_a_process():
    index = BUILT_IN.with_rules([Rule("desk.name", Concept.AGENT)])
    resource = {"desk.name": "clerk"}
    assert meaning({"gen_ai.agent.name": "x"}, resource=resource, index=index).agent == "clerk"
