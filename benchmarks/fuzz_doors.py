"""Every place a client can put a text, found by asking: the OpenAPI document and the pages."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

from django.apps import apps
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from typing_extensions import override

from console.accounts.models import User
from console.tenancy.models import ScopedModel
from console.tenancy.scope import tenant_scope
from console.web.urls import urlpatterns
from tests.security.held_looks import PARAMETER, routes

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

HEADERS = (
    "Idempotency-Key",
    "If-Match",
    "traceparent",
    "tracestate",
    "X-Request-Id",
    "Accept",
    "Content-Type",
    "Content-Encoding",
    "Authorization",
)
SAMPLES: dict[str, Any] = {
    "string": "A customer prefers e-mail.",
    "integer": 1,
    "number": 0.5,
    "boolean": True,
    "array": [],
    "object": {},
}
HEX = {"trace_id": "0" * 32, "span_id": "0" * 16}


@dataclass(frozen=True, slots=True)
class Given:
    tenant_id: UUID
    user: User
    key: str
    agent_key: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. Without a key, as the browser that is signed in."""

    what: str
    method: str
    path: str
    body: Any = None  # JSON, bytes as they are, or in a browser the fields of the form
    key: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, client: Client) -> "Answer":
        if self.key is None and self.method == "POST":
            media_type, form = "application/x-www-form-urlencoded", _asked(self.body)
            return client.generic("POST", self.path, form, content_type=media_type)
        if self.key is None:
            return client.get(_asking(self.path.partition("?")[0], self.body))
        headers = {"Authorization": f"Bearer {self.key}", **self.headers}
        media_type = headers.pop("Content-Type", "application/json")
        data = (
            self.body
            if isinstance(self.body, bytes)
            else raw(json.dumps(self.body, ensure_ascii=False))
        )
        return client.generic(
            self.method,
            self.path,
            b"" if self.body is None else data,
            content_type=media_type,
            headers=headers,
        )


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str  # of the document, with `{names}`
    parameters: list[tuple[str, str]]  # where, and its name
    fields: list[str]
    body: dict[str, Any] | None  # with what is required


def api_attempts(
    given: Given, strings: Sequence[str], files: Sequence[Path], thinning: int
) -> Iterator[Attempt]:
    for operation in operations():
        path = _filled(operation.path, given)
        for turn, text in enumerate(strings):
            places = _places(operation, path, text, given)
            yield from islice(places, turn % thinning, None, thinning)
        for file in files if operation.body is not None else ():
            what = f"{operation.method} {operation.path} {file.name}"
            yield Attempt(what, operation.method, path, file.read_bytes(), given.key)


def _places(operation: Operation, path: str, text: str, given: Given) -> Iterator[Attempt]:
    """The text in each place of the operation, one after the other."""
    method, body, key = operation.method, operation.body, given.key
    shown = f"{method} {operation.path} {text[:60]!r}"
    for name in operation.fields:
        for value in (text, [text], {text: text}):
            sent = {**(body or {}), name: value}
            yield Attempt(f"{shown} as {name}", method, path, sent, key)
    for where, name in operation.parameters:
        if where == "query":
            yield Attempt(f"{shown} as ?{name}", method, _asking(path, {name: text}), body, key)
        elif where == "path":
            other = _filled(operation.path, given, quote(raw(text), ""))
            yield Attempt(f"{shown} as {name}", method, other, body, key)
    for name in HEADERS:
        headers = {name: _header(text)}
        yield Attempt(f"{shown} as {name}:", method, path, body, key, headers)


def otlp_attempts(
    given: Given, files: Sequence[Path], messages: Sequence[Path]
) -> Iterator[Attempt]:
    for kind, paths in (("json", files), ("x-protobuf", messages), ("json", messages)):
        headers = {"Content-Type": f"application/{kind}"}
        for path in paths:
            what, body = f"OTLP {kind} {path.name}", path.read_bytes()
            yield Attempt(what, "POST", "/v1/traces", body, given.agent_key, headers)


