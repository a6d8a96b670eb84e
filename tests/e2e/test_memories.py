"""Somebody who looks for a memory: what there is, what there was, and what an agent would get."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def orders(robo):
    """A memory of two versions, which robo recalled once."""
    known = robo.memories.write("Mira has one order open.", subject="customer-77", confidence=0.9)
    words = "Mira has two orders open, one of them late."
    robo.memories.revise(known.id, expected_version=1, content=words)
    robo.recall("orders of Mira", subject="customer-77", purpose="to answer a mail")
    return known


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_dana_finds_a_memory_narrows_it_down_and_takes_a_filter_away(sit, orders, scripts):
    dana = sit("auditor", scripts=scripts)
    dana.goto("/memories/")
    dana.get_by_label("Search").fill("which orders of Mira are open?")
    dana.get_by_role("button", name="Search").click()
    hit = dana.get_by_role("listitem").filter(has_text="Mira has two orders open")
    expect(hit).to_contain_text("Every word stands in it")
    dana.get_by_role("link", name=re.compile("customer-77")).first.click()
    dana.wait_for_url(re.compile("subject=customer-77"))
    expect(dana.get_by_role("heading", name="1 memory", exact=True)).to_be_visible()
    dana.get_by_role("list", name="Narrowed to").get_by_role("link", name="customer-77").click()
    dana.wait_for_url(re.compile(r"q=which[^&]*$"))
    hit.get_by_role("link").click()
    expect(dana.get_by_role("region", name="What it says")).to_contain_text("two orders")


def test_dana_goes_back_in_time_and_comes_back(sit, orders):
    dana = sit("auditor")
    dana.goto(f"/memories/{orders.id}")
    went = dana.get_by_role("region", name="What it went through")
    went.get_by_role("link", name="Active").last.click()
    expect(dana.get_by_role("region", name="What it said")).to_contain_text("one order open")
    expect(dana.get_by_role("note")).to_contain_text("You look at")
    expect(dana.get_by_role("link", name="Revise")).to_have_count(0)
    dana.get_by_role("link", name="Back to now").click()
    expect(dana.get_by_role("region", name="What it says")).to_contain_text("two orders")


def test_dana_compares_two_versions_and_reads_who_recalled_it(sit, orders):
    dana = sit("auditor")
    dana.goto(f"/memories/{orders.id}")
    dana.get_by_role("link", name="Compare any two").click()
    new = dana.get_by_role("region", name="Version 2")
    expect(new.locator("ins").first).to_contain_text("two orders")
    expect(new).to_contain_text("Seal verified")
    dana.get_by_label("against").select_option("1")
    expect(dana.get_by_text("both say the same")).to_be_visible()
    dana.goto(f"/memories/{orders.id}/uses?what=recalls")
    expect(dana.get_by_role("row").filter(has_text="to answer a mail")).to_contain_text("Recall")


def test_dana_tries_a_recall_as_the_agent(sit, orders):
    dana = sit("auditor")
    dana.goto("/memories/")
    dana.get_by_role("link", name="What would an agent get?").click()
    dana.get_by_label("What it asks").fill("Which orders of Mira are open?")
    dana.get_by_label("About").fill("customer-77")
    dana.get_by_role("button", name="Try it").click()
    gets = dana.get_by_role("region", name=re.compile("would get 1 memory"))
    expect(gets.get_by_role("listitem").first).to_contain_text("Mira has two orders open")
    expect(dana.get_by_role("region", name="The same over the API")).to_contain_text("top_k")
