"""What a person may not see looks like what does not exist; a key opens and then opens nothing."""

import re
from uuid import uuid4

import pytest
from mnemoscope_client import AuthenticationError, MnemoscopeClient
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


def page_at(page, path):
    """Status and bytes, without what follows from the address and what no two answers share."""
    answer = page.request.get(path)
    body = answer.text().replace(path, "PATH").replace(' aria-current="true"', "")
    body = re.sub(r"<time .*?</time>", "TIME", body)
    body = re.sub(r'href="/help/[a-z-]*">.*?</a>', 'href="/help/">', body, flags=re.DOTALL)
    body = re.sub(r'("X-CSRFToken": "|csrfmiddlewaretoken" value=")\w+', r"\1TOKEN", body)
    return answer.status, re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", body)


def test_carol_finds_no_review_and_no_trail_of_it(sit, robo):
    held = robo.memories.write("Lea may be away in May.", subject="customer-7", confidence=0.2)
    carol = sit("reader")
    carol.goto("/")
    for missing in ("Review", "Audit"):
        expect(carol.get_by_role("link", name=missing, exact=True)).to_have_count(0)
    nothing = page_at(carol, f"/memories/{uuid4()}")
    assert nothing[0] == 404
    for hidden in ("/review/", f"/review/{held.review_id}", f"/memories/{held.id}", "/audit/"):
        assert page_at(carol, hidden) == nothing, hidden
    carol.goto(f"/review/{held.review_id}")
    expect(carol.get_by_role("heading", name="There is nothing here")).to_be_visible()


@pytest.mark.parametrize("role", ["reader", "owner"])
def test_what_another_tenant_holds_is_as_absent_as_what_nobody_holds(sit, spybot, role):
    theirs = spybot.memories.write("Globex pays late.", subject="customer-9", confidence=0.2)
    somebody = sit(role)
    for path in (
        "/memories/{memory}",
        "/memories/{memory}/revise",
        "/memories/{memory}/delete",
        "/review/{review}",
        "/audit/?object={memory}",
    ):
        foreign = page_at(somebody, path.format(memory=theirs.id, review=theirs.review_id))
        unknown = page_at(somebody, path.format(memory=uuid4(), review=uuid4()))
        assert foreign == unknown, path
        assert "Globex pays" not in foreign[1]
    status, found = page_at(somebody, "/memories/?q=Globex+pays+late")
    assert status == 200
    assert "Globex pays late." not in found
    assert "customer-9<" not in found


def test_carol_makes_a_key_uses_it_and_takes_it_back(sit, instance):
    carol = sit("reader")
    carol.goto("/settings/keys/")
    carol.get_by_role("link", name="Make a key").click()
    carol.get_by_label("Name").fill("<b>notebook</b>")
    carol.get_by_role("button", name="Make the key").click()
    secret = carol.locator("#secret").inner_text()
    with MnemoscopeClient(instance.url, secret) as client:
        assert client.memories.list(page_size=1) is not None
        assert next(iter(client.memories.list())).state == "active"

        carol.get_by_role("link", name="Done").click()
        mine = carol.get_by_role("row").filter(has_text="<b>notebook</b>")
        expect(mine).to_contain_text("in use")
        assert secret not in carol.content()
        assert secret[:20] not in carol.url

        mine.get_by_role("link", name="Revoke").click()
        carol.get_by_role("link", name="Keep it").click()
        expect(mine).to_contain_text("in use")
        mine.get_by_role("link", name="Revoke").click()
        carol.get_by_role("button", name="Revoke").click()
        expect(carol.get_by_role("status").filter(has_text="Revoked")).to_be_visible()
        expect(mine).to_contain_text("revoked")
        with pytest.raises(AuthenticationError):
            next(iter(client.memories.list()))

    alice = sit("owner")
    alice.goto("/audit/?kind=api_key.revoked")
    expect(alice.locator(".event").first).to_contain_text("Reader of Acme")


@pytest.mark.parametrize(
    ("path", "filter_by", "choice"),
    [
        ("/runs/", "Status", "finished"),
        ("/audit/", "Outcome", "done"),
    ],
    ids=["runs", "audit"],
)
def test_going_back_to_a_filtered_list_brings_the_whole_page(sit, path, filter_by, choice):
    alice = sit("owner")
    alice.goto(path)
    everything = results_of(alice)
    alice.get_by_role("combobox", name=filter_by, exact=True).select_option(choice)
    alice.wait_for_url(re.compile(rf"{re.escape(path)}\?\w+={choice}$"))
    expect(alice.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    filtered = results_of(alice)
    alice.get_by_role("link", name="Settings").click()
    expect(alice.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    alice.go_back()
    expect(alice.get_by_role("navigation", name="Main")).to_be_visible()
    expect(alice.get_by_role("combobox", name=filter_by, exact=True)).to_have_value(choice)
    assert results_of(alice) == filtered
    alice.reload()
    expect(alice.get_by_role("navigation", name="Main")).to_be_visible()
    assert results_of(alice) == filtered
    alice.go_back()
    expect(alice.get_by_role("combobox", name=filter_by, exact=True)).to_have_value("")
    expect(alice.get_by_role("navigation", name="Main")).to_be_visible()
    assert results_of(alice) == everything


def results_of(page):
    """The links of the list; a page put inside itself would have two lists."""
    expect(page.locator("#browse")).to_have_count(1)
    rows = page.get_by_role("main").locator(".runs tbody a, .event a")
    return rows.evaluate_all("(links) => links.map((link) => link.href)")
