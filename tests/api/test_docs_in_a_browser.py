import pytest
from playwright.sync_api import sync_playwright

from tests.api.live import served
from tests.e2e.chromium import find_chromium

pytestmark = pytest.mark.e2e


def test_a_developer_reads_the_docs_and_the_console_stays_silent(committed_db, monkeypatch):
    # Playwright's own event loop makes Django take this thread for an asynchronous one.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    executable = find_chromium()
    assert executable, "No Chromium: python tests/e2e/chromium.py"
    complaints: list[str] = []
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page()
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text) if line.type in {"error", "warning"} else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        foreign = []
        page.on(
            "request",
            lambda sent: (
                foreign.append(sent.url)
                if not sent.url.startswith((address, "data:", "blob:"))
                else None
            ),
        )
        page.goto(f"{address}/api/docs/")
        page.get_by_text("Write a memory").first.wait_for()
        page.get_by_text("Write a memory").first.click()
        page.get_by_role("button", name="Try it out").wait_for()
        browser.close()
    assert complaints == []
    assert foreign == []
