"""A run by what its spans call it, for an agent that does not know our id of it."""

import re
from typing import Any

from typing_extensions import override

from console.api.fields import TextField
from console.api.serializers import StrictSerializer, refuse

MAX_KEY = 256
TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")


class RunNameBody(StrictSerializer):
    conversation = TextField(
        required=False, max_length=MAX_KEY, help_text="`gen_ai.conversation.id` of its spans."
    )
    session = TextField(required=False, max_length=MAX_KEY, help_text="`session.id` of its spans.")
    trace_id = TextField(
        required=False, max_length=32, help_text="W3C trace id, 32 hexadecimal digits."
    )

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in ("conversation", "session", "trace_id") if name in attrs]
        if len(named) != 1:
            detail = "Name the run once: by conversation, session or trace_id."
            raise refuse("body", "one_run", detail)
        if "trace_id" in attrs and not TRACE_ID.fullmatch(attrs["trace_id"]):
            detail = "Send 32 lower-case hexadecimal digits, not all zero."
            raise refuse("trace_id", "invalid_trace_id", detail)
        return attrs
