"""What is taken out of spans before anything of them is stored, by whose word."""

from dataclasses import replace
from time import perf_counter

import pytest

from audit.actions import set_trace_rules
from audit.ingest.content import content_of
from audit.ingest.receive import receive_protobuf
from audit.ingest.record import Source, SpanEvent, SpanLink, SpanRecord
from audit.models import AuditEvent, Run, Span, TraceRuleSet
from audit.rules.redaction import Action, Redaction, RedactionRule
from audit.rules.redactor import MASK, MAX_MATCHES, Redactor
from audit.rules.setting import rules_in_force
from console.platform.errors import ConflictError, InvalidInputError, NotPermittedError
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import a_span, protobuf_body

CARD = RedactionRule("Cards", ("*",), r"\b\d{4}-\d{4}-\d{4}-\d{4}\b", Action.MASK)
SECRET = "sk-live0123456789abcdefghij"
RESOURCE = {"service.name": "desk", "deploy.api_key": "abc"}


def a_record(**fields):
    source = Source(RESOURCE, "tests", "", {}, "")
    given = {
        "trace_id": b"\1" * 16,
        "span_id": b"\2" * 8,
        "parent_id": None,
        "name": "call",
        "kind": 1,
        "trace_state": "",
        "start_ns": 1,
        "end_ns": 2,
        "status_code": 0,
        "status_message": "",
        "attributes": {},
        "events": (),
        "links": (),
        "source": source,
    }
    return SpanRecord(**given | fields)


def redacted(record, *rules, key=b"k"):
    return Redactor(rules, key).redacted(record)


def set_redaction(person, *rules, off=(), seen=0):
    with tenant_scope(person.actor.tenant_id):
        return set_trace_rules(
            actor=person.actor, rules=Redaction(rules, frozenset(off)), seen=seen
        )


def stored(tenant):
    with tenant_scope(tenant.id):
        span = Span.objects.get()
        return span, content_of(span)


def test_what_ships_takes_keys_and_cookies_out_before_anything_is_stored(acme):
    attributes = {
        "http.request.header.authorization": ["Basic YWxpY2U6c2VjcmV0"],
        "http.request.header.cookie": "session=1",
        "arguments": {"headers": {"X-Api-Key": "abc"}, "q": "weather"},
        "output": f"I used {SECRET} for it.",
        "gen_ai.request.model": "gpt-5",
    }
    body = protobuf_body(a_span(attributes=attributes), resource=RESOURCE)
    receive_protobuf(acme.id, body)
    span, content = stored(acme)
    assert content["attributes"] == {
        "http.request.header.authorization": MASK,
        "http.request.header.cookie": MASK,
        "arguments": {"headers": {"X-Api-Key": MASK}, "q": "weather"},
        "output": f"I used {MASK} for it.",
        "gen_ai.request.model": "gpt-5",
    }
    assert content["resource"] == {"service.name": "desk", "deploy.api_key": MASK}
    assert span.model == "gpt-5"


def test_alices_rule_reaches_every_part_of_a_span_but_its_ids(acme, alice):
    set_redaction(alice, CARD)
    card = "4111-1111-1111-1111"
    message = a_span(f"pay {card}", attributes={"note": [f"by {card}", {"deep": card}]})
    message.status.message = f"declined {card}"
    message.events.add(name=f"charged {card}", time_unix_nano=1).attributes.add(key="a")
    message.events[0].attributes[0].value.string_value = card
    link = message.links.add(trace_id=b"4111-1111-1111-1", span_id=b"\3" * 8)
    link.attributes.add(key="why").value.string_value = card
    receive_protobuf(acme.id, protobuf_body(message))
    span, content = stored(acme)
    assert card not in str(content)
    assert span.name == content["name"] == f"pay {MASK}"
    assert content["attributes"] == {"note": [f"by {MASK}", {"deep": MASK}]}
    assert content["status"]["message"] == f"declined {MASK}"
    assert content["events"][0]["name"] == f"charged {MASK}"
    assert content["events"][0]["attributes"] == {"a": MASK}
    assert content["links"][0]["attributes"] == {"why": MASK}
    assert content["links"][0]["traceId"] == b"4111-1111-1111-1".hex()
    with tenant_scope(acme.id):
        assert Run.objects.get().title == f"pay {MASK}"


def test_a_rule_of_acme_is_nothing_to_globex(acme, globex, alice):
    set_redaction(alice, RedactionRule("City", ("city",), "", Action.REMOVE))
    for tenant in (acme, globex):
        receive_protobuf(tenant.id, protobuf_body(a_span(attributes={"city": "Bonn"})))
    assert stored(acme)[1]["attributes"] == {}
    assert stored(globex)[1]["attributes"] == {"city": "Bonn"}


def test_what_ships_can_be_switched_off(acme, alice):
    set_redaction(alice, off=("tokens",))
    receive_protobuf(acme.id, protobuf_body(a_span(attributes={"said": SECRET, "cookie": "a"})))
    assert stored(acme)[1]["attributes"] == {"said": SECRET, "cookie": MASK}


