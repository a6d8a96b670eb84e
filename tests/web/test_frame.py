"""What every page owes everyone: the policy of its content, its headers, and words for failures."""

import re

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import remember

# A run taken away as a file carries its style with it, under a policy of its own
# (tests/web/test_run_export.py).
TEMPLATES = [
    path
    for path in (settings.PROJECT_ROOT / "templates").rglob("*.html")
    if not {"api", "document"} & set(path.parts)
]
TAG = re.compile(r"{%.*?%}", re.DOTALL)
FORBIDDEN = re.compile(
    r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:|https?://", re.IGNORECASE
)
ESCAPING_OFF = re.compile(r"\|\s*safe|autoescape")


def test_no_template_carries_a_style_a_script_or_a_foreign_address():
    found = [path.name for path in TEMPLATES if FORBIDDEN.search(TAG.sub("", path.read_text()))]
    assert found == []


def test_no_template_switches_escaping_off():
    assert [path.name for path in TEMPLATES if ESCAPING_OFF.search(path.read_text())] == []


def test_pages_are_served_under_a_strict_policy(desk, bob):
    response = desk(bob).get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("role", ["alice", "bob", "dana", "carol"])
def test_the_front_page_leads_only_to_pages_that_open(desk, request, role):
    client = desk(request.getfixturevalue(role))
    page = client.get("/").content.decode()
    links = set(re.findall(r'href="(/[^"]*)"', page)) - {"/"}
    assert links
    for link in links:
        if not link.startswith("/static/"):
            assert client.get(link).status_code == 200, link


def test_the_review_count_stands_in_the_rail(desk, bob, rookie):
    remember(rookie, "Jonas is away.")
    assert 'rail-count">1' in desk(bob).get("/memories/").content.decode()


def test_a_wrong_address_says_so_in_words(desk, bob):
    response = desk(bob).get("/nowhere")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_a_form_without_its_token_is_refused_in_words(bob):
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob.user)
    response = client.post("/tenant/", {"tenant": "x"})
    assert response.status_code == 403
    assert "That form was too old" in response.content.decode()
