import re
from typing import Any

from rest_framework.request import Request

from console.api.errors import VersionRequiredError
from console.platform.errors import InvalidInputError

ENTITY_TAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')


def expected_version(request: Request, values: dict[str, Any]) -> int:
    """The version the client read: `expected_version` in the body, or `If-Match: "<n>"`.

    Takes it out of `values`. Raises VersionRequiredError or InvalidInputError.
    """
    in_body: int | None = values.pop("expected_version", None)
    header = request.headers.get("If-Match")
    if header is None:
        if in_body is None:
            raise VersionRequiredError('Send expected_version in the body, or If-Match: "<n>".')
        return in_body
    match = ENTITY_TAG.fullmatch(header.strip())
    if match is None:
        raise InvalidInputError.on("If-Match", "wrong_type", 'Send the version: If-Match: "3".')
    if in_body is not None and in_body != int(match[1]):
        raise InvalidInputError.on(
            "expected_version", "conflicting_fields", "If-Match names another version."
        )
    return int(match[1])
