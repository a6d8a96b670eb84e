"""What an address may ask, whatever it is about."""

from console.api.fields import QueryNumberField, TextField
from console.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from console.api.serializers import QuerySerializer


class NoQuery(QuerySerializer):
    """An address that takes no parameters."""


class PageQuery(QuerySerializer):
    cursor = TextField(required=False, max_length=100, help_text="next_cursor of the page before.")
    limit = QueryNumberField(
        required=False,
        default=DEFAULT_LIMIT,
        min_value=1,
        max_value=MAX_LIMIT,
        help_text="How many to answer at most.",
    )
