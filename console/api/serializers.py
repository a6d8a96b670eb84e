"""From what a client sent to checked values, refusing what nobody asked for."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from typing_extensions import override

from console.platform.errors import FieldProblem, InvalidInputError

S = TypeVar("S", bound="serializers.Serializer[Any]")

MAX_SHOWN_NAME = 60
MAX_SHOWN_PROBLEMS = 20

# Our codes for REST framework's, which name validators and not what is wrong.
CODES = {
    "invalid": "wrong_type",
    "not_a_list": "wrong_type",
    "not_a_dict": "wrong_type",
    "null": "wrong_type",
    "max_length": "too_long",
    "min_length": "too_short",
    "empty": "too_short",
    "max_value": "out_of_range",
    "min_value": "out_of_range",
    "null_characters_not_allowed": "unstorable_text",
    "surrogate_characters_not_allowed": "unstorable_text",
}


class StrictSerializer(serializers.Serializer[Any]):
    """Knows its fields. An unknown one is refused: ignored, a typo would change what is meant."""

    unknown_code = "unknown_field"

    @override
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(
                {"non_field_errors": ErrorDetail("Send an object: { … }.", code="invalid")}
            )
        unknown = [name for name in data if name not in self.fields]
        if unknown:
            known = ", ".join(self.fields)
            detail = ErrorDetail(f"There is no such field. Known: {known}.", self.unknown_code)
            raise serializers.ValidationError(
                {str(name)[:MAX_SHOWN_NAME]: [detail] for name in unknown[:MAX_SHOWN_PROBLEMS]}
            )
        return super().to_internal_value(data)


class QuerySerializer(StrictSerializer):
    """The parameters of an address. Only a list field may be given more than once."""

    unknown_code = "unknown_parameter"

    @override
    def to_internal_value(self, data: Any) -> Any:
        given: dict[str, Any] = {}
        for name, values in data.lists():
            field = self.fields.get(name)
            if isinstance(field, serializers.ListField):
                given[name] = values
            elif len(values) > 1 and field is not None:
                detail = ErrorDetail("Give it once.", code="repeated_parameter")
                raise serializers.ValidationError({name: [detail]})
            else:
                given[name] = values[-1]
        return super().to_internal_value(given)


def refuse(field: str, code: str, detail: str) -> serializers.ValidationError:
    """The error of a check across fields."""
    return serializers.ValidationError({field: [ErrorDetail(detail, code=code)]})


def checked(shape: type[StrictSerializer], data: Any) -> dict[str, Any]:
    """The values of the fields given. Raises InvalidInputError, naming each field's problem."""
    try:
        values: dict[str, Any] = only(shape).run_validation(data)
    except serializers.ValidationError as error:
        problems = list(_problems(error.detail, ""))[:MAX_SHOWN_PROBLEMS]
        raise InvalidInputError(_sentence(problems), problems=problems) from None
    return values


@cache
def only(shape: type[S]) -> S:
    """The one serializer of this shape. They hold no state, and copying their fields is dear."""
    return shape()


def _problems(errors: Any, path: str) -> Iterator[FieldProblem]:
    if isinstance(errors, ErrorDetail):
        code = errors.code or "invalid"
        yield FieldProblem(path, CODES.get(code, code), str(errors))
    elif isinstance(errors, Mapping):
        for name, inner in errors.items():
            here = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from _problems(inner, here)
    else:
        for inner in errors:
            yield from _problems(inner, path)


def _sentence(problems: list[FieldProblem]) -> str:
    first = problems[0]
    more = f" {len(problems) - 1} more stand in errors." if problems[1:] else ""
    return f"{first.field}: {first.detail}{more}" if first.field else f"{first.detail}{more}"
