"""What happens to spans, set in a browser: rules, what ships, prices, a replay."""

import pytest

from audit.models import Span, TraceReplay, TraceRuleSet
from audit.rules.mapping import Mappings
from audit.rules.prices import Prices
from audit.rules.redaction import Redaction
from audit.rules.setting import rules_in_force
from audit.tasks import replay_traces_in
from console.tenancy.scope import tenant_scope
from tests.rules.test_redaction import SECRET
from tests.rules.test_replay import STEP, arrive

TRACES = "/settings/traces/"
RULE = {"attribute": "acme.step", "concept": "", "values": "llm = model", "seen": 0}
CARDS = {
    "name": "Cards",
    "attributes": "*",
    "pattern": r"\d{4}-\d{4}",
    "action": "mask",
    "seen": 0,
}
PRICE = {"model": "house-*", "provider": "*", "input": "1", "output": "2.5", "seen": 0}


def rules_of(tenant, kind):
    with tenant_scope(tenant.id):
        return rules_in_force(kind)


def page(client, path, **data):
    return client.get(TRACES + path, data).content.decode()


def test_alice_says_what_an_attribute_means_changes_it_and_takes_it_back(desk, acme, alice):
    client = desk(alice)
    assert "No rules of your own" in page(client, "")
    sent = RULE | {"reason": "<b>ours</b>", "values": "llm = model\nfind it = tool"}
    shown = client.post(f"{TRACES}mapping/new", sent, follow=True).content.decode()
    assert "in every process within 10 seconds" in shown
    assert "acme.step" in shown
    assert "find it" in shown
    assert "<b>ours" not in shown
    edit = page(client, "mapping/0")
    assert "llm = model\nfind it = tool" in edit
    client.post(f"{TRACES}mapping/0", RULE | {"concept": "tool", "values": "", "seen": 1})
    rules, number = rules_of(acme, Mappings)
    assert (rules.rules[0].concept, dict(rules.rules[0].kinds), number) == ("tool", {}, 2)
    assert "Remove this rule?" in page(client, "mapping/0/remove")
    client.post(f"{TRACES}mapping/0/remove", {"seen": 2})
    assert rules_of(acme, Mappings) == (Mappings(), 3)


@pytest.mark.parametrize(
    ("path", "sent", "field"),
    [
        ("mapping/new", RULE | {"values": "llm = nonsense"}, "values"),
        ("mapping/new", RULE | {"values": ""}, "concept"),
        ("mapping/new", RULE | {"attribute": ""}, "attribute"),
        ("redaction/new", CARDS | {"pattern": "(open"}, "pattern"),
        ("redaction/new", CARDS | {"pattern": ""}, "attributes"),
        ("redaction/new", CARDS | {"action": "shred"}, "action"),
        ("prices/new", PRICE | {"input": "-1"}, "input"),
        ("prices/new", PRICE | {"output": "many"}, "output"),
        ("prices/new", PRICE | {"model": ","}, "model"),
        ("prices/new", PRICE | {"valid_from": "soon"}, "valid_from"),
    ],
)
def test_what_does_not_hold_is_told_beside_its_field(desk, acme, alice, path, sent, field):
    response = desk(alice).post(TRACES + path, sent)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    with tenant_scope(acme.id):
        assert not TraceRuleSet.objects.exists()


def test_of_two_who_change_the_same_version_the_second_is_told(desk, acme, alice):
    client = desk(alice)
    client.post(f"{TRACES}mapping/new", RULE)
    shown = client.post(f"{TRACES}mapping/new", RULE | {"attribute": "b"}, follow=True)
    assert "nothing was saved" in shown.content.decode()
    assert (
        "nothing was saved"
        in client.post(f"{TRACES}mapping/0/remove", {"seen": 0}, follow=True).content.decode()
    )
    assert rules_of(acme, Mappings)[1] == 1


def test_alice_tries_a_rule_on_a_pasted_span_before_she_saves_it(desk, acme, alice):
    sample = '{"note": "card 1111-2222", "deep": {"cookie": "a"}, "ok": "<i>kept</i>"}'
    client = desk(alice)
    shown = client.post(f"{TRACES}redaction/new", CARDS | {"do": "try", "sample": sample})
    text = shown.content.decode()
    assert "card [masked]" in text
    assert shown.context["trial"].looked_at == 1
    assert [one.where for one in shown.context["trial"].taken_out] == ["note", "deep"]
    assert rules_of(acme, Redaction) == (Redaction(), 0)
    assert client.post(f"{TRACES}redaction/new", CARDS).status_code == 302
    assert rules_of(acme, Redaction)[0].rules[0].name == "Cards"


