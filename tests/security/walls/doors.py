"""Every address of the API and the console, asked with what is another tenant's.

The operations are those of the OpenAPI document and of the URL map: what is added tomorrow is tried
tomorrow, or fails here because nobody said how to fill its address.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from drf_spectacular.generators import SchemaGenerator

from console.accounts.key_text import HANDOVER_SCHEME, INVITATION_SCHEME, new_key
from console.web.forms.filters import FilterForm
from console.web.request_deeds import DEEDS
from console.web.urls import urlpatterns
from tests.security.held_looks import PARAMETER, routes

Ids = dict[str, list[UUID]]
DEEPEST = 4
SAYINGS = ("The customer prefers e-mail.", "c-1", "order", "2026-11-21T10:00:00Z")
# What an address names besides ids: the same in every tenant, so that another's may be meant.
NAMED = {
    "number": ["1"],
    "label": ["general"],
    "queue_id": ["general"],
    "slug": ["webhooks"],
    "kind": ["mapping"],
    "deed": [*DEEDS],
    "trace_id": ["01" * 16],
    "span_id": ["01" * 8],
}
PEOPLE = frozenset({"owner", "person", "assignee", "reviewer", "member"})
# Where strangers ask a tenant: it is always one's own, since what they send changes that tenant's.
OPEN_TO_STRANGERS = "privacy/<slug:slug>/"


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    parameters: tuple[dict[str, Any], ...]
    body: dict[str, Any] | None


@cache
def document() -> dict[str, Any]:
    generator: Any = SchemaGenerator
    made: dict[str, Any] = generator().get_schema(request=None, public=True)
    return made


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(_operations())


def _operations() -> Iterator[Operation]:
    for path, methods in document()["paths"].items():
        for method, told in methods.items():
            content = told.get("requestBody", {}).get("content", {})
            body = content.get("application/json", {}).get("schema")
            yield Operation(method.upper(), path, tuple(told.get("parameters", [])), body)


@cache
def pages() -> tuple[str, ...]:
    return tuple(routes(urlpatterns))


@cache
def forms_and_filters() -> tuple[tuple[str, ...], ...]:
    """What each form and filter of the console takes."""
    pages()
    found: set[tuple[str, ...]] = set()
    waiting = [forms.BaseForm, FilterForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.startswith("console."):
            found.add(tuple(sorted(getattr(form, "base_fields", {}))))
    return tuple(sorted(found - {()}))


def an_id(chance: Random, ids: Ids, name: str) -> str:
    """Of a row of that noun where there is one, else of any row."""
    noun = name.removesuffix("_id").replace("_", "")
    noun = "user" if noun in PEOPLE else noun
    fitting = [table for table, found in ids.items() if found and table.endswith(noun)]
    tables = fitting if fitting and chance.random() < 0.8 else [t for t in ids if ids[t]]
    return str(chance.choice(ids[chance.choice(tables)]))


def filled(chance: Random, ids: Ids, name: str) -> str:
    """What stands for a name in an address."""
    if name == "text":  # of a link, with another's tenant in it
        scheme = chance.choice([INVITATION_SCHEME, HANDOVER_SCHEME])
        return new_key(chance.choice(ids["tenancy_tenant"]), scheme).reveal()
    return chance.choice(NAMED[name]) if name in NAMED else an_id(chance, ids, name)


def a_path(chance: Random, operation: Operation, ids: Ids) -> str:
    parts = [
        filled(chance, ids, part[1:-1]) if part.startswith("{") else part
        for part in operation.path.split("/")
    ]
    asked = {
        one["name"]: _value(chance, one.get("schema", {}), ids, one["name"])
        for one in operation.parameters
        if one["in"] == "query" and (one.get("required") or chance.random() < 0.3)
    }
    path = "/".join(parts)
    return f"{path}?{urlencode(asked, doseq=True)}" if asked else path


def a_body(chance: Random, operation: Operation, ids: Ids) -> bytes | None:
    if operation.body is None:
        return None
    return json.dumps(_value(chance, operation.body, ids, "")).encode()


def a_page(chance: Random, ids: Ids, *, slug: str) -> str:
    """`slug` is one's own."""
    route = chance.choice(pages()).replace(OPEN_TO_STRANGERS, f"privacy/{slug}/")
    path = "/" + PARAMETER.sub(lambda match: filled(chance, ids, match[2]), route)
    if chance.random() < 0.5:
        return path
    return f"{path}?{urlencode(form_of(chance, ids))}"


def form_of(chance: Random, ids: Ids) -> dict[str, str]:
    names = chance.choice(forms_and_filters()) + chance.choice(forms_and_filters())
    return {name: _said(chance, ids, name) for name in names}


def _said(chance: Random, ids: Ids, name: str) -> str:
    return an_id(chance, ids, name) if chance.random() < 0.7 else chance.choice(SAYINGS)


def _value(chance: Random, shape: dict[str, Any], ids: Ids, name: str, depth: int = 0) -> Any:
    if "$ref" in shape:
        shape = document()["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    choices = [part for several in ("allOf", "oneOf", "anyOf") for part in shape.get(several, [])]
    if choices:
        return _value(chance, chance.choice(choices), ids, name, depth)
    if "enum" in shape:
        return chance.choice(shape["enum"])
    if "properties" in shape:
        return _object(chance, shape, ids, depth)
    if shape.get("type") == "array":
        count = chance.randint(1, 2) if depth < DEEPEST else 0
        return [_value(chance, shape.get("items", {}), ids, name, depth + 1) for _ in range(count)]
    return _plain(chance, shape, ids, name)


def _plain(chance: Random, shape: dict[str, Any], ids: Ids, name: str) -> Any:
    kind, form = shape.get("type"), shape.get("format")
    plain = {
        "integer": shape.get("minimum", 1),
        "number": shape.get("minimum", 1),
        "boolean": chance.random() < 0.5,
        "object": {},
    }
    kind = kind[0] if isinstance(kind, list) else kind
    if kind in plain:
        return plain[kind]
    if form == "date-time":
        return "2026-11-21T10:00:00Z"
    return an_id(chance, ids, name) if form == "uuid" else _said(chance, ids, name)


def _object(chance: Random, shape: dict[str, Any], ids: Ids, depth: int) -> dict[str, Any]:
    needed = set(shape.get("required", []))
    return {
        name: _value(chance, of, ids, name, depth + 1)
        for name, of in shape.get("properties", {}).items()
        if name in needed or (depth < DEEPEST and chance.random() < 0.5)
    }
