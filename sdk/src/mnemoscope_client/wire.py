"""What both transports share: the client's arguments, the request, and what an answer means."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import httpx

from mnemoscope_client.calls import Call, JsonObject
from mnemoscope_client.decode import body_of, problem_of
from mnemoscope_client.errors import ConnectionFailedError, UnexpectedAnswerError, error_for
from mnemoscope_client.retry import retry_after
from mnemoscope_client.settings import Settings
from mnemoscope_client.version import VERSION

# A write may wait for its embedding; connecting to a server that is there does not take long.
DEFAULT_TIMEOUT = httpx.Timeout(30.0, connect=5.0)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wire:
    settings: Settings
    timeout: httpx.Timeout | float

    def client_arguments(self) -> dict[str, Any]:
        return {
            "base_url": self.settings.base,
            "timeout": self.timeout,
            # A redirect would carry the key, or a write, to an address nobody configured.
            "follow_redirects": False,
            "trust_env": not self.settings.is_loopback,
            "headers": {
                "Authorization": self.settings.key.bearer(),
                "Accept": "application/json, application/problem+json",
                "User-Agent": f"mnemoscope-client/{VERSION}",
            },
        }

    def request_arguments(self, call: Call[Any], trace_headers: dict[str, str]) -> dict[str, Any]:
        """For one attempt: a signature is used once, so that each is signed anew."""
        return {
            "method": call.method,
            "url": call.path,
            "params": list(call.params) or None,
            "json": self._signed(call),
            "headers": {**call.headers, **trace_headers},
        }

    def _signed(self, call: Call[Any]) -> JsonObject | None:
        key = self.settings.signing_key
        if key is None or call.signed_for is None or call.body is None:
            return call.body
        return key.signed(call.body, call.signed_for)

    @staticmethod
    def read(call: Call[T], response: httpx.Response) -> T:
        """The parsed answer. Raises an ApiError, or UnexpectedAnswerError."""
        if response.is_success:
            return call.parse(body_of(response))
        if response.status_code < HTTPStatus.BAD_REQUEST:
            raise UnexpectedAnswerError(
                f"The address redirects ({response.status_code}): use the address it leads to."
            )
        raise error_for(problem_of(response), retry_after=retry_after(response))

    def unreachable(self, error: httpx.RequestError) -> ConnectionFailedError:
        where = f"{self.settings.base.host}:{self.settings.port}"
        return ConnectionFailedError(f"No answer from {where} ({type(error).__name__}).")
