"""A moment that somebody picks. Always in UTC: where they sit is nothing the server knows."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from typing_extensions import override

PICKED = "%Y-%m-%dT%H:%M:%S"
NO_MOMENT = "Pick a date and a time, or write 2026-11-21T09:30."


class MomentInput(forms.DateTimeInput):
    """The browser's own picker, which shows no text that names a zone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"step": "1"}, format=PICKED)

    @override
    def format_value(self, value: Any) -> str | None:
        moment = _moment(value) if isinstance(value, str) else value
        return super().format_value(moment) if moment else None


class MomentField(forms.DateTimeField):
    widget = MomentInput
    default_error_messages = {"invalid": NO_MOMENT}

    @override
    def to_python(self, value: Any) -> datetime | None:
        try:
            moment: datetime | None = super().to_python(value)
            return moment.astimezone(UTC) if moment else None
        except OverflowError as error:
            raise forms.ValidationError(NO_MOMENT, code="invalid") from error


def _moment(text: str) -> datetime | None:
    """In UTC and without a zone; None for what is no moment."""
    try:
        moment = parse_datetime(text.strip())
        return moment.astimezone(UTC) if moment and moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