def test_carol_s_words_are_not_kept_and_dana_tries_what_is_in_force(desk, acme, dana):
    client = desk(dana)
    trial = client.post(f"{TRACES}redaction/try", {"sample": f"key {SECRET}"}).content.decode()
    assert "key [masked]" in trial
    for strange in ("[" * 5_000 + "]" * 5_000, '{"resourceSpans": 7}', "{}", "[1, 2]"):
        assert client.post(f"{TRACES}redaction/try", {"sample": strange}).status_code == 200
    arrive(acme)
    newest = client.post(f"{TRACES}redaction/try", {"sample": ""}).content.decode()
    assert "the newest 1 stored span" in newest
    assert client.post(f"{TRACES}redaction/try", {"sample": "x" * 100_001}).status_code == 422


def test_alice_switches_off_what_ships_and_on_again(desk, acme, alice):
    client = desk(alice)
    client.post(f"{TRACES}redaction/switch", {"on": ["cookies", "api_keys", "tokens"]})
    assert rules_of(acme, Redaction)[0].off == {"authorization"}
    client.post(f"{TRACES}redaction/switch", {"on": ["cookies", "api_keys", "tokens"]})
    assert rules_of(acme, Redaction)[1] == 1
    client.post(f"{TRACES}prices/switch")
    assert not rules_of(acme, Prices)[0].shipped
    assert "switched off" in page(client, "prices")
    client.post(f"{TRACES}prices/switch", {"on": "list"})
    assert rules_of(acme, Prices)[0].shipped


def test_alice_adds_a_price_beside_the_list(desk, acme, alice):
    client = desk(alice)
    assert "gpt-4o-mini" in page(client, "prices")
    client.post(f"{TRACES}prices/new", PRICE | {"valid_from": "2026-03-01"})
    shown = page(client, "prices")
    assert "house-*" in shown
    assert "2026-03-01" in shown
    assert 'value="2.5"' in page(client, "prices/0")


def test_alice_looks_first_then_replays_and_follows_it(desk, acme, alice, dana):
    client = desk(alice)
    assert "No spans are stored" in page(client, "replay")
    arrive(acme, attributes=STEP | {"gen_ai.agent.name": "<i>clerk</i>"})
    client.post(f"{TRACES}mapping/new", RULE | {"concept": "agent"})
    assert "still have the figures of then" in page(client, "")
    preview = page(client, "replay")
    assert "Of the newest 1 span, 1 would be read otherwise." in preview
    assert "&lt;i&gt;clerk&lt;/i&gt;" in preview
    assert "An owner can read them anew" in page(desk(dana), "replay")
    assert client.post(f"{TRACES}replay", {"days": "", "reason": "ours"}).status_code == 302
    assert "being read anew" in page(client, "replay")
    assert client.post(f"{TRACES}replay", {"days": ""}).status_code == 409
    replay_traces_in(tenant_id=str(acme.id))
    assert ">done<" in page(client, "replay")
    assert "have been read by version 1" in page(client, "")
    with tenant_scope(acme.id):
        assert Span.objects.get().agent == "llm"


def test_alice_stops_a_replay(desk, acme, alice):
    client = desk(alice)
    arrive(acme)
    client.post(f"{TRACES}replay", {"days": "1"})
    assert "stays so" in client.post(f"{TRACES}replay/stop", follow=True).content.decode()
    assert client.post(f"{TRACES}replay/stop").status_code == 404
    with tenant_scope(acme.id):
        assert TraceReplay.objects.get().stopped


def test_who_may_not_change_it_is_offered_nothing_and_refused(desk, acme, dana, carol):
    reads = desk(dana)
    for path in ("", "redaction", "prices", "replay"):
        shown = page(reads, path)
        assert "Add a" not in shown
        assert desk(carol).get(TRACES + path).status_code == 404
    for path in ("mapping/new", "mapping/0/remove", "prices/switch", "replay", "replay/stop"):
        assert reads.post(TRACES + path, RULE).status_code == 404
    with tenant_scope(acme.id):
        assert not TraceRuleSet.objects.exists()
        assert not TraceReplay.objects.exists()


def test_a_rule_or_kind_that_is_not_there_is_not_found(desk, alice):
    client = desk(alice)
    for path in ("nonsense", "nonsense/new", "mapping/0", "prices/7/remove"):
        assert client.get(TRACES + path).status_code == 404


def test_mallory_sees_nothing_of_acme_s_rules(desk, alice, mallory):
    desk(alice).post(f"{TRACES}mapping/new", RULE)
    assert "acme.step" not in page(desk(mallory), "").replace("acme.step = llm-call", "")


def test_a_page_begins_with_its_own_head_and_nothing_else(desk, alice):
    client = desk(alice)
    for path in ("", "redaction", "prices", "replay", "mapping/new"):
        head = page(client, path).split("</head>")[0]
        assert "<h2" not in head
