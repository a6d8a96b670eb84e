"""What a model's tokens cost: by the span's own word, else by the tenant's table."""

from datetime import date
from decimal import Decimal

import pytest

from audit.actions import set_trace_rules
from audit.ingest.receive import receive_protobuf
from audit.models import Span, TraceRuleSet
from audit.rules.prices import Price, Prices, shipped_prices
from console.platform.errors import InvalidInputError, NotPermittedError
from console.tenancy.scope import tenant_scope
from tests.ingest.messages import a_span, protobuf_body

DOLLAR = 10**9
OURS = Price(model="house-*", input=Decimal(1), output=Decimal(10))


def a_call(model="house-7b", **counts):
    counts = {"input_tokens": 1_000_000, "output_tokens": 100_000} | counts
    usage = {f"gen_ai.usage.{name}": count for name, count in counts.items()}
    return {"gen_ai.operation.name": "chat", "gen_ai.request.model": model} | usage


def set_prices(person, *rows, shipped=True, seen=0):
    with tenant_scope(person.actor.tenant_id):
        return set_trace_rules(actor=person.actor, rules=Prices(rows, shipped), seen=seen)


def cost_of(tenant, attributes, **span):
    receive_protobuf(tenant.id, protobuf_body(a_span(attributes=attributes, **span)))
    with tenant_scope(tenant.id):
        stored = Span.objects.order_by("-received_at").first()
        return stored.cost_nanos, stored.cost_source


def test_the_list_prices_that_ship_hold_where_nobody_set_any(acme):
    assert cost_of(acme, a_call("gpt-4o-2024-08-06")) == (3.5 * DOLLAR, "priced")
    assert cost_of(acme, a_call("azure/gpt-4o-mini")) == (0.21 * DOLLAR, "priced")
    assert cost_of(acme, a_call("claude-3-5-sonnet-latest")) == (4.5 * DOLLAR, "priced")


def test_a_model_without_a_price_costs_nothing_known(acme):
    assert cost_of(acme, a_call("nobody-knows")) == (None, "")
    no_tokens = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    assert cost_of(acme, no_tokens) == (None, "")


def test_alices_row_goes_before_what_ships_and_globex_keeps_that(acme, globex, alice):
    set_prices(alice, Price(model="gpt-4o*", input=Decimal(1), output=Decimal(1)))
    assert cost_of(acme, a_call("gpt-4o"))[0] == 1.1 * DOLLAR
    assert cost_of(globex, a_call("gpt-4o"))[0] == 3.5 * DOLLAR


def test_without_the_list_only_alices_rows_hold(acme, alice):
    set_prices(alice, OURS, shipped=False)
    assert cost_of(acme, a_call()) == (2 * DOLLAR, "priced")
    assert cost_of(acme, a_call("gpt-4o")) == (None, "")


def test_what_the_span_reports_goes_before_any_price(acme, alice):
    set_prices(alice, OURS)
    reported = a_call() | {"gen_ai.usage.cost": 0.25}
    assert cost_of(acme, reported) == (DOLLAR // 4, "reported")


def test_cached_tokens_have_prices_of_their_own(acme, alice):
    row = Price(
        model="house-*",
        input=Decimal(1),
        output=Decimal(10),
        cache_read=Decimal("0.1"),
        cache_write=Decimal(2),
    )
    set_prices(alice, row)
    cached = {"cache_read.input_tokens": 600_000, "cache_creation.input_tokens": 200_000}
    assert cost_of(acme, a_call(**cached))[0] == 1_660_000_000
    without_them = a_call(input_tokens=100_000, **cached)
    assert cost_of(acme, without_them)[0] == 1_560_000_000


def test_the_row_that_names_a_model_most_exactly_holds(acme, alice):
    exact = Price(model="house-7b", input=Decimal(5), output=Decimal(0))
    set_prices(alice, OURS, exact, Price(model="*", input=Decimal(9), output=Decimal(9)))
    assert cost_of(acme, a_call())[0] == 5 * DOLLAR
    assert cost_of(acme, a_call("house-70b"))[0] == 2 * DOLLAR
    assert cost_of(acme, a_call("gpt-4o"))[0] == 9.9 * DOLLAR


def test_a_providers_own_price_holds_for_that_provider(acme, alice):
    theirs = Price(provider="azure*", model="house-*", input=Decimal(3), output=Decimal(0))
    set_prices(alice, OURS, theirs)
    at_azure = {"gen_ai.provider.name": "azure.ai.openai"}
    assert cost_of(acme, a_call() | at_azure)[0] == 3 * DOLLAR
    assert cost_of(acme, a_call())[0] == 2 * DOLLAR


def test_a_price_holds_from_its_day_on(acme, alice):
    later = Price(model="house-*", input=Decimal(7), output=Decimal(0), valid_from=date(2026, 3, 1))
    set_prices(alice, OURS, later)
    before, from_then = 1_772_323_199 * DOLLAR, 1_772_323_200 * DOLLAR
    assert cost_of(acme, a_call(), start=before)[0] == 2 * DOLLAR
    assert cost_of(acme, a_call(), start=from_then)[0] == 7 * DOLLAR


def test_no_fraction_of_a_token_s_price_is_lost(acme, alice):
    set_prices(alice, Price(model="house-*", input=Decimal("0.000001"), output=Decimal(0)))
    assert cost_of(acme, a_call(input_tokens=10**6))[0] == 1000
    assert cost_of(acme, a_call(input_tokens=500))[0] == 1  # half a nano is one


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (Price(model="", input=Decimal(1), output=Decimal(1)), "rows.0.model"),
        (Price(model="a", provider=" ", input=Decimal(1), output=Decimal(1)), "rows.0.provider"),
        (Price(model="a", input=Decimal(-1), output=Decimal(1)), "rows.0.input"),
        (Price(model="a", input=Decimal("NaN"), output=Decimal(1)), "rows.0.input"),
        (Price(model="a", input=Decimal("Infinity"), output=Decimal(1)), "rows.0.input"),
        (Price(model="a", input=Decimal(1), output=Decimal("1e-7")), "rows.0.output"),
        (Price(model="a", input=Decimal(1), output=Decimal("1e6")), "rows.0.output"),
    ],
)
def test_a_row_that_does_not_hold_changes_nothing(acme, alice, row, field):
    with pytest.raises(InvalidInputError) as refused:
        set_prices(alice, row)
    assert [problem.field for problem in refused.value.problems] == [field]
    with tenant_scope(acme.id):
        assert not TraceRuleSet.objects.exists()


@pytest.mark.parametrize("who", ["bob", "dana", "carol", "robo"])
def test_nobody_but_an_owner_changes_a_price(acme, who, request):
    with pytest.raises(NotPermittedError):
        set_prices(request.getfixturevalue(who), OURS)
    with tenant_scope(acme.id):
        assert not TraceRuleSet.objects.exists()


def test_what_ships_holds_by_its_own_rules():
    shipped = shipped_prices()
    Prices(shipped.rows).checked()
    assert shipped.as_of > date(2026, 1, 1)
    assert Prices.from_json(Prices(shipped.rows).as_json()) == Prices(shipped.rows)
