"""A canary in a whole instance: its pages, doors and errors, its workers, its logs and its broker.

The broker is a real Redis or Valkey where one is named (`.ci/run` always names one), and all that
goes through it is listened to; else it is files, which lie in the data folder.
"""

import os
import re
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import redis

from tests.e2e.scene import api_of
from tests.erasure.said import Words
from tests.erasure.workspace import CANARY
from tests.ingest.messages import a_span, protobuf_body
from tests.instance import Instance, running_instance

pytestmark = pytest.mark.slow
# A number of our own: other tests' workers must not take what is sent.
NAMED = os.environ.get("MNEMOSCOPE_TEST_BROKER_URL", "").removesuffix("/0")
BROKER = f"{NAMED}/1" if NAMED else None
PERSON = f"{CANARY}@mail.example"
PATIENCE = 120
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
BODY = re.compile(rb'"body": "([A-Za-z0-9+/=]+)"')
# Lie beside what a person says: keys, passwords and files of the package.
NOT_SEARCHED = {"secrets", "static"}


@contextmanager
def listening() -> Iterator[list[bytes]]:
    """Every command that a Redis is given meanwhile, of whomever."""
    heard: list[bytes] = []
    if BROKER is None:
        yield heard
        return
    server = redis.Redis.from_url(BROKER, socket_timeout=None)
    with server.monitor() as monitor:

        def listen() -> None:
            for line in monitor.listen():
                heard.append(line["command"].encode())
                if line["command"] == "ECHO done":
                    return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield heard
        finally:
            server.echo("done")
            thread.join(PATIENCE)


def test_no_log_no_file_and_no_message_of_an_instance_tells_of_who_was_erased():
    words = Words()
    broker = {"MNEMOSCOPE_BROKER_URL": BROKER} if BROKER else {}
    with listening() as heard, running_instance(**broker) as instance:
        said(instance, words)
        stumbled_over(instance, words)
        assert told_in(instance, words) > set()
        request = erased(instance)
        left = told_in(instance, words)
        logs = {path.name for path in (instance.home / "logs").iterdir()}
    assert left == set()
    assert logs >= {"web.log", "worker.log", "beat.log", "sequencer.log"}
    assert request["status"] == "completed"
    assert_nothing_was_sent(heard, words)


def said(instance: Instance, words: Words) -> None:
    """What an agent and people do every day."""
    agent = {"Authorization": f"Bearer {instance.demo['agent_key']}"}
    with httpx.Client(base_url=instance.url, headers=agent, timeout=30) as robo:
        for number in range(5):
            body = {"content": f"{PERSON} {words.at('content')} {number}", "subject": PERSON}
            robo.post("/api/v1/memories", json=body).raise_for_status()
        doubtful = {"content": words.at("doubtful"), "subject": PERSON, "confidence": 0.1}
        robo.post("/api/v1/memories", json=doubtful).raise_for_status()
        query = {"query": f"{PERSON} {words.at('query')}", "subject": PERSON}
        robo.post("/api/v1/recall", json=query).raise_for_status()
        step = {"user.id": PERSON, "input.value": words.at("input")}
        traced = protobuf_body(a_span(words.at("step"), attributes=step))
        protobuf = {"Content-Type": "application/x-protobuf"}
        robo.post("/v1/traces", content=traced, headers=protobuf).raise_for_status()


