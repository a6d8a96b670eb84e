"""Who looks, and where: every address that answers a GET, and recall.

The addresses are those of the URL map, so that a page added tomorrow is looked at tomorrow.
"""

import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.test import Client
from django.urls import URLPattern

from console.accounts.authentication import actor_of_key
from console.accounts.key_text import parse_key
from console.api.urls import V1
from console.api.urls import urlpatterns as api_patterns
from console.platform.clock import now
from console.tenancy.scope import tenant_scope
from console.web.urls import urlpatterns as web_patterns
from memory.models import State
from tests.api.door import Door
from tests.cast import Machine, Person

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
# What an address or a page may be asked beside its path.
QUESTIONS: dict[str, list[str]] = {
    "q": ["customer", "contract", "refunds"],
    "state": [*State.values, "decided"],
    "kind": ["fact", "preference"],
    "subject": ["c-0", "c-1"],
    "filter": ['{"key": {"ne": "rule"}}', '{"not": {"kind": "event"}}'],
}


@dataclass(frozen=True)
class Look:
    path: str
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Reader:
    """Somebody who is no reviewer, at one door."""

    name: str
    tenant_id: UUID
    api_key_id: UUID | None
    addresses: list[str]
    usual: list[str]
    door: Door | None = None
    browser: Client = field(default_factory=Client)

    def get(self, look: Look) -> "Answer":
        if self.door is None:
            return self.browser.get(f"/{look.path}")
        if look.body is not None:
            return self.door.post(look.path, look.body)
        return self.door.get(look.path)


def by_key(holder: Person | Machine) -> Reader:
    key = parse_key(holder.key)
    assert key is not None
    with tenant_scope(key.tenant_id):
        actor = actor_of_key(key)
    return Reader(
        name=f"{holder.actor.label} by key",
        tenant_id=holder.actor.tenant_id,
        api_key_id=actor.api_key_id,
        addresses=[at.removeprefix(V1) for at in routes(api_patterns) if at.startswith(V1)],
        usual=["memories/<memory_id>", "memories/<memory_id>/versions", "memories"],
        door=Door(holder.key),
    )


def in_browser(person: Person) -> Reader:
    browser = Client()
    browser.force_login(person.user)
    return Reader(
        name=f"{person.actor.label} in a browser",
        tenant_id=person.actor.tenant_id,
        api_key_id=None,
        addresses=routes(web_patterns),
        usual=["memories/<memory_id>", "memories/"],
        browser=browser,
    )


def routes(patterns: list[URLPattern]) -> list[str]:
    return [str(at.pattern) for at in patterns if not str(at.pattern).startswith("^")]


def a_look(
    chance: random.Random, reader: Reader, *, memory_id: UUID | None, word: str, since: datetime
) -> Look:
    if reader.door is not None and chance.random() < 0.4:
        return Look("recall", a_recall(chance, word, since))
    route = chance.choice(reader.usual if chance.random() < 0.6 else reader.addresses)
    path = PARAMETER.sub(lambda match: _filled(chance, match, memory_id), route)
    if PARAMETER.search(route) or chance.random() < 0.3:
        return Look(path)
    questions = {**QUESTIONS, "q": [*QUESTIONS["q"], word]}
    if reader.door is not None:
        del questions["q"]  # an unknown parameter would be refused, and nothing looked at
    name = chance.choice([*questions])
    return Look(f"{path}?{urlencode({name: chance.choice(questions[name])})}")


def a_recall(chance: random.Random, word: str, since: datetime) -> dict[str, Any]:
    body: dict[str, Any] = {
        "query": chance.choice([word, "What does the customer prefer?", "refunds"]),
        "top_k": chance.choice([1, 10, 100]),
    }
    if chance.random() < 0.3:
        body["subject"] = f"c-{chance.randint(0, 3)}"
    if chance.random() < 0.2:
        body["namespace"] = ["support"]
    if chance.random() < 0.2:
        body["filters"] = {"kind": chance.choice(["fact", "preference"])}
    if chance.random() < 0.4:
        lived = (now() - since) / timedelta(seconds=1)
        moment = since + timedelta(seconds=lived * chance.random())
        body["as_of"] = moment.astimezone(UTC).isoformat()
    if chance.random() < 0.2:
        body["valid_at"] = (now() + timedelta(days=chance.choice([-1, 0, 2]))).isoformat()
    return body


def _filled(chance: random.Random, match: "re.Match[str]", memory_id: UUID | None) -> str:
    converter, name = match.groups()
    if name == "memory_id" and memory_id is not None:
        return str(memory_id)
    if converter == "int":
        return str(chance.randint(1, 3))
    lengths = {"trace_id": 32, "span_id": 16}
    return "0" * lengths[name] if name in lengths else str(uuid4())
