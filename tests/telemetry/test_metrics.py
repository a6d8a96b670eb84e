"""Prometheus asks how the instance is, and nobody else is told."""

import time

import pytest
from django.test import Client

from audit.partitions import ensure_partitions
from audit.tasks import make_partitions
from console.tenancy.models import Tenant
from tests.ingest.conftest import Send
from tests.ingest.messages import a_span, protobuf_body

pytestmark = pytest.mark.django_db
TOKEN = "scrape-me"


@pytest.fixture
def scrape(client: Client, settings):
    settings.METRICS_TOKEN = TOKEN
    return lambda: client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})


def figure(text: str, line: str) -> float:
    return next(float(one.rpartition(" ")[2]) for one in text.splitlines() if one.startswith(line))


def test_without_a_token_there_is_no_such_address(client: Client):
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Bearer ", f"Basic {TOKEN}"])
def test_who_does_not_know_the_token_is_told_nothing(client: Client, settings, header: str):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": header})
    assert answer.status_code == 401
    assert b"mnemoscope_" not in answer.content


@pytest.mark.usefixtures("no_day_remembered")
def test_requests_spans_and_the_database_are_counted(scrape, client: Client, send: Send):
    ensure_partitions()
    stored = 'mnemoscope_spans_total{result="stored"}'
    health = 'mnemoscope_http_request_duration_seconds_count{method="GET",route="healthz/live"'
    assert send(protobuf_body(a_span(), a_span())).status_code == 200
    client.get("/healthz/live")
    before = scrape().content.decode()
    assert send(protobuf_body(a_span(), a_span())).status_code == 200
    client.get("/healthz/live")
    after = scrape().content.decode()
    assert figure(after, stored) - figure(before, stored) == 2
    assert figure(after, health) - figure(before, health) == 1
    assert figure(after, "mnemoscope_database_up") == 1
    assert figure(after, "mnemoscope_partitions_ahead_days") >= 7


def test_a_task_that_stands_still_would_be_seen(scrape):
    began = time.time()
    make_partitions.apply()
    task = 'task="audit.tasks.make_partitions"'
    text = scrape().content.decode()
    assert figure(text, f'mnemoscope_tasks_total{{state="SUCCESS",{task}') >= 1
    assert figure(text, f"mnemoscope_task_last_success_timestamp_seconds{{{task}") >= began


def test_no_tenant_and_no_object_is_named(scrape, client: Client, acme: Tenant, send: Send):
    body = protobuf_body(a_span(attributes={"gen_ai.agent.name": "hidden-agent"}))
    assert send(body).status_code == 200
    client.get(f"/memories/{acme.id}")
    text = scrape().content.decode()
    for name in (acme.slug, str(acme.id), "hidden-agent"):
        assert name not in text
