"""The filter language at the machine door: an object in a body, JSON text in an address."""

from typing import Any, NoReturn

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from typing_extensions import override

from console.api.fields import TextField
from console.api.parsers import parse_object
from console.platform.errors import DomainError, InvalidInputError
from memory.retrieval.filters import Filter, parse_filter

MAX_FILTER_TEXT = 8_000
HELP = (
    "What every result must satisfy: fields (kind, tier, key, run, namespace, agent,"
    " created_at, updated_at, expires_at, confidence, importance, metadata.<path>) with a"
    " value, a list of values or operators (eq, ne, in, nin, gt, gte, lt, lte, contains,"
    " exists), and `and`, `or`, `not`."
)


@extend_schema_field({"type": "object", "additionalProperties": True})
class FilterField(serializers.Field[Filter, Any, Any, Any]):
    def __init__(self, **options: Any) -> None:
        super().__init__(help_text=HELP, **options)

    @override
    def to_internal_value(self, data: Any) -> Filter:
        try:
            return parse_filter(data, at="")
        except InvalidInputError as error:
            _refuse(error)


class FilterTextField(TextField):
    """The same as a query parameter."""

    def __init__(self, **options: Any) -> None:
        super().__init__(help_text=f"A JSON object. {HELP}", max_length=MAX_FILTER_TEXT, **options)

    @override
    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        try:
            return parse_filter(parse_object(text.encode()), at="")
        except InvalidInputError as error:
            _refuse(error)
        except DomainError as error:
            detail = "Send a JSON object: {…}."
            raise serializers.ValidationError(detail, code=error.code) from error


def _refuse(error: InvalidInputError) -> NoReturn:
    """With the place below the field, which the serializer puts its own name before."""
    raise serializers.ValidationError(
        {
            problem.field or "non_field_errors": [ErrorDetail(problem.detail, problem.code)]
            for problem in error.problems
        }
    )