def stumbled_over(instance: Instance, words: Words) -> None:
    """What goes wrong: addresses, bodies and headers that name the person, and are refused."""
    agent = {"Authorization": f"Bearer {instance.demo['agent_key']}"}
    json, protobuf = (
        agent | {"Content-Type": f"application/{form}"} for form in ("json", "x-protobuf")
    )
    headers = {
        "User-Agent": words.at("user_agent"),
        "X-Request-Id": PERSON,
        "Baggage": f"user.id={PERSON}",
        "Referer": f"https://shop.example/{PERSON}",
    }
    with httpx.Client(base_url=instance.url, headers=headers, timeout=30) as stranger:
        statuses = [
            stranger.get(f"/memories/?subject={PERSON}").status_code,
            stranger.get(f"/{PERSON}").status_code,
            stranger.get(f"/api/v1/memories/{PERSON}", headers=agent).status_code,
            stranger.get(f"/api/v1/memories?nonsense={PERSON}", headers=agent).status_code,
            stranger.post("/api/v1/memories", content=PERSON, headers=json).status_code,
            stranger.post("/api/v1/memories", json={PERSON: PERSON}, headers=agent).status_code,
            stranger.post("/v1/traces", content=PERSON, headers=protobuf).status_code,
            stranger.post(f"/privacy/{PERSON}/", data={"named": PERSON}).status_code,
            stranger.get("/api/v1/memories", headers={"Authorization": PERSON}).status_code,
        ]
        assert "are not correct" in signed_in(stranger, PERSON, words.at("password")).text
    assert all(300 <= status < 500 for status in statuses), statuses


def erased(instance: Instance) -> dict[str, str]:
    """Taken in by an owner, approved by a reviewer, begun at once, carried out by the worker."""
    alice = next(user for user in instance.demo["users"] if user["role"] == "owner")
    asked = {"kind": "erasure", "subject": PERSON, "contact": PERSON}
    asked |= {"asked_by": "By letter", "identity_check": "Called back."}
    with (
        httpx.Client(base_url=instance.url, timeout=30) as desk,
        api_of(instance, "owner") as owner,
        api_of(instance, "reviewer") as bob,
    ):
        assert signed_in(desk, alice["email"], alice["password"]).status_code == 302
        desk.get(f"/find/?q={PERSON}").raise_for_status()
        desk.get(f"/memories/?subject={PERSON}").raise_for_status()
        setting = {"law": "gdpr", "cool_off_hours": "0"}
        assert filled_in(desk, "/settings/desk/", setting).status_code == 302
        made = owner.post("subject-requests", json=asked).raise_for_status().json()
        path = f"subject-requests/{made['id']}"
        bob.post(f"{path}/transitions", json={"verb": "approve"}).raise_for_status()
        page = f"/requests/{made['id']}"
        assert filled_in(desk, page, {"sure": "on"}, to=f"{page}/carry-out").status_code == 302
        deadline = time.monotonic() + PATIENCE
        while (request := owner.get(path).json())["status"] != "completed":
            assert time.monotonic() < deadline, request
            time.sleep(0.2)
        owner.get("audit/events/export?format=jsonl").raise_for_status()
    return request


def signed_in(client: httpx.Client, email: str, password: str) -> httpx.Response:
    return filled_in(client, "/accounts/login/", {"login": email, "password": password})


def filled_in(
    client: httpx.Client, page: str, form: dict[str, str], *, to: str = ""
) -> httpx.Response:
    [token, *_] = TOKEN.findall(client.get(page).raise_for_status().text)
    return client.post(to or page, data=form | {"csrfmiddlewaretoken": token})


def told_in(instance: Instance, words: Words) -> set[str]:
    """The files of the instance that tell of the person, and by which word."""
    found = set()
    for path in sorted(instance.home.rglob("*")):
        inside = path.relative_to(instance.home)
        if inside.parts[0] in NOT_SEARCHED or path.is_symlink() or not path.is_file():
            continue
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a message that was taken, a segment that was let go of
            continue
        if CANARY.encode() in content or words.found_in(content):
            found.add(f"{inside}: {words.found_in(content) or CANARY}")
    return found


def assert_nothing_was_sent(heard: list[bytes], words: Words) -> None:
    """Neither as a command nor in a message to the worker, whose body travels as base64."""
    if BROKER is None:
        return
    assert heard[-1] == b"ECHO done"
    bodies = [b64decode(body) for command in heard for body in BODY.findall(command)]
    sent = b"\n".join(heard + bodies)
    assert b"memory.tasks.carry_out_requests_in" in sent
    assert b'{"tenant_id": ' in sent
    assert CANARY.encode() not in sent
    assert words.found_in(sent) == set()
