"""What the OpenAPI document says beyond the serializers: the credential, headers and problems."""

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from typing_extensions import override

from console.api.idempotency import HEADER
from console.api.problems import MEDIA_TYPE

# Of any request with a key.
ALWAYS = (401, 403, 422, 500, 503)

MEANINGS = {
    400: "The body is no JSON object, or a header does not hold.",
    401: "No valid key was sent.",
    403: "The key may not do this kind of thing.",
    404: "Absent, another tenant's, or not for this key: one answer for all three.",
    409: "The request conflicts with the current state.",
    413: "The body is too large.",
    415: "The body is not sent as JSON.",
    422: "Fields do not hold; `errors` names each.",
    428: "The version to change is not named.",
    500: "A defect of ours; the log has its cause under `request_id`.",
    503: "Try again after Retry-After seconds.",
}


class FieldError(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Its path: `memories.3.ttl`.")
    code = serializers.CharField(help_text="Stable.")
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """An error, after RFC 9457."""

    type = serializers.CharField(help_text="urn:mnemoscope:problem:<code>")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable; decide by this one.")
    detail = serializers.CharField(help_text="A sentence that says what to do.")
    errors = FieldError(many=True)  # type: ignore[assignment]
    request_id = serializers.UUIDField(help_text="Also in the log and in the audit trail.")


PATH_ID = re.compile(r"{(\w+_id)}")
IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="1 to 200 visible ASCII characters, new for each new request. The same request"
    " repeated under it changes nothing and is answered as the first one was.",
)
EXAMPLES = {
    401: ("not_authenticated", "Send a valid key", "The key is unknown, expired or revoked."),
    404: ("not_found", "Not found", "There is no such memory here, or this key may not see it."),
    409: ("stale_version", "The memory has changed since you read it", "Read it again."),
}


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """The error answers of an operation: those named, and those any may give."""
    return {
        (status, MEDIA_TYPE): OpenApiResponse(
            Problem, description=MEANINGS[status], examples=_examples(status)
        )
        for status in sorted({*statuses, *ALWAYS})
    }


def page_shape(shape: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of one page of a list."""
    return type(
        f"{shape.__name__}Page",
        (serializers.Serializer,),
        {
            "__doc__": "One page.",
            "results": shape(many=True),
            "next_cursor": serializers.CharField(
                allow_null=True, help_text="Send it as `cursor`; null on the last page."
            ),
        },
    )


class AutoSchema(SpectacularAutoSchema):
    """Adds what any operation of its kind takes: ids in the address, the Idempotency-Key."""

    @override
    def get_override_parameters(self) -> list[Any]:
        parameters = [
            OpenApiParameter(name, OpenApiTypes.UUID, OpenApiParameter.PATH)
            for name in PATH_ID.findall(self.path)
        ]
        handler = getattr(self.view, self.method.lower(), None)
        if getattr(handler, "is_idempotent", False):
            parameters.append(IDEMPOTENCY_KEY)
        return parameters


class BearerKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "console.api.authentication.BearerKeyAuthentication"
    name = "apiKey"

    @override
    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key of an agent or of a person: `mns_…`.",
        }


def _examples(status: int) -> list[OpenApiExample]:
    if status not in EXAMPLES:
        return []
    code, title, detail = EXAMPLES[status]
    value = {
        "type": f"urn:mnemoscope:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [],
        "request_id": "019aa5a2-5c1e-7d52-9f2b-0f5f4f1f2a3b",
    }
    return [OpenApiExample(code, value=value, response_only=True)]
