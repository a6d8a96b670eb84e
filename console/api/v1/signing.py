"""A body apart from its signature, before any field of it is looked at or any default applied."""

from collections.abc import Mapping
from typing import Any

from memory.signing.statement import Signed, parse_signature

MEMBER = "signature"


def apart(data: Any) -> tuple[Any, Signed | None]:
    """The body as it was signed, and the same with its signature; None where it carries none.

    Raises SignatureError.
    """
    if not isinstance(data, Mapping) or MEMBER not in data:
        return data, None
    body = {name: value for name, value in data.items() if name != MEMBER}
    return body, Signed(body, parse_signature(data[MEMBER]))
