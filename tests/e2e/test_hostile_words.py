"""Agents may write what they like: a person's browser shows it, and does nothing that it says."""

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from playwright.sync_api import expect

from tests.ingest.messages import a_span, json_document, pairs

pytestmark = pytest.mark.e2e

RAN = "document.documentElement.dataset.ran = 'yes'"
MARKUP = f"""<img src=x onerror="{RAN}"><script>{RAN}</script><svg onload="{RAN}"></svg>"""
BREAKS_OUT = f"""'"></title></textarea></style><script>{RAN}</script>"""
LINK = f'[press](javascript:{RAN}) <a href="javascript:{RAN}">press</a>'
TEMPLATE = "{{ 7|add:7 }}{% csrf_token %}${7*7}"
REVERSED = "invoice\u202egpj.exe\u202c"
UNSEEN = "tag\U000e0069\U000e0067\U000e006e\U000e006f\U000e0072\U000e0065"
ENDLESS = "A1" * 10_000
HOSTILE = f"{MARKUP}\n{BREAKS_OUT}\n{LINK}\n{TEMPLATE}\n{REVERSED}\n{UNSEEN}\n{ENDLESS}"
SHORT = f"{BREAKS_OUT}{REVERSED}"


@pytest.fixture(scope="module")
def written(instance) -> dict:
    """Hostile words everywhere an agent can put any: in a memory, and in the step that wrote it."""
    step = a_span(
        f"{SHORT}{ENDLESS[:2000]}",
        attributes={
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": SHORT,
            "gen_ai.agent.name": SHORT,
            "gen_ai.tool.call.arguments": HOSTILE,
            "error.type": SHORT,
            BREAKS_OUT: MARKUP,
        },
        status=Status(code=Status.STATUS_CODE_ERROR, message=HOSTILE),
        events=[Span.Event(name=SHORT, attributes=pairs({SHORT: HOSTILE}))],
    )
    memory = {
        "content": HOSTILE,
        "value": {SHORT: [HOSTILE]},
        "subject": SHORT,
        "key": SHORT,
        "source": f"{LINK}{ENDLESS[:1500]}",
        "namespace": ["<b>", REVERSED],
        "metadata": {SHORT: MARKUP},
        "confidence": 0.2,
    }
    traceparent = f"00-{step.trace_id.hex()}-{step.span_id.hex()}-01"
    with httpx.Client(
        base_url=instance.url,
        headers={"Authorization": f"Bearer {instance.demo['agent_key']}"},
        timeout=60,
    ) as agent:
        spans = json_document(step, resource={"service.name": SHORT})
        agent.post("/v1/traces", json=spans).raise_for_status()
        held = agent.post("/api/v1/memories", json=memory, headers={"traceparent": traceparent})
    assert held.status_code == httpx.codes.ACCEPTED, held.text
    return held.json()


@pytest.mark.parametrize("width", [360, 1440])
def test_alice_reads_hostile_words_and_nothing_of_them_runs(sit, written, width):
    alice = sit("owner", width=width)
    alice.goto(f"/review/{written['review_id']}")
    expect(alice.get_by_role("region", name="What it says")).to_contain_text("<script>")
    expect(alice.get_by_role("region", name="What it says")).to_contain_text("{% csrf_token %}")
    expect(alice.get_by_title("right-to-left override").first).to_have_text("U+202E")
    expect(alice.get_by_title("hidden text").first).to_have_text("ignore")
    marks = alice.get_by_role("region", name="What it says").locator(".unseen")
    assert marks.first.bounding_box()["width"] > 20
    assert harm(alice, width) == []
    alice.get_by_role("link", name="Open in the timeline").click()
    expect(alice.get_by_role("complementary", name="Step")).to_contain_text("onerror")
    assert harm(alice, width) == []
    for path in ("/", "/review/", "/memories/", f"/memories/{written['id']}", "/runs/"):
        alice.goto(path)
        expect(alice.get_by_text("<script>").first).to_be_attached()
        assert harm(alice, width) == [], path
    alice.goto(f"/audit/?object={written['id']}")
    assert harm(alice, width) == []


def harm(page, width):
    """What of the hostile words became more than words, with all that folds unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    return page.evaluate(
        """(width) => {
            const found = [];
            const planted = "img, script, style, iframe, [onerror], [onload], [href^=javascript]";
            for (const one of document.querySelector("main").querySelectorAll(planted)) {
                found.push(one.outerHTML);
            }
            if (document.documentElement.dataset.ran) found.push("a script ran");
            const wide = document.documentElement.scrollWidth;
            if (wide > width) found.push(`the page is ${wide} px wide`);
            return found;
        }""",
        width,
    )
