"""`Idempotency-Key`: a request repeated after a lost answer is told what the first one was told.

After the IETF draft (draft-ietf-httpapi-idempotency-key-header). The answer is stored in the
transaction that made the change, so one never exists without the other. An error is not stored:
what it refused has not happened, and the next try may succeed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

import orjson
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.utils.json import dumps, loads

from console.accounts.actor import Actor
from console.accounts.models import IdempotentAnswer
from console.api.errors import BadIdempotencyKeyError
from console.platform.errors import IdempotencyMismatchError, NotAuthenticatedError

if TYPE_CHECKING:
    from console.api.v1.base import TenantView

P = ParamSpec("P")
V = TypeVar("V", bound="TenantView")

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
SIGNED = b'"signature"'
KEY = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a change answers: kept for a repetition, so it names ids and states, never content."""

    body: dict[str, Any]
    status: int = 200


def once(
    handler: Callable[Concatenate[V, Request, P], Answer],
) -> Callable[Concatenate[V, Request, P], Response]:
    """Runs a changing handler once per Idempotency-Key; without the header, every time."""

    @wraps(handler)
    def answer(view: V, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return view.respond(handler(view, request, *args, **kwargs))
        record = _claim(_key_id(view.actor), _checked(key), _digest(request))
        if record.status is not None and record.body is not None:
            replayed = view.respond(Answer(record.body, record.status))
            replayed[REPLAYED] = "true"
            return replayed
        fresh = handler(view, request, *args, **kwargs)
        record.status = fresh.status
        record.body = loads(dumps(fresh.body, cls=JSONEncoder))
        record.save(update_fields=["status", "body"])
        return view.respond(fresh)

    answer.is_idempotent = True  # type: ignore[attr-defined]
    return answer


def _key_id(actor: Actor) -> UUID:
    if actor.api_key_id is None:
        raise NotAuthenticatedError
    return actor.api_key_id


def _checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise BadIdempotencyKeyError("Send 1 to 200 visible ASCII characters, a UUID for one.")
    return key


def _digest(request: Request) -> bytes:
    described = f"{request.method} {request.get_full_path()}\n".encode()
    body = request.body if SIGNED not in request.body else _unsigned(request.data)
    # Keyed: a plain hash would tell whoever reads the table which guess of the body is right.
    return salted_hmac(HEADER, described + body, algorithm="sha256").digest()


def _unsigned(data: Any) -> bytes:
    """The body without its signatures: signed anew for a repetition, it is the same request."""
    apart = {name: value for name, value in data.items() if name != "signature"}
    if isinstance(apart.get("memories"), list):
        apart["memories"] = [
            {name: value for name, value in item.items() if name != "signature"}
            if isinstance(item, dict)
            else item
            for item in apart["memories"]
        ]
    return orjson.dumps(apart, option=orjson.OPT_SORT_KEYS)


def _claim(api_key_id: UUID, key: str, digest: bytes) -> IdempotentAnswer:
    """The row of this key, ours alone until commit.

    Of two at once the second waits in the insert until the first commits, then reads its answer;
    if the first rolls back, the second inserts. A read before the insert would let both through.
    """
    claim = IdempotentAnswer(api_key_id=api_key_id, key=key, request_digest=digest)
    IdempotentAnswer.objects.bulk_create([claim], ignore_conflicts=True)
    record = IdempotentAnswer.objects.select_for_update().get(api_key_id=api_key_id, key=key)
    if bytes(record.request_digest) != digest:
        raise IdempotencyMismatchError("Make a new Idempotency-Key for each new request.")
    return record