def console_attempts(given: Given, strings: Sequence[str], thinning: int) -> Iterator[Attempt]:
    """Forms as the pages show them to an owner; each field in turn, the others as they stand."""
    for turn, (form, name) in enumerate(_fields_of_pages(given)):
        for text in strings[turn % thinning :: thinning]:
            what = f"{form.method} {form.action} {name} {text[:60]!r}"
            yield Attempt(what, form.method, form.action, {**form.values, name: text})


def _fields_of_pages(given: Given) -> list[tuple["Form", str]]:
    looker = Client(raise_request_exception=False)
    looker.force_login(given.user)
    fields: dict[tuple[str, str, str], tuple[Form, str]] = {}
    for route in routes(urlpatterns):
        path = "/" + PARAMETER.sub(lambda match: _identifier(match[2], given), route)
        page = looker.get(path).getvalue().decode(errors="replace")
        for form in Forms.of(page, path):
            for name in form.values:
                fields.setdefault((form.method, form.action, name), (form, name))
    return list(fields.values())


def operations() -> Iterator[Operation]:
    generator: Any = SchemaGenerator  # untyped
    document = generator().get_schema(request=None, public=True)
    shapes = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            content = told.get("requestBody", {}).get("content", {})
            shape = content.get("application/json", {}).get("schema")
            if shape is not None:
                shape = shapes.get(shape.get("$ref", "").rpartition("/")[2], shape)
            fields = shape.get("properties", {}) if shape else {}
            required = shape.get("required", []) if shape else []
            yield Operation(
                method.upper(),
                path,
                [(one["in"], one["name"]) for one in told.get("parameters", [])],
                list(fields),
                {name: _sample(fields[name]) for name in required} if shape else None,
            )


def _filled(path: str, given: Given, text: str | None = None) -> str:
    parts = [
        (_identifier(part[1:-1], given) if text is None else text) if part[:1] == "{" else part
        for part in path.split("/")
    ]
    return "/".join(parts)


def _asking(path: str, values: dict[str, str]) -> str:
    return f"{path}?{_asked(values)}"


def _asked(values: dict[str, str]) -> str:
    return urlencode({name: raw(value) for name, value in values.items()})


def _identifier(name: str, given: Given) -> str:
    """Of a row of that noun, where there is one, so that the request gets past its address."""
    if name == "number":
        return "1"
    noun = name.removesuffix("_id").replace("_", "")
    nouns = {noun, f"{noun}item", f"api{noun}"}
    with tenant_scope(given.tenant_id):
        for model in apps.get_models():
            if issubclass(model, ScopedModel) and model.__name__.lower() in nouns:
                row = model.objects.order_by("-id").first()
                if row is not None:
                    return str(row.id)
    return HEX.get(name, str(uuid4()))


def _sample(shape: dict[str, Any]) -> Any:
    return SAMPLES.get(str(shape.get("type")), "approve")


def _header(text: str) -> str:
    # A server takes no line break and hands the bytes on as Latin-1 (PEP 3333).
    return raw(text.replace("\r", "").replace("\n", "")).decode("latin-1")


def raw(text: str) -> bytes:
    """The bytes of a text, and those it could not be made of (PEP 383); half a pair as it is."""
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return text.encode(errors="surrogatepass")


@dataclass
class Form:
    method: str
    action: str
    values: dict[str, str]


class Forms(HTMLParser):
    """The forms of a page with what their fields hold."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.found: list[Form] = []

    @classmethod
    def of(cls, page: str, path: str) -> list[Form]:
        parser = cls(path)
        parser.feed(page)
        return parser.found

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").upper()
            self.found.append(Form(method, given.get("action") or self.path, {}))
        elif tag in {"input", "textarea", "select", "button"} and given.get("name") and self.found:
            if given.get("type") == "radio" and "checked" not in given:
                self.found[-1].values.setdefault(given["name"], given.get("value", ""))
            else:
                self.found[-1].values[given["name"]] = given.get("value", "")
