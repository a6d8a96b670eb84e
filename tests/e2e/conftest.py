"""One instance with the demo in it, a browser for each file, and agents that write over HTTP."""

from collections.abc import Callable, Iterator

import pytest
from mnemoscope_client import MnemoscopeClient
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.chromium import MISSING, find_chromium
from tests.e2e.demonstrated import demonstrated_instance
from tests.e2e.people import FLAGS, PATIENCE_MS, Desks
from tests.instance import Instance


@pytest.fixture(scope="session")
def chromium() -> str:
    path = find_chromium()
    if path is None:
        pytest.fail(MISSING, pytrace=False)
    return path


@pytest.fixture(scope="session")
def instance() -> Iterator[Instance]:
    with demonstrated_instance() as started:
        yield started


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Ends with its file: while Playwright runs, Django takes its thread for an asynchronous one
    and refuses the database to whatever test comes next.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def desks(browser: Browser, instance: Instance) -> Desks:
    return Desks(browser, instance)


@pytest.fixture
def sit(desks: Desks) -> Iterator[Callable[..., Page]]:
    """`sit("reviewer")` is a page of somebody signed in; `sit()` one of a stranger."""
    yield desks.sit
    assert desks.clear() == []


@pytest.fixture(scope="session")
def robo(instance: Instance) -> Iterator[MnemoscopeClient]:
    """The demo's agent, as its own process would call."""
    with MnemoscopeClient(instance.url, instance.demo["agent_key"], timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def auditor(instance: Instance) -> Iterator[MnemoscopeClient]:
    """A person's own key, who reads everything."""
    users = instance.demo["users"]
    key = next(user["key"] for user in users if user["role"] == "auditor")
    with MnemoscopeClient(instance.url, key, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def spybot(instance: Instance) -> Iterator[MnemoscopeClient]:
    """An agent of another tenant."""
    with MnemoscopeClient(instance.url, instance.demo["other"]["agent_key"], timeout=30) as client:
        yield client
