"""A long run on its page: found in, folded, zoomed into, shared by its address, and live."""

import os
import re
import time

import httpx
import pytest
from playwright.sync_api import expect

from tests.ingest.messages import SECOND, a_span, protobuf_body

pytestmark = pytest.mark.e2e

READ = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "read_file"}
FAILED = {**READ, "error.type": "FileNotFoundError"}
RECALL = {"gen_ai.operation.name": "search_memory"}
AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "archivist"}


class Told:
    """A run as its agent tells of it, span by span."""

    def __init__(self, instance, name: str) -> None:
        self.url = f"{instance.url}/v1/traces"
        self.key = instance.demo["ingest_key"]
        self.trace, self.root = os.urandom(16), os.urandom(8)
        self.name = name
        self.start = time.time_ns() - 600 * SECOND

    def span(self, name: str, at: float, seconds: float = 1, **attributes: object):
        return a_span(
            name,
            trace_id=self.trace,
            parent=self.root,
            start=self.start + int(at * SECOND),
            seconds=seconds,
            attributes=attributes,
        )

    def whole(self, seconds: float):
        """Its root; of 0 seconds it is still open."""
        return a_span(
            self.name,
            trace_id=self.trace,
            span_id=self.root,
            start=self.start,
            seconds=seconds,
            attributes=AGENT,
        )

    def send(self, *spans) -> None:
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/x-protobuf",
        }
        body = protobuf_body(*spans)
        httpx.post(self.url, content=body, headers=headers, timeout=30).raise_for_status()

    def address(self, auditor) -> str:
        return f"/runs/{next(run.id for run in auditor.runs.list() if run.name == self.name)}"


@pytest.fixture
def archive(instance, auditor) -> str:
    """Twelve reads in a row of which one failed, and far below them one step to look for."""
    told = Told(instance, f"archive {os.urandom(4).hex()}")
    reads = [told.span("read_file", at, **(FAILED if at == 7 else READ)) for at in range(12)]
    others = [told.span(f"step {at}", at) for at in range(20, 420)]
    recall = told.span("search_memory", 430, **RECALL)
    needle = told.span("find the needle", 440, 20)
    told.send(told.whole(500), *reads, *others, recall, needle)
    return told.address(auditor)


def test_carol_finds_folds_and_zooms_by_keys_and_bob_sees_the_same_at_her_address(sit, archive):
    carol = sit("reader")
    carol.goto(archive)
    timeline = carol.get_by_role("region", name="Timeline")
    reads = timeline.get_by_role("link", name="read_file")
    expect(reads).to_have_count(1)
    expect(reads).to_contain_text("12")
    expect(carol.locator("#steps > li")).not_to_have_count(0)
    assert carol.locator("#steps > li").count() < 100

    carol.keyboard.press("e")
    expect(carol.locator(":focus")).to_contain_text("read_file, Tool, failed")
    expect(reads).to_have_count(13)
    carol.keyboard.press("ArrowLeft")
    expect(carol.locator(":focus")).to_contain_text("1 failed")
    carol.keyboard.press("ArrowLeft")
    expect(reads).to_have_count(1)
    carol.keyboard.press("ArrowRight")
    expect(reads).to_have_count(13)
    carol.keyboard.press("m")
    expect(carol.locator(":focus")).to_contain_text("search_memory, Memory read")

    carol.keyboard.press("/")
    carol.keyboard.type("needle")
    carol.keyboard.press("Enter")
    expect(carol.get_by_text("1 of 1")).to_be_visible()
    needle = timeline.get_by_role("link", name="find the needle")
    expect(needle).to_be_in_viewport()

    window = carol.locator(".minimap-window")
    expect(window).to_be_hidden()
    carol.locator("h1").click()
    carol.keyboard.press("+")
    expect(window).to_be_visible()
    carol.keyboard.press("0")
    expect(window).to_be_hidden()
    box = carol.locator(".minimap").bounding_box()
    at = [(box["x"] + box["width"] * share, box["y"] + 20) for share in (0.8, 0.95)]
    carol.mouse.move(*at[0])
    carol.mouse.down()
    carol.mouse.move(*at[1], steps=4)
    carol.mouse.up()
    expect(window).to_be_visible()
    carol.wait_for_url(re.compile(r"from=\d+.*to=\d+.*q=needle.*unfold=[0-9a-f]{16}"))

    needle.click()
    expect(carol.get_by_role("heading", name="find the needle")).to_be_visible()
    carol.wait_for_url(re.compile(r"/[0-9a-f]{16}\?.*q=needle"))
    bob = sit("reviewer")
    bob.goto(carol.url)
    expect(bob.locator("#steps > li[aria-current=true]")).to_contain_text("find the needle")
    expect(bob.locator(".minimap-window")).to_be_visible()
    expect(bob.get_by_label("Search the steps")).to_have_value("needle")
    assert bob.url == carol.url


def test_carol_narrows_a_run_to_what_failed_and_sees_it_by_lanes(sit, archive):
    carol = sit("reader")
    carol.goto(f"{archive}?only=errors")
    steps = carol.locator("#steps > li")
    expect(steps).to_have_count(2)
    expect(steps.last).to_contain_text("read_file, Tool, failed")
    expect(carol.get_by_text("1 of 415 steps")).to_be_visible()
    carol.get_by_role("button", name="Clear").click()
    expect(carol.get_by_text("1 of 415 steps")).to_have_count(0)
    carol.get_by_role("link", name="Lanes").click()
    expect(steps).to_have_count(4)
    expect(carol.get_by_role("link", name="Memory read")).to_be_visible()
    carol.get_by_role("button", name="Steps of Memory read").click()
    expect(carol.get_by_role("link", name="search_memory")).to_be_visible()


def test_carol_reads_a_run_without_scripts(sit, archive, desks):
    carol = desks.sit("reader", scripts=False)
    carol.goto(archive)
    expect(carol.get_by_role("link", name="read_file")).to_have_count(1)
    carol.get_by_role("link", name="Rows after").click()
    expect(carol.get_by_role("link", name="find the needle")).to_be_visible()


def test_carol_watches_a_run_while_it_goes_on(sit, instance, auditor):
    told = Told(instance, f"watch {os.urandom(4).hex()}")
    told.start = time.time_ns() - 5 * SECOND
    told.send(told.whole(0), told.span("first step", 1))
    carol = sit("reader")
    carol.goto(told.address(auditor))
    expect(carol.get_by_text("Live", exact=True)).to_be_visible()
    carol.get_by_role("link", name="first step").click()
    told.send(told.span("later step", 2), told.span("search_memory", 3, **RECALL))
    expect(carol.get_by_role("link", name="later step")).to_be_visible()
    expect(carol.locator("[data-figure=steps]")).to_have_text("4")
    expect(carol.locator("#steps > li[aria-current=true]")).to_contain_text("first step")
    told.send(told.whole(5))
    expect(carol.locator("[data-figure=badge]")).to_have_text("finished")
    expect(carol.get_by_text("Live", exact=True)).to_be_hidden()