def test_equal_values_have_equal_hashes_which_another_key_makes_otherwise():
    rule = RedactionRule("People", ("user.*",), "", Action.HASH)
    record = a_record(attributes={"user.id": "ada", "user.name": "ada", "user.age": 7})
    first = redacted(record, rule).attributes
    assert first["user.id"] == first["user.name"] != first["user.age"]
    assert first["user.id"].startswith("hash:")
    assert len(first["user.id"]) == len("hash:") + 16
    assert redacted(record, rule, key=b"other").attributes["user.id"] != first["user.id"]


def test_of_two_rules_on_one_name_the_first_holds():
    mask = RedactionRule("Mask", ("city",), "", Action.MASK)
    remove = RedactionRule("Remove", ("c*",), "", Action.REMOVE)
    record = a_record(attributes={"City": "Bonn"})
    assert redacted(record, mask, remove).attributes == {"City": MASK}
    assert redacted(record, remove, mask).attributes == {}


def test_a_span_without_anything_to_take_out_is_not_even_copied():
    record = a_record(
        attributes={"a": "x", "b": {"c": [1, None, 2.5]}},
        events=(SpanEvent(1, "e", {"d": "x"}),),
        links=(SpanLink(b"\1" * 16, b"\2" * 8, {"e": "x"}),),
        source=Source({}, "", "", {}, ""),
    )
    assert redacted(record, CARD) is record


def test_a_name_that_is_removed_says_so():
    rule = RedactionRule("Names", ("span.name",), "", Action.REMOVE)
    assert redacted(a_record(name="Ada"), rule).name == "[removed]"


def test_a_line_s_ends_are_those_of_each_value():
    rule = RedactionRule("Pin", ("*",), "^[0-9]{4}$", Action.MASK)
    record = a_record(attributes={"a": "1234", "b": "12345", "c": "x\n1234\ny"})
    assert redacted(record, rule).attributes == {"a": MASK, "b": "12345", "c": f"x\n{MASK}\ny"}


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+b", "(.*a){20}", "(x+x+)+y", "x.*y|x"])
def test_a_hostile_text_under_a_hostile_pattern_takes_no_time(pattern):
    rule = RedactionRule("Slow", ("*",), pattern, Action.MASK)
    record = a_record(attributes={"a": "a" * 500_000 + "!", "b": "x" * 500_000})
    began = perf_counter()
    redacted(record, rule)
    assert perf_counter() - began < 2


def test_a_text_with_too_much_to_take_out_goes_as_a_whole():
    rule = RedactionRule("Letters", ("*",), "a", Action.MASK)
    few, many = "a" * MAX_MATCHES, "a" * (MAX_MATCHES + 1)
    record = a_record(attributes={"few": few, "many": many})
    assert redacted(record, rule).attributes == {"few": MASK * MAX_MATCHES, "many": MASK}


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (replace(CARD, pattern="(unclosed"), "rules.0.pattern"),
        (replace(CARD, pattern="a)|(b"), "rules.0.pattern"),
        (replace(CARD, pattern=r"(?<=card )\d+"), "rules.0.pattern"),
        (replace(CARD, pattern=r"(a)\1"), "rules.0.pattern"),
        (replace(CARD, pattern="a*"), "rules.0.pattern"),
        (replace(CARD, pattern=r"\Aa"), "rules.0.pattern"),
        (replace(CARD, pattern="((a{100}){100}){100}"), "rules.0.pattern"),
        (replace(CARD, pattern="a" * 501), "rules.0.pattern"),
        (replace(CARD, pattern=""), "rules.0.attributes"),
        (replace(CARD, attributes=()), "rules.0.attributes"),
        (replace(CARD, attributes=("a" * 201,)), "rules.0.attributes"),
        (replace(CARD, name=" "), "rules.0.name"),
    ],
)
def test_a_rule_that_does_not_hold_changes_nothing(acme, alice, rule, field):
    with pytest.raises(InvalidInputError) as refused:
        set_redaction(alice, rule)
    assert [problem.field for problem in refused.value.problems] == [field]
    with tenant_scope(acme.id):
        assert not TraceRuleSet.objects.exists()


def test_a_change_is_on_record_and_of_two_at_once_one_is_told(acme, alice):
    set_redaction(alice, CARD)
    with pytest.raises(ConflictError):
        set_redaction(alice)
    set_redaction(alice, off=("cookies",), seen=1)
    with tenant_scope(acme.id):
        assert rules_in_force(Redaction) == (Redaction((), frozenset({"cookies"})), 2)
        events = AuditEvent.objects.filter(kind="traces.rules_set").order_by("id")
        assert [event.payload["after"] for event in events] == [1, 2]
        assert TraceRuleSet.objects.count() == 2


@pytest.mark.parametrize("who", ["bob", "dana", "carol", "robo"])
def test_nobody_but_an_owner_changes_what_is_taken_out(acme, who, request):
    with pytest.raises(NotPermittedError):
        set_redaction(request.getfixturevalue(who), off=("tokens",))
    with tenant_scope(acme.id):
        assert not TraceRuleSet.objects.exists()


def test_a_match_that_begins_in_one_value_hides_none_in_the_next():
    rule = RedactionRule("Secrets", ("*",), r"secret\s\w+", Action.MASK)
    record = a_record(attributes={"a": "a secret", "b": "secret one", "c": "two secret three"})
    assert redacted(record, rule).attributes == {
        "a": "a secret",
        "b": MASK,
        "c": f"two {MASK}",
    }
